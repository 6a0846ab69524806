"""A quick selection of what `make soak` tries at length."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from helpers.clone import Clone

from benchmarks.soak_damage import damage_trials
from benchmarks.soak_disk import disk_trials, small_disk
from benchmarks.soak_hostile import hostile_trials, trials
from benchmarks.soak_kills import kill_trials
from benchmarks.soak_server import server_trials
from benchmarks.soak_trial import RESULTS, Done, Outcome, copy_of, differences, row


@pytest.fixture
def clone(finished: Clone, tmp_path: Path) -> Clone:
    return copy_of(finished, tmp_path / "clone")


def failures(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.survived]


def test_killed_at_random_moments_it_goes_on(finished: Clone, clone: Clone) -> None:
    clone.repro()
    stages = ["train_bpe", "train"]
    outcomes = kill_trials(clone, finished.bytes_of(*RESULTS), random.Random(1), 2, stages)
    assert failures(list(outcomes)) == []


def test_damaged_artifacts_are_refused(clone: Clone) -> None:
    assert failures(list(damage_trials(clone, random.Random(1), 4))) == []


def test_hostile_inputs_are_refused(clone: Clone) -> None:
    assert failures(list(hostile_trials(clone, random.Random(1).sample(trials(), 4)))) == []


def test_a_faulty_server_is_named(clone: Clone) -> None:
    assert failures(list(server_trials(clone, ["404"]))) == []


def test_a_full_disk_is_named_and_the_pipeline_goes_on_when_there_is_room(
    finished: Clone, tmp_path: Path
) -> None:
    expected, disk = finished.bytes_of(*RESULTS), tmp_path / "disk"
    with small_disk(disk) as mounted:
        if not mounted:
            pytest.skip("mounting a small file system needs root")
        trials = disk_trials(finished, expected, disk, random.Random(1), 1, ["encode"])
        assert failures(list(trials)) == []


def test_the_table_tells_what_was_lost(clone: Clone) -> None:
    """What judges the trials notices a difference, a traceback and an end without a sentence."""
    expected = clone.bytes_of(*RESULTS)
    assert differences(clone, expected) == ""
    shutil.rmtree(clone.folder / "data/samples")
    assert "data/samples/samples.json" in differences(clone, expected)
    assert Done(1, "Error: a sentence.", 0.0).error() == ""
    assert "traceback" in Done(1, "Traceback (most recent call last)\nKeyError", 0.0).error()
    assert "without a sentence" in Done(1, "oh", 0.0).error()
    assert "exit code -11" in Done(-11, "", 0.0).error()
    assert "still running" in Done(None, "", 0.0).error()
    outcomes = [Outcome("a", 1.0), Outcome("b", 2.0, lost="x"), Outcome("c", 3.0, error="y")]
    assert row("kills", outcomes) == ["kills", "3", "1", "1", "1", "3.0 s"]
