"""The course is true: every Python block of docs/ runs, in order; the index and links are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.report_run import write_inside

from benchmarks import inside
from lmcore.common.json_files import read_json
from lmcore.course.chapter import run_chapter

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
CHAPTERS = [path for path in DOCS if path.name[0].isdigit()]
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"^( *)```.*?^\1```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def links_of(document: Path) -> list[str]:
    """Return the relative links of a document, outside of its code."""
    links = _LINK.findall(_CODE.sub("", document.read_text("utf-8")))
    return [link for link in links if ":" not in link]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_code_of_a_chapter_runs(chapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(chapter.parent.parent)
    shown: list[str] = []
    assert run_chapter(chapter, shown.append) > 0
    assert any(line.startswith("    ") for line in shown)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_code_stands_outside_of_a_closed_block(chapter: Path) -> None:
    lines = chapter.read_text("utf-8").splitlines()
    fences = [line.strip() for line in lines if line.strip().startswith("```")]
    assert all(fence == "```" for fence in fences[1::2]) and len(fences) % 2 == 0


@pytest.mark.parametrize("document", [ROOT / "README.md", *DOCS], ids=lambda path: path.stem)
def test_relative_links_exist(document: Path) -> None:
    assert [link for link in links_of(document) if not (document.parent / link).exists()] == []


def test_what_is_called_reproducible_names_its_test_or_says_that_it_has_none() -> None:
    text = (ROOT / "docs" / "reproducibility.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    for row in rows:
        backed_by = row.rstrip(" |").rpartition(" | ")[2]
        if backed_by != "not verified here":
            (file, name) = re.match(r"`(tests/[\w/]+\.py)::(\w+)`", backed_by).groups()
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), row


def test_the_index_lists_every_chapter_under_its_title() -> None:
    index = ROOT / "docs" / "README.md"
    assert {path.name for path in DOCS} - {index.name} <= set(links_of(index))
    listed = index.read_text("utf-8")
    for chapter in CHAPTERS:
        title = chapter.read_text("utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({chapter.name})" in listed


def test_the_figures_of_the_quickstart_in_chapter_6_are_the_committed_ones() -> None:
    _, written, _ = inside.parts_of(inside.CHAPTER.read_text("utf-8"))
    committed = inside.RESULTS.exists()
    assert written == (inside.tables(read_json(inside.RESULTS)) if committed else "")


def test_the_figures_of_a_part_are_in_its_row(tmp_path: Path) -> None:
    figures = inside.tables(write_inside(tmp_path))
    first = next(line for line in figures.splitlines() if line.startswith("| layer 1, head 1 |"))
    assert first.split(" | ")[1] == "+0.250"
    assert "| layer 2, feed-forward | +0.250 |" in figures
    assert "5.25 in a story's own text, -5.50 in the other" in figures


def test_the_tests_that_documents_name_exist() -> None:
    named = {
        tuple(found)
        for path in DOCS
        for found in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", path.read_text("utf-8"))
    }
    assert named
    for file, name in named:
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"
