"""What every test may rely on: a set-up compute backend, real text, the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pipeline.clone import Clone

from lmcore import backend

REPOSITORY = Path(__file__).resolve().parent.parent

# Before any test module imports mlx, as every stage does.
backend.setup()


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
def finished(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone after `dvc repro`, committed. Tests leave it as they found it."""
    clone = Clone.make(tmp_path_factory.mktemp("finished"))
    clone.repro()
    clone.commit("run")
    return clone
