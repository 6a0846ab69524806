"""A comparison as text for the terminal and as a page of the report's kind."""

from __future__ import annotations

from html import escape
from pathlib import Path

from lmcore.common.atomic_files import write_text
from lmcore.compare.sections import Section
from lmcore.report.elements import page_of, section, table

_WIDEST = 60


def as_text(parts: list[Section]) -> str:
    """Return headings, sentences and aligned columns; long cells are cut, except for reasons."""
    lines = []
    for part in parts:
        lines += [part.title, "-" * len(part.title), *part.sentences]
        if part.rows:
            lines += _columns([part.head, *part.rows], part.reasons)
        lines.append("")
    return "\n".join(lines)


def _columns(rows: list[list[str]], last_whole: bool) -> list[str]:
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    for row in cells:
        for column, cell in enumerate(row[:-1] if last_whole else row):
            if len(cell) > _WIDEST:
                row[column] = cell[: _WIDEST - 1] + "…"
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def as_page(names: str, parts: list[Section], path: Path) -> None:
    """Write one self-contained HTML file."""
    sections = []
    for part in parts:
        body = "".join(f"<p>{escape(sentence)}</p>" for sentence in part.sentences)
        if part.rows:
            body += table(f"{part.title} of {names}", part.head, part.rows)
        sections.append(section(part.title, body + part.charts))
    write_text(path, page_of(f"comparison of {names}", sections))
