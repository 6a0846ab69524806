"""Stories that the tests of this folder share."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lmcore.dataset.stories import SplitWriter


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """9,000 small stories: several row groups."""
    folder = tmp_path_factory.mktemp("raw")
    random.seed(0)
    words = ["tree", "it's", "日本", "  two", "\n", "7", "ran", "naïve", "x" * 20]
    for split, count in (("train", 9000), ("validation", 50)):
        with SplitWriter(folder, split) as writer:
            for _ in range(count):
                writer.add(" ".join(random.choices(words, k=random.randint(1, 30))))
    return folder
