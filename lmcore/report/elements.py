"""Small pieces of HTML that the sections are made of; all text is escaped here."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

_ASSETS = Path(__file__).parent / "assets"


def page_of(title: str, sections: list[str], live_scripts: str = "") -> str:
    """Return a whole page: its title, sections, style and scripts, in one self-contained file."""
    parts = {
        "TITLE": escape(title),
        "HEADING": escape(title[:1].upper() + title[1:]),
        "STYLE": read_asset("page.css") + (read_asset("live/live.css") if live_scripts else ""),
        "MAIN": "\n".join(sections),
        "SCRIPT": read_asset("page.js"),
        "LIVE": live_scripts,
    }
    return fill(read_asset("page.html"), parts)


def read_asset(name: str) -> str:
    """Return the text of a file in assets/."""
    return (_ASSETS / name).read_text("utf-8")


def fill(template: str, parts: dict[str, str]) -> str:
    """Return the template with each mark <!--NAME--> replaced by its part."""
    return re.sub(r"<!--([A-Z]+)-->", lambda mark: parts[mark[1]], template)


# The chapters of the course that explain what a section shows; links lead from data/report.
CHAPTERS = {
    "tokenization": ("01-tokenization.md", "Chapter 1, Tokenization"),
    "architecture": ("02-architecture.md", "Chapter 2, Architecture"),
    "training": ("03-training.md", "Chapter 3, Training"),
    "moe": ("04-moe.md", "Chapter 4, Mixture of experts"),
    "evaluation": ("05-evaluation.md", "Chapter 5, Evaluation"),
    "inside": ("06-inside.md", "Chapter 6, Inside the model"),
}


def section(title: str, body: str, chapter: str = "") -> str:
    """Return a part of the page under a heading; the navigation links to its id."""
    name, more = anchor(title), ""
    if chapter:
        file, label = CHAPTERS[chapter]
        more = f'<p class="chapter"><a href="../../docs/{file}">{label}</a></p>\n'
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>\n{more}{body}\n</section>'
    )


def anchor(title: str) -> str:
    """Return the id of the heading `title`."""
    return "heading-" + title.lower().replace(" ", "-")


def key_table(caption: str, rows: dict[str, str]) -> str:
    """Return a table of names and values."""
    body = "".join(
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>'
        for key, value in rows.items()
    )
    return f"<table><caption>{escape(caption)}</caption><tbody>{body}</tbody></table>"


def table(caption: str, head: list[str], rows: list[list[str]]) -> str:
    """Return a table with column headings; the first column heads its row.

    Columns of numbers are aligned to the right. On a narrow screen a long name
    takes a line of its own, above its values. What is too wide even so scrolls,
    by keyboard too.
    """
    kinds = []  # the attribute that aligns each column's cells, which may all be numbers
    for column in range(len(head)):
        cells = [row[column] for row in rows]
        numbers = any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)
        kinds.append(' class="number"' if numbers else "")
    top = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(head, kinds, strict=True)
    )
    # A name such as `train.learning_rate` may break where its parts meet.
    names = [_JOINT.sub(r"\1<wbr>", escape(row[0])) for row in rows]
    body = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(
            f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row[1:], kinds[1:], strict=True)
        )
        + "</tr>"
        for name, row in zip(names, rows, strict=True)
    )
    label, values = escape(caption), len(head) - 1
    long = values <= _MAX_BELOW and any(len(row[0]) > _LONG for row in rows)
    kind = f'scroll stacked" style="--values:{values}' if long else "scroll"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{label}"><table>'
        f"<caption>{label}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


_NUMBER = re.compile(r"[-+−]?[\d,]+(\.\d+)?%?( ± [\d.]+)?|[-–]|")
_JOINT = re.compile(r"([._])(?=\w)")

# Characters of a name that leave no room beside it, and values that fit below it, on a phone.
_LONG, _MAX_BELOW = 12, 3


def inline_json(css_class: str, value: Any) -> str:
    """Return data for the script; `<` is written so that it cannot end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="{css_class}">{text}</script>'


def lines_of(text: str) -> str:
    """Return a text with its line breaks."""
    return escape(text).replace("\n", "<br>")
