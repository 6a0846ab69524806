"""Training with one process or two is the same training, within float rounding."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.clone import Clone


def curve(clone: Clone) -> list[list[float]]:
    with (clone.folder / "data/plots/training.csv").open() as file:
        return [[float(value) for value in row.values()] for row in csv.DictReader(file)]


@pytest.mark.parametrize("launcher", [[], ["mlx.launch", "-n", "2"]], ids=["ours", "mlx.launch"])
def test_two_workers_give_the_curve_of_one(
    finished: Clone, tmp_path: Path, launcher: list[str]
) -> None:
    shutil.copytree(finished.folder, tmp_path / "clone", symlinks=True)
    clone = Clone(tmp_path / "clone")
    clone.set({"train.workers": 2})
    if launcher:
        done = clone.run(*launcher, sys.executable, "-m", "stages.train")
    else:
        done = clone.stage("train")
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(curve(clone), curve(finished), rtol=2e-3)


def test_two_workers_that_find_nothing_left_to_train_end(finished: Clone, tmp_path: Path) -> None:
    """As after a kill between the last checkpoint and the writing of the model."""
    shutil.copytree(finished.folder, tmp_path / "clone", symlinks=True)
    clone = Clone(tmp_path / "clone")
    clone.set({"train.workers": 2})
    assert clone.stage("train").returncode == 0
    trained = clone.bytes_of("data/model", "data/plots")
    shutil.rmtree(clone.folder / "data/model")
    done = clone.run(sys.executable, "-m", "stages.train", timeout=60)
    assert done.returncode == 0, done.stderr
    assert clone.bytes_of("data/model", "data/plots") == trained
