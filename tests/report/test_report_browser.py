"""The report in a real browser: it works, it is quiet, and it asks the network for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from report.browser import NAMES, Browser, find_browser
from report.report_run import make_report

from lmcore import paths

MAP = "document.getElementById('attention')"
SAID = "document.getElementById('attention-value').textContent"
PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip(f"needs a browser on PATH: one of {', '.join(NAMES)}")
    with Browser(program, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The report, freshly opened; whatever the test did, nothing was fetched or complained of."""
    monkeypatch.chdir(tmp_path)
    make_report(tmp_path, source="tinystories", experts=4)
    browser.requests.clear()
    browser.complaints.clear()
    browser.open(tmp_path / paths.REPORT / "index.html")
    yield browser
    browser.run("1")  # an answer comes after the events before it
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []


def test_choosing_a_layer_or_head_changes_the_map(page: Browser) -> None:
    seen = {page.run(f"{MAP}.innerHTML")}
    for name, value in (("head", 1), ("layer", 1), ("head", 0)):
        page.run(
            f"(() => {{ const s = document.getElementById('attention-{name}');"
            f"s.value = {value}; s.dispatchEvent(new Event('change')); }})()"
        )
        seen.add(page.run(f"{MAP}.innerHTML"))
    assert len(seen) == 4


def test_pointing_at_a_cell_and_arrow_keys_tell_weights(page: Browser) -> None:
    page.point_at(f"{MAP}.querySelector('table').rows[0].cells[1]")
    first = page.run(SAID)
    assert "takes 100.0% from" in first  # the first token sees itself alone
    page.run(f"{MAP}.focus()")
    page.press("ArrowDown")
    assert page.run(SAID) != first
    assert page.run(f"{MAP}.querySelectorAll('.chosen').length") == 1
    page.press("ArrowUp")
    assert page.run(SAID) == first


def test_charts_tell_values_by_pointer_and_keyboard(page: Browser) -> None:
    readout = "document.querySelector('.chart .readout').textContent"
    page.point_at("document.querySelector('.chart svg')")
    assert "training " in page.run(readout)
    assert "validation 3 at step 750" in page.run(readout)
    page.run("document.querySelector('.chart svg').focus()")
    page.press("End")
    assert "training 2.005 at step 1,500" in page.run(readout)
    assert "validation 2.75 at step 1,500" in page.run(readout)


def test_the_passage_tells_what_a_token_cost(page: Browser) -> None:
    page.run("document.getElementById('passage').focus()")
    page.press("ArrowRight")
    cost = "document.getElementById('passage-value').textContent"
    assert page.run(cost) == "Token 2: ␣upon: 0.0 bits"
    page.point_at("document.querySelector('#passage .token')")
    assert page.run(cost) == "Token 1: Once: 1.0 bits"


def test_the_theme_follows_the_system_until_switched(page: Browser) -> None:
    found = []
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.call("Emulation.setEmulatedMedia", features=[feature])
        found.append(page.run(PAPER))
    light, dark = found
    assert light != dark
    page.run("document.getElementById('theme').click()")
    assert page.run(PAPER) == light
    page.run("document.getElementById('theme').click()")
    assert page.run(PAPER) == dark


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_the_screen(page: Browser, width: int) -> None:
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=width, height=800, deviceScaleFactor=1, mobile=width < 600,
    )  # fmt: skip
    assert page.run("document.documentElement.scrollWidth") <= width


def test_sections_are_linked_and_headings_in_order(page: Browser) -> None:
    links = page.run("[...document.querySelectorAll('nav a')].map((a) => a.hash)")
    assert len(links) == 10
    assert page.run(f"{links}.every((link) => document.querySelector(link) !== null)")
    assert page.run("document.querySelectorAll('h1').length") == 1
    assert page.run("document.querySelectorAll('main').length") == 1
