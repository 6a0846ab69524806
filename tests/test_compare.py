"""Comparisons are held against real runs of a small clone, and against other arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pipeline.clone import Clone

from lmcore.compare.changes import changes
from lmcore.compare.measures import (
    bits_per_byte_difference,
    first_difference,
    relative_distance,
    share_cut_differently,
)
from lmcore.compare.parts import Part
from lmcore.compare.show import as_page, as_text
from lmcore.tokenizer import Tokenizer

TINY = {"train.steps": 8, "train.eval_every": 4, "data.train_stories": 60}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """HEAD~1 and HEAD differ in the learning rate; `short` in how long samples are."""
    clone = Clone.make(tmp_path_factory.mktemp("compare"))
    clone.set(TINY)
    clone.commit("tiny")
    clone.repro()
    clone.commit("one")
    clone.set({"train.learning_rate": 0.001})
    clone.repro()
    clone.commit("two")
    done = clone.run("dvc", "exp", "run", "-n", "short", "-S", "sample.max_tokens=5")
    assert done.returncode == 0, done.stderr
    return clone


def said(clone: Clone, a: str, b: str) -> str:
    done = clone.stage("compare", a, b)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def test_a_change_of_learning_rate_is_told_apart_and_explained(runs: Clone) -> None:
    text = said(runs, "HEAD~1", "HEAD")
    assert "train.learning_rate 0.003 0.001" in text
    assert "train.steps" not in text
    assert "data/tokens identical" in text
    assert "data/model differs: train.learning_rate" in text
    assert "data/evaluation differs: data/model" in text
    assert "paired by story" in text
    page = (runs.folder / "data/compare/index.html").read_text()
    assert "A: HEAD~1" in page and "http://" not in page


def test_equal_revisions_compare_as_identical(runs: Clone) -> None:
    text = said(runs, "HEAD", "HEAD")
    assert "differs" not in text
    assert text.count("identical") + text.count("Identical") >= 12


def test_an_experiment_by_name_beside_a_commit_and_the_workspace(runs: Clone) -> None:
    text = said(runs, "HEAD", "short")
    assert "sample.max_tokens" in text
    assert "data/samples differs: sample.max_tokens" in text
    assert "differs" not in said(runs, "short", "workspace")


def test_the_report_says_what_changed_since_the_last_commit(runs: Clone) -> None:
    report = (runs.folder / "data/report/index.html").read_text()
    assert '<th scope="row">sample.max_tokens</th><td>20</td><td>5</td>' in report
    assert "train.learning_rate</th><td>0.003" not in report


def test_an_unknown_revision_is_one_sentence(runs: Clone) -> None:
    done = runs.stage("compare", "HEAD", "nowhere")
    assert done.returncode == 1
    assert "no revision or experiment 'nowhere'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_paired_error_agrees_with_a_bootstrap() -> None:
    random = np.random.default_rng(1)
    sizes = random.integers(200, 1500, 400).astype(float)
    a = sizes * random.normal(0.5, 0.1, 400)
    b = a - sizes * random.normal(0.01, 0.02, 400)
    found = bits_per_byte_difference(sizes, a, sizes, b, paired=True)
    draws = random.integers(0, 400, (4000, 400))
    means = (b - a)[draws].sum(1) / sizes[draws].sum(1) / np.log(2)
    assert found.standard_error == pytest.approx(means.std(), rel=0.06)
    assert found.value == pytest.approx((b - a).sum() / sizes.sum() / np.log(2))
    unpaired = bits_per_byte_difference(sizes, a, sizes, b, paired=False)
    assert unpaired.value == pytest.approx(found.value)
    assert unpaired.standard_error > 3 * found.standard_error


def test_the_first_differing_merge_and_the_share_of_bytes_cut_differently() -> None:
    one = Tokenizer([(b"a", b"b"), (b"c", b"d")], ["<|endoftext|>"])
    two = Tokenizer([(b"a", b"b"), (b"b", b"c")], ["<|endoftext|>"])
    assert first_difference(one.merges, two.merges) == 1
    assert first_difference(one.merges, one.merges[:1]) == 1
    assert first_difference(one.merges, one.merges) is None
    # `ab|cd` and `ab|c|d`: two of four bytes.
    assert share_cut_differently(one, two, ["abcd"]) == 0.5
    assert share_cut_differently(one, one, ["abcd", ""]) == 0


def test_the_distance_of_weights_is_relative_to_the_first() -> None:
    a, b = np.array([[3.0, 4.0]], np.float32), np.array([[3.0, 1.0]], np.float32)
    assert relative_distance(a, b) == pytest.approx(0.6)
    assert relative_distance(a, a) == 0


def test_changes_name_what_one_side_lacks() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "c": 3}) == [["b", "2", "–"], ["c", "–", "3"]]


def test_text_is_cut_and_the_page_escapes(tmp_path: Path) -> None:
    part = Part("Samples", ["<b>"], ["", "x", "y"], [["p", "z" * 100, "<i>"]])
    assert "z" * 60 not in as_text([part])
    as_page("x and <y>", [part], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "&lt;b&gt;" in page and "&lt;i&gt;" in page and "<y>" not in page
