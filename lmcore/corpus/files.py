"""Stories from a folder of the user's own .parquet, .txt and .jsonl files.

* .parquet: a string column `text`, one story a row
* .txt: stories with a line `<|endoftext|>` after each
* .jsonl: an object with a string `text` on each line

Files whose name begins with "valid" are the validation split. Where there is
none, each story's SHA-256 decides whether it is held out, so the split depends
neither on the order of files nor on what else is in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError
from lmcore.common.params import DataParams
from lmcore.dataset.stories import read_texts, row_groups_of

_SUFFIXES = (".parquet", ".txt", ".jsonl")


def stories(params: DataParams) -> Iterator[tuple[bool, str]]:
    """`(held out, story)` for every story of the folder, in the order of file names.

    Empty stories are left out. Raises `LmcoreError` for a folder without
    usable files and for a file that cannot be read, naming the line.
    """
    folder = Path(params.folder)
    files = _files(folder)
    named = any(_is_validation(path) for path in files)
    for path in files:
        for story in _READERS[path.suffix](path):
            story = story.strip()
            if not story:
                continue
            held_out = _is_validation(path) if named else _drawn(story, params.validation_fraction)
            yield held_out, story


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise LmcoreError(f"data.folder is {str(folder)!r}; there is no such folder.")
    files = sorted(
        path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file()
    )
    if not files:
        raise LmcoreError(
            f"{folder} (data.folder) holds no {', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]} file."
        )
    return files


def _is_validation(path: Path) -> bool:
    return path.name.startswith("valid")


def _drawn(story: str, share: float) -> bool:
    digest = hashlib.sha256(story.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _from_parquet(path: Path) -> Iterator[str]:
    for group in row_groups_of(path):
        yield from read_texts(group).to_pylist()


def _from_txt(path: Path) -> Iterator[str]:
    lines: list[str] = []
    for line in _lines(path):
        if line.strip() == END_OF_TEXT:
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    yield "".join(lines)


def _from_jsonl(path: Path) -> Iterator[str]:
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError):
            text = None
        if not isinstance(text, str):
            raise LmcoreError(f'{path}, line {number}: expected an object with a string "text".')
        # JSON can spell half a UTF-16 pair, which no UTF-8 file can hold.
        yield text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lines(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 file with their ends as they are."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise LmcoreError(
                    f"{path}, line {number}: byte {error.start + 1} is not valid UTF-8."
                ) from None


_READERS = {".parquet": _from_parquet, ".txt": _from_txt, ".jsonl": _from_jsonl}
