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


def section(title: str, body: str) -> str:
    """A part of the page under a heading; the navigation links to its id."""
    name = anchor(title)
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>\n{body}\n</section>'


def anchor(title: str) -> str:
    """The id of the heading `title`."""
    return "heading-" + title.lower().replace(" ", "-")


def key_table(caption: str, rows: dict[str, str]) -> str:
    """A table of names and values."""
    body = "".join(
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>'
        for key, value in rows.items()
    )
    return f"<table><caption>{escape(caption)}</caption><tbody>{body}</tbody></table>"


def table(caption: str, head: list[str], rows: list[list[str]]) -> str:
    """A table with column headings; the first column heads its row.

    On a narrow screen a long name takes a line of its own, above its values.
    What is too wide even so scrolls, by keyboard too.
    """
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{_breakable(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    said, values = escape(caption), len(head) - 1
    long = values <= _MAX_BELOW and any(len(row[0]) > _LONG for row in rows)
    kind = f'scroll stacked" style="--values:{values}' if long else "scroll"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{said}"><table>'
        f"<caption>{said}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


# Characters of a name that leave no room beside it, and values that fit below it, on a phone.
_LONG, _MAX_BELOW = 12, 3


def _breakable(name: str) -> str:
    """`train.learning_rate` breaks where its parts meet, if it must."""
    return re.sub(r"([._])(?=\w)", r"\1<wbr>", escape(name))


def inline_json(css_class: str, value: Any) -> str:
    """Data for the script; `<` is written so that it cannot end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="{css_class}">{text}</script>'


def lines_of(text: str) -> str:
    """Text with its line breaks."""
    return escape(text).replace("\n", "<br>")
