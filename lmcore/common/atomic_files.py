"""Files that are either whole or absent, and identical when their content is.

A stage that is killed half-way must leave nothing that looks finished, so
everything is written beside its final place and renamed into it: rename is
atomic within a file system. JSON is written with sorted keys and no
timestamps, so equal results are equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic_directory(final: Path) -> Iterator[Path]:
    """Yields an empty folder that becomes `final` if the block succeeds.

    What stood at `final` is replaced; after an error the folder is removed and
    `final` is as it was. Leftovers of a killed run are cleared first.
    """
    partial = _partial(final)
    _remove(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
        _sync_tree(partial)
        _remove(final)
        os.replace(partial, final)
    finally:
        _remove(partial)


@contextmanager
def atomic_file(final: Path) -> Iterator[Path]:
    """Yields a path to write; it becomes `final` if the block succeeds."""
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(final)
    try:
        yield partial
        _sync(partial)
        os.replace(partial, final)
    except OSError as error:
        if error.filename is None:  # as on a full disk
            error.filename = str(final)
        raise
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text atomically, with line ends as given."""
    with atomic_file(path) as partial:
        partial.write_bytes(text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Writes `value` as readable JSON with sorted keys; NaN and Inf are refused."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _partial(final: Path) -> Path:
    # Hidden and beside the final place: the same file system, so rename works.
    return final.with_name(f".{final.name}.partial")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            _sync(path)


def _sync(path: Path) -> None:
    # A rename can reach the disk before the bytes it names; fsync orders them.
    with path.open("rb") as file:
        os.fsync(file.fileno())
