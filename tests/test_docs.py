"""The course is true: every Python block of docs/ runs, in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = sorted((Path(__file__).resolve().parent.parent / "docs").glob("*.md"))
_BLOCK = re.compile(r"^( *)```python\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("chapter", DOCS, ids=lambda path: path.stem)
def test_the_code_of_a_chapter_runs(chapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(chapter.parent.parent)
    text = chapter.read_text("utf-8")
    blocks = list(_BLOCK.finditer(text))
    assert blocks
    namespace: dict[str, object] = {}
    for block in blocks:
        line = text.count("\n", 0, block.start(2))
        code = re.sub(f"^{block.group(1)}", "", block.group(2), flags=re.MULTILINE)
        exec(compile("\n" * line + code, str(chapter), "exec"), namespace)
