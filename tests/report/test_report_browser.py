"""The report in a real browser: it works, it is quiet, and it asks the network for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.browser import Browser, opened
from helpers.report_run import HOSTILE, make_report, write_inside

from lmcore.common import paths
from lmcore.compare.sections import Section
from lmcore.compare.show import as_page
from lmcore.report.charts import Line, line_chart

LONG = "Once upon a time </script> Lily was sad. The old cat was sad. " * 4
PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def page(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The report, freshly opened; whatever the test did, nothing was fetched or complained of."""
    monkeypatch.chdir(tmp_path)
    write_inside(tmp_path)
    make_report(tmp_path, source="tinystories", experts=4, text=LONG)
    yield from opened(browser, tmp_path / paths.REPORT / "index.html")


@pytest.fixture
def comparison(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """The page of a comparison, likewise."""
    rows = [
        ["evaluation: baselines.kneser_ney_trigram.bits_per_byte", "1.30349", "1.34487", "+0.041"],
        ["evaluation: model.bits_per_byte_standard_error", "0.00873691", "0.00796836", "-0.00077"],
        ["tokens: validation.longest_tokens", "grandmother; hardworking", "grandmother; bee", ""],
    ]
    lines = [
        Line(f"{side}: a branch of a long name", [(1, 3.5), (2, 3.0)], [0.5, 0.25]) for side in "AB"
    ]
    parts = [
        Section("Metrics", ["Sentence."], ["metric", "HEAD~1", "workspace", "change"], rows),
        Section("Curves", [], charts=line_chart("Training loss", "step", "nats per token", lines)),
    ]
    as_page("HEAD~1 and workspace", parts, tmp_path / "compare" / "index.html")
    yield from opened(browser, tmp_path / "compare" / "index.html")


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
    page.press("ArrowRight")
    told, expected = page.run(cost).split("; expected ")
    assert told == "Token 2: ␣upon: 0.0 bits" and expected.count("%") == 5
    page.point_at("document.querySelectorAll('#passage .token')[1]")
    assert page.run(cost).startswith("Token 1: Once: 1.0 bits; expected ")
    page.press("ArrowLeft")
    assert page.run(cost) == "Token 0: <|endoftext|>: given"


def test_the_slider_shows_the_head_scores_of_a_checkpoint(page: Browser) -> None:
    shown = "document.querySelector('[data-score=induction]').textContent"
    last = page.run(shown)
    page.run("document.getElementById('inside-step').focus()")
    page.press("ArrowLeft")
    assert page.run("document.getElementById('inside-name').textContent") == "step 1"
    first = page.run(shown)
    assert "0.75" in last and "0.06" in first
    assert HOSTILE in page.run("document.getElementById('inside-text').textContent")
    page.press("ArrowRight")
    assert page.run(shown) == last


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


def test_a_tap_on_a_chart_tells_the_values_there(page: Browser) -> None:
    page.resize(360)
    page.tap("document.querySelector('.chart svg')")
    told = page.run("document.querySelector('.chart .readout').textContent")
    assert 34 < int(re.search(r"training \S+ at step (\d+) ", told)[1]) < 45  # sqrt(1500) is 39


def test_what_a_tap_tells_is_in_view(page: Browser) -> None:
    page.resize(360)
    page.tap("[...document.querySelectorAll('#passage .token')].at(-1)")
    readout = "document.getElementById('passage-value')"
    assert page.run(f"{readout}.textContent").strip()
    box = f"{readout}.getBoundingClientRect()"
    top, bottom = (page.run(f"{box}.{edge}") for edge in ("top", "bottom"))
    assert 0 <= top < bottom <= 800
    # The map that moves below it does not cover it.
    assert page.run(f"document.elementFromPoint(30, {(top + bottom) / 2}) === {readout}")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("which", ["page", "comparison"])
def test_the_page_fits_the_screen(request: pytest.FixtureRequest, which: str, width: int) -> None:
    page = request.getfixturevalue(which)
    page.resize(width)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run(BROKEN) == []
    assert page.run(HIDDEN) == []
    assert page.run(PARTED) == []


# Numbers of tables, and words of their headings, that go over more than one line.
BROKEN = r"""[...document.querySelectorAll("td, thead th")].flatMap((cell) => {
  const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
  while (words.nextNode()) {
    for (const word of words.currentNode.data.matchAll(/\S+/g)) {
      const range = document.createRange();
      range.setStart(words.currentNode, word.index);
      range.setEnd(words.currentNode, word.index + word[0].length);
      const counts = cell.tagName === "TH" || /^[-+]?[\d.,]+%?$/.test(word[0]);
      if (counts && range.getClientRects().length > 1) found.push(word[0]);
    }
  }
  return found;
})"""
# Rows that do not show their values: all of a few, and the beginning of the first of many.
HIDDEN = """[...document.querySelectorAll("main tbody tr")].filter((row) => {
  const cells = [...row.cells].map((cell) => cell.getBoundingClientRect());
  return cells.length > 4 ? cells[1].left > innerWidth - 60 : cells.at(-1).right > innerWidth;
}).map((row) => row.textContent)"""
# Names of a legend that begin on another line than their swatch.
PARTED = """[...document.querySelectorAll(".key")]
  .filter((key) => key.getClientRects().length !== 1).map((key) => key.textContent)"""


def test_what_scrolls_can_be_scrolled_by_keyboard_and_has_a_name(page: Browser) -> None:
    page.resize(360)
    wide = "[...document.querySelectorAll('.scroll, #attention')]"
    wide += ".filter((box) => box.scrollWidth > box.clientWidth)"
    assert page.run(f"{wide}.length") >= 2
    assert page.run(f"{wide}.every((box) => box.tabIndex === 0 && box.ariaLabel && box.role)")


def test_a_comparison_tells_the_values_of_its_curves(comparison: Browser) -> None:
    comparison.run("document.querySelector('.chart svg').focus()")
    comparison.press("End")
    told = comparison.run("document.querySelector('.chart .readout').textContent")
    assert "B: a branch of a long name 3 ± 0.25 at step 2" in told
    assert comparison.run("document.querySelectorAll('nav a').length") == 2
    assert comparison.run("document.querySelectorAll('.band').length") == 2


def test_sections_are_linked_and_headings_in_order(page: Browser) -> None:
    links = page.run("[...document.querySelectorAll('nav a')].map((a) => a.hash)")
    assert len(links) == 10
    assert page.run(f"{links}.every((link) => document.querySelector(link) !== null)")
    assert page.run("document.querySelectorAll('h1').length") == 1
    assert page.run("document.querySelectorAll('main').length") == 1
