"""`stages.chapter`: the code runs as it stands, and what it asserts is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from stages import chapter

TEXT = """# 9. Sums

Prose is not shown.

## By hand

| a | b |
|---|---|
| 1 | 2 |

```sh
# 1. *no heading*
```

```python
import mlx.core as mx


def close(one, other):
    assert one is not None
    return mx.allclose(mx.array(one), mx.array(other))


total = mx.array([1.0, 2]) + 2
assert close(total, [3, 4]) and total.size == 2
assert 0 < total.size < 3
for number in range(9):
    assert number + 0.5 > 0
```

## Exercises

1. *What
   is it?* A sum.
   ```python
   text = "cat"
   text.upper()
   ```
"""


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "09-sums.md").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "docs"


def test_headings_tables_and_values_are_shown(docs: Path) -> None:
    result = CliRunner().invoke(chapter.main, ["9"])
    assert result.output.strip().split("\n") == [
        "# 9. Sums", "", "## By hand", "", "| a | b |", "|---|---|", "| 1 | 2 |",
        "    total = [3, 4]", "    total.size = 2", "    total.size = 2",
        "    number + 0.5 = 0.5", "    number + 0.5 = 1.5", "    number + 0.5 = 2.5", "",
        "## Exercises", "", "1. *What is it?*", "    text.upper() = 'CAT'",
    ]  # fmt: skip
    assert result.exit_code == 0


def test_what_fails_is_one_sentence_with_its_line(docs: Path) -> None:
    (docs / "09-sums.md").write_text(TEXT.replace("size == 2", "size == 7"))
    result = CliRunner().invoke(chapter.main, ["09"])
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "Error: docs/09-sums.md, line 25: AssertionError."


def test_a_chapter_that_there_is_not(docs: Path) -> None:
    result = CliRunner().invoke(chapter.main, ["1"])
    assert result.output == "Error: There is no chapter 1; there are 09.\n"
    (docs / "09-sums.md").unlink()
    result = CliRunner().invoke(chapter.main, ["1"])
    assert result.output == "Error: docs holds no chapters; run this in the repository's root.\n"
