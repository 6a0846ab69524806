"""What every test may rely on: a set-up compute backend, real text, the repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from helpers.clone import Clone
from helpers.shards import FACTS, write

from lmcore import backend
from lmcore.common.file_lock import file_lock

REPOSITORY = Path(__file__).resolve().parent.parent

# Before any test module imports mlx, as every stage does.
backend.setup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of real runs first: their files take the longest, and none may end alone."""
    items.sort(key=lambda item: "finished" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this clone."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_text() -> Path:
    """A folder of genuine TinyStories parquet, or the test is skipped."""
    place = os.environ.get("LMCORE_REAL_TEXT")
    folder = Path(place) if place else REPOSITORY.parent / "shared" / "tinystories" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs real TinyStories text in {folder} (or name it in LMCORE_REAL_TEXT)")
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Clone:
    """A clone after `dvc repro`, committed. Tests leave it as they found it.

    One process of the tests makes it, and each has its own copy.
    """
    mine = tmp_path_factory.getbasetemp()
    folder = (mine if worker_id == "master" else mine.parent) / "finished"
    with file_lock(folder.with_suffix(".lock"), 600, f"{folder} is not finished"):
        if not folder.exists():
            clone = Clone.make(tmp_path_factory.mktemp("clone"))
            clone.repro()
            clone.commit("run")
            shutil.copytree(clone.folder, folder, symlinks=True)
    copy = tmp_path_factory.mktemp("copy") / "finished"
    return Clone(shutil.copytree(folder, copy, symlinks=True))


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    """Tokens in which each follows from the one before, so there is much to learn."""
    text = (np.cumsum(np.arange(3000) % 7) % 50).astype(np.uint16)
    for split in ("train", "validation"):
        write(tmp_path / "tokens" / split, text, 2000)
    assert FACTS["vocab_size"] == 300
    return tmp_path / "tokens"
