"""Stories for the tests of what a model makes of them."""

from __future__ import annotations

import pytest

from lmcore.corpus.builtin import stories


@pytest.fixture(scope="session")
def built_in() -> list[str]:
    """A dozen built-in stories."""
    return [story.text for story in stories(5, "validation", 12)]
