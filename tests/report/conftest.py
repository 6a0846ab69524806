"""A browser for the tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.browser import Browser, open_browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless browser, or the test is skipped."""
    with open_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
