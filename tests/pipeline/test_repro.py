"""`dvc repro` runs what changed, restores what it knows, and repeats to the bit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.clone import STAGES, Clone

DECIDED = [
    "dvc.lock", "data/tokenizer", "data/tokens", "data/model", "data/metrics", "data/figures",
    "data/plots", "data/evaluation", "data/samples", "data/report",
]  # fmt: skip


@pytest.fixture
def restored(finished: Clone):
    """`finished`, put back afterwards where a test did not do so itself."""
    params = finished.folder / "params.yaml"
    before = params.read_text()
    yield finished
    if params.read_text() != before:
        params.write_text(before)
        finished.repro()


def test_the_pipeline_makes_a_model_and_a_report(finished: Clone) -> None:
    report = (finished.folder / "data/report/index.html").read_text()
    assert report.startswith("<!DOCTYPE html>")
    metrics = json.loads((finished.folder / "data/metrics/evaluation.json").read_text())
    assert metrics["bits_per_byte"] > 0 and metrics["above_floor_%"] > 0


def test_nothing_reruns_when_nothing_changed(finished: Clone) -> None:
    again = finished.repro()
    assert again.ran == [] and again.restored == []


def test_a_change_of_sampling_reruns_sample_and_report_and_each_run_ends_with_its_result(
    restored: Clone,
) -> None:
    restored.set({"sample.seed": 5})
    changed = restored.repro()
    assert changed.ran == ["check_params", "sample", "report", "result"]
    restored.set({"sample.seed": 1234})
    reverted = restored.repro()
    assert reverted.ran == ["result"]
    for end in (changed.output, reverted.output):
        _, _, end = end.partition("Running stage 'result'")
        assert "bits per byte of unseen stories, " in end
        story = next(line for line in end.splitlines() if line.startswith("A story:"))
        assert "Once upon a time" in story and len(story) <= 100
        assert str(restored.folder.resolve() / "data/report/index.html") in end
        assert "git add params.yaml dvc.lock data/metrics data/plots && git commit" in end
    assert "sample.seed: 1234 -> 5" in changed.output
    assert "No parameter and no metric differs from commit" in reverted.output


def test_a_mistake_in_params_yaml_removes_no_output(restored: Clone) -> None:
    before = restored.bytes_of("data")
    text = (restored.folder / "params.yaml").read_text()
    (restored.folder / "params.yaml").write_text(
        text.replace("  vocab_size:", "  vocab_sise:").replace("  seed: 1234", "  seed: 4321")
    )
    failed = restored.run("dvc", "repro")
    assert failed.returncode != 0
    assert "vocab_sise is not a parameter; the nearest is vocab_size" in failed.stderr
    assert restored.bytes_of("data") == {
        name: content for name, content in before.items() if name != "data/params_checked"
    }
    (restored.folder / "params.yaml").write_text(text)
    assert restored.repro().ran == []


def test_a_change_of_learning_rate_reruns_training_and_a_revert_restores_it(
    restored: Clone,
) -> None:
    before = restored.bytes_of("data/model")
    restored.set({"train.learning_rate": 0.001})
    changed = ["check_params", *STAGES[STAGES.index("train") :]]
    assert restored.repro().ran == changed
    assert restored.bytes_of("data/model") != before
    restored.set({"train.learning_rate": 0.01})
    reverted = restored.repro()
    assert reverted.ran == ["result"]
    assert restored.bytes_of("data/model") == before


def test_a_folder_that_is_not_there_removes_no_output(restored: Clone) -> None:
    before = restored.bytes_of("data")
    restored.set({"data.folder": "data/nowhere"})
    failed = restored.run("dvc", "repro")
    assert failed.returncode != 0 and "data/nowhere" in failed.stderr
    assert {*before} - {*restored.bytes_of("data")} <= {"data/params_checked"}


def test_git_shows_which_merges_changed(restored: Clone) -> None:
    restored.commit("a run")
    restored.set({"tokenizer.vocab_size": 500})
    restored.repro("train_bpe")
    shown = restored.run("git", "diff", "--unified=0", "data/metrics/merges.txt").stdout
    gone = [line for line in shown.splitlines() if line.startswith("-") and line[:3] != "---"]
    assert len(gone) == 12 and all(len(line.split(" ")) == 2 for line in gone)


def test_two_clones_agree_to_the_bit(finished: Clone, tmp_path: Path) -> None:
    other = Clone.make(tmp_path)
    assert other.repro().ran == STAGES
    ours, theirs = finished.bytes_of(*DECIDED), other.bytes_of(*DECIDED)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_the_commands_of_the_readme_work(restored: Clone) -> None:
    for command in (
        ["dvc", "dag"],
        ["dvc", "metrics", "show"],
        ["dvc", "plots", "show"],
        ["dvc", "exp", "run", "-S", "train.learning_rate=0.001"],  # trained above
        ["dvc", "metrics", "diff"],
        ["dvc", "params", "diff"],
        ["dvc", "exp", "show", "--only-changed", "--drop", "data/|State|Executor"],
    ):
        done = restored.run(*command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert done.stdout.strip()
        if command[1:] == ["metrics", "show"] or "--only-changed" in command:
            assert max(map(len, done.stdout.splitlines())) <= 165, done.stdout
    assert restored.run("git", "status", "--short", "dvc_plots").stdout == ""


def test_artifacts_name_no_place_of_this_machine(finished: Clone) -> None:
    place = str(finished.folder).encode()
    for name, content in finished.bytes_of(*DECIDED).items():
        assert place not in content, f"{name} names {place.decode()}"
