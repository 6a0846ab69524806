"""Comparisons are held against real runs of a small clone, and against other arithmetic."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.clone import Clone

from lmcore.common.atomic_files import write_json, write_text
from lmcore.compare.differences import changes
from lmcore.compare.measures import (
    Difference,
    difference,
    first_difference,
    fraction_cut_differently,
    relative_distance,
)
from lmcore.compare.sections import ARTIFACTS, Section, answer, significance
from lmcore.compare.show import as_page, as_text
from lmcore.tokenizer.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def runs(finished: Clone, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """HEAD~1 and HEAD differ in the learning rate; `short` in how long samples are."""
    clone = Clone(tmp_path_factory.mktemp("compare") / "clone")
    shutil.copytree(finished.folder, clone.folder, symlinks=True)
    clone.set({"train.learning_rate": 0.001})
    clone.repro()
    clone.commit("two")
    done = clone.run("dvc", "exp", "run", "-n", "short", "-S", "sample.max_tokens=5")
    assert done.returncode == 0, done.stderr
    return clone


def compared_text(clone: Clone, a: str, b: str) -> str:
    done = clone.stage("compare", a, b)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def test_a_change_of_learning_rate_is_told_apart_and_explained(runs: Clone) -> None:
    text = compared_text(runs, "HEAD~1", "HEAD")
    assert re.match(
        r"Answer -+ HEAD is (better|worse) than HEAD~1: [\d.]+ against [\d.]+ bits per byte, "
        r"(not )?distinguishable",
        text,
    )
    assert "train.learning_rate 0.01 0.001" in text
    assert "train.steps" not in text
    assert "data/tokens identical" in text
    assert "data/model differs: train.learning_rate" in text
    assert "data/evaluation differs: data/checkpoints; data/model" in text
    assert "paired by story" in text and "train.seed and nothing else" in text
    assert "nats per token more than" in text
    (times,) = re.findall(r"Perplexity is ([\d.]+) ", text)
    assert float(times) > 1
    assert "Training loss ends at" in text and "nats per token." in text
    (distance,) = re.findall(r"blocks\.0\.attention\.key\.weight (\d\.\d{4})", text)
    assert 0 < float(distance) < 1
    page = (runs.folder / "data/compare/index.html").read_text()
    assert "A: HEAD~1" in page and "http://" not in page


def test_equal_revisions_compare_as_identical(runs: Clone) -> None:
    text = compared_text(runs, "HEAD", "HEAD")
    assert "differs" not in text
    assert text.startswith("Answer ------ HEAD needs as many bits as HEAD for every story.")
    for title in ("Parameters", "Significance", "Metrics", "Tokenizer", "Weights", "Samples"):
        assert f"{title} {'-' * len(title)} Identical." in text
    assert re.findall(r"data/(\w+) identical", text) == ARTIFACTS
    assert re.findall(r"(\w+): identical by SHA-256", text) == ["train", "validation"]
    curves = re.findall(r"(\w+) loss ends at [\d.]+ and [\d.]+ nats per token, identical\.", text)
    assert curves == ["Training", "Validation"]
    assert text.lower().count("identical") == 6 + len(ARTIFACTS) + 2 + 2


def test_an_experiment_by_name_beside_a_commit_and_the_workspace(runs: Clone) -> None:
    text = compared_text(runs, "HEAD", "short")
    assert "sample.max_tokens" in text
    assert "data/samples differs: sample.max_tokens" in text
    page = (runs.folder / "data/compare/index.html").read_bytes().decode().replace("<wbr>", "")
    longer = []
    samples = json.loads((runs.folder / "data/samples/samples.json").read_bytes())  # of `short`
    for sample in samples:
        row = f'<th scope="row">{escape(sample["prompt"])}</th><td>(.*?)</td><td>(.*?)</td>'
        ours, theirs = re.search(row, page, re.DOTALL).groups()
        assert theirs == escape(sample["text"]) and ours.startswith(theirs)
        longer.append(len(ours) > len(theirs))  # a story may end before
    assert any(longer)
    assert "differs" not in compared_text(runs, "short", "workspace")


def test_another_model_in_the_workspace_is_not_taken_for_the_one_of_dvc_lock(runs: Clone) -> None:
    folder, aside = runs.folder / "data/model", runs.folder / "aside"
    shutil.move(folder, aside)
    try:
        assert "data/model not in workspace" in compared_text(runs, "short", "workspace")
        shutil.copytree(aside, folder)
        config = folder / "config.json"
        config.chmod(0o644)
        config.write_text(config.read_text() + "\n")
        text = compared_text(runs, "short", "workspace")
        assert "data/model differs: not as dvc.lock says in workspace" in text
        assert "data/model of workspace is not what dvc.lock says;" in text
        assert "data/tokens identical" in text
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(aside, folder)


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("data/model/model.safetensors", lambda content: content[: len(content) // 2]),
        ("data/evaluation/stories.csv", lambda content: content[: content.rindex(b",")]),
        ("data/plots/training.csv", lambda content: content[: content.index(b"\n") + 1]),
    ],
)
def test_a_damaged_file_is_named(runs: Clone, file: str, damage: Callable[[bytes], bytes]) -> None:
    path = runs.folder / file
    content = path.read_bytes()
    path.unlink()  # DVC may have linked it to its cache
    path.write_bytes(damage(content))
    try:
        done = runs.stage("compare", "HEAD", "workspace")
    finally:
        path.write_bytes(content)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {file} is ") and done.stderr.count("\n") == 1


def test_an_unknown_revision_is_one_sentence(runs: Clone) -> None:
    done = runs.stage("compare", "HEAD", "nowhere")
    assert done.returncode == 1
    assert "no revision or experiment 'nowhere'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_name_is_no_revision(runs: Clone) -> None:
    done = runs.stage("compare", "HEAD", "")
    assert done.returncode == 1
    assert "no revision or experiment ''" in done.stderr


def test_a_folder_is_no_page(runs: Clone) -> None:
    done = runs.stage("compare", "HEAD", "HEAD", "--html", "data")
    assert done.returncode == 2
    assert "Invalid value for '--html': File 'data' is a directory." in done.stderr


def test_curves_of_other_tokens_are_in_bits_per_byte(runs: Clone) -> None:
    done = runs.run("dvc", "exp", "run", "-n", "coarse", "-S", "tokenizer.vocab_size=400")
    assert done.returncode == 0, done.stderr
    text = compared_text(runs, "HEAD", "coarse")
    assert "per token and compare only with the same tokenizer" in text
    ends = re.search(r"Validation loss ends at ([\d.]+) and ([\d.]+) bits per byte", text)
    rows = (runs.folder / "data/plots/validation.csv").read_text().splitlines()
    assert float(ends[2]) == pytest.approx(float(rows[-1].split(",")[-1]), abs=1e-4)
    page = (runs.folder / "data/compare/index.html").read_text()
    assert "bits per byte" in page and "nats per token</span>" not in page
    # 400 tokens are 256 bytes, an end of text and 143 merges.
    assert re.search(r"differing merge is number 144: '.+?' \+ '.+?' and none\.", text)
    share = re.search(r"Of the first 40 validation stories of HEAD, ([\d.]+)% of the bytes", text)
    assert 0 < float(share[1]) < 100
    tokens = re.search(r"Shards -+ HEAD coarse train tokens ([\d,]+) ([\d,]+)", text)
    fewer, more = (int(count.replace(",", "")) for count in tokens.groups())
    assert fewer < more and "train documents 300 300 validation tokens" in text


def test_the_paired_error_agrees_with_a_bootstrap() -> None:
    random = np.random.default_rng(1)
    sizes = random.integers(200, 1500, 400).astype(float)
    a = sizes * random.normal(0.5, 0.1, 400)
    b = a - sizes * random.normal(0.01, 0.02, 400)
    found = difference(sizes, a, sizes, b, paired=True)
    draws = random.integers(0, 400, (4000, 400))
    means = (b - a)[draws].sum(1) / sizes[draws].sum(1)
    assert found.standard_error == pytest.approx(means.std(), rel=0.06)
    assert found.value == pytest.approx((b - a).sum() / sizes.sum())
    unpaired = difference(sizes, a, sizes, b, paired=False)
    assert unpaired.value == pytest.approx(found.value)
    assert unpaired.standard_error > 3 * found.standard_error


def side(folder: Path, name: str, stories: list[tuple], *, head: str = "index,bytes,tokens,nats"):
    """As much of a revision as the significance needs."""
    rows = [",".join(map(str, (place, *story))) for place, story in enumerate(stories)]
    write_text(folder / name / "data/evaluation/stories.csv", "\n".join([head, *rows]) + "\n")
    manifest = {"splits": {"validation": {"files": {"validation.parquet": "hash"}}}}
    write_json(folder / name / "data/raw/manifest.json", manifest)
    write_text(folder / name / "data/tokenizer/tokenizer.json", "{}")
    return SimpleNamespace(name=name, path=lambda file: folder / name / file)


def test_loss_and_perplexity_are_told_with_their_errors(tmp_path: Path) -> None:
    a = side(tmp_path, "old", [(40, 10, 21.0), (80, 20, 40.0), (60, 15, 30.0)])
    b = side(tmp_path, "new", [(40, 10, 20.0), (80, 20, 37.0), (60, 15, 29.0)])
    needs, loss, covered = significance(a, b).sentences
    # 5 nats less over 180 bytes; residuals over 45 tokens: 1/9, -7/9 and 2/3.
    assert needs.startswith(f"new needs {5 / 180 / math.log(2):.4f} ± ")
    error = math.sqrt((1 + 49 + 36) / 81 / 2 / 3) / 15
    z = -5 / 45 / error
    assert f"new needs 0.1111 ± {error:.4f} nats per token fewer than old: z = {z:.2f}" in loss
    times = math.exp(-5 / 45)
    assert f"Perplexity is {times:.4f} ± {times * error:.4f} times that of old" in loss
    assert "paired by story" in covered and "train.seed" in covered


def test_the_answer_comes_first_and_says_whether_it_can_be_told(tmp_path: Path) -> None:
    a = side(tmp_path, "old", [(40, 10, 21.0), (80, 20, 40.0), (60, 15, 30.0)])
    far = side(tmp_path, "far", [(40, 10, 41.0), (80, 20, 81.0), (60, 15, 59.0)])
    near = side(tmp_path, "near", [(40, 10, 22.0), (80, 20, 38.0), (60, 15, 31.0)])
    (first,) = answer(a, far).sentences
    bits = [nats / 180 / math.log(2) for nats in (181, 91)]
    assert first == (
        f"far is worse than old: {bits[0]:.3f} against {bits[1]:.3f} bits per byte, "
        "distinguishable."
    )
    assert "not distinguishable" in answer(a, near).sentences[0]
    one = [
        side(tmp_path, name, [story]) for name, story in (("p", (40, 10, 9)), ("q", (40, 10, 8)))
    ]
    assert "one story alone does not tell" in answer(*one).sentences[0]


def test_what_one_story_or_an_old_file_cannot_tell_is_called_unknown(tmp_path: Path) -> None:
    a, b = (side(tmp_path, *one) for one in (("old", [(40, 10, 21)]), ("new", [(40, 10, 20)])))
    text = " ".join(significance(a, b).sentences)
    assert "± unknown bits per byte fewer than old: z and p are unknown." in text
    assert "± unknown times" in text and "nan" not in text
    b = side(tmp_path, "new", [(40, 20.0)], head="index,bytes,nats")
    assert "no column tokens" in " ".join(significance(a, b).sentences)


@pytest.mark.parametrize("paired", [True, False])
def test_one_story_tells_nothing_of_significance(paired: bool) -> None:
    size, a, b = np.array([100.0]), np.array([60.0]), np.array([50.0])
    found = difference(size, a, size, b, paired)
    assert found.value == pytest.approx(-0.1)
    assert math.isnan(found.standard_error) and math.isnan(found.z) and math.isnan(found.p)


def test_the_chance_of_a_difference() -> None:
    assert Difference(0.0, 0.0).p == 1
    assert Difference(0.1, 0.0).p == 0
    assert Difference(-1.96, 1.0).p == pytest.approx(0.05, abs=1e-4)


def test_the_first_differing_merge_and_the_share_of_bytes_cut_differently() -> None:
    one = Tokenizer([(b"a", b"b"), (b"c", b"d")], ["<|endoftext|>"])
    two = Tokenizer([(b"a", b"b"), (b"b", b"c")], ["<|endoftext|>"])
    assert first_difference(one.merges, two.merges) == 1
    assert first_difference(one.merges, one.merges[:1]) == 1
    assert first_difference(one.merges, one.merges) is None
    # `ab|cd` and `ab|c|d`: two of four bytes.
    assert fraction_cut_differently(one, two, ["abcd"]) == 0.5
    assert fraction_cut_differently(one, one, ["abcd", ""]) == 0


def test_the_distance_of_weights_is_relative_to_the_first() -> None:
    a, b = np.array([[3.0, 4.0]], np.float32), np.array([[3.0, 1.0]], np.float32)
    assert relative_distance(a, b) == pytest.approx(0.6)
    assert relative_distance(a, a) == 0


def test_changes_name_what_one_side_lacks() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "c": 3}) == [["b", "2", "–"], ["c", "–", "3"]]


def test_values_are_told_in_words_and_not_as_python_writes_them() -> None:
    ours, theirs = {"a": None, "b": ["x", "y z"], "c": True}, {"a": 0.5, "b": [], "c": False}
    assert changes(ours, theirs) == [
        ["a", "unknown", "0.5"],
        ["b", "x; y z", ""],
        ["c", "true", "false"],
    ]


def test_text_is_cut_and_the_page_escapes(tmp_path: Path) -> None:
    part = Section("Samples", ["<b>"], ["", "x", "y"], [["p", "z" * 100, "<i>" * 100]])
    text = as_text([part])
    assert "z" * 59 + "…" in text and "<i>" * 19 + "<i…" in text
    whole = Section("Artifacts", [], ["", "x", "y"], part.rows, reasons=True)
    assert "z" * 59 + "…" in as_text([whole]) and "<i>" * 100 in as_text([whole])
    as_page("x and <y>", [part], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "&lt;b&gt;" in page and "&lt;i&gt;" in page and "<y>" not in page
