"""What every test may rely on: a set-up compute backend, real text, the repository."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from helpers.clone import Clone
from helpers.shards import FACTS, write

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


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    """Tokens in which each follows from the one before, so there is much to learn."""
    text = (np.cumsum(np.arange(3000) % 7) % 50).astype(np.uint16)
    for split in ("train", "validation"):
        write(tmp_path / "tokens" / split, text, 2000)
    assert FACTS["vocab_size"] == 300
    return tmp_path / "tokens"
