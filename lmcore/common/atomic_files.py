"""Files that are either whole or absent, and identical when their content is.

A stage that is killed half-way must leave nothing that looks finished, so
everything is written beside its final place and renamed into it: rename is
atomic within a file system. A lock keeps two writers of one place apart; what
killed writers left there is removed by the next one.

    .NAME.PID-RANDOM.partial    what a writer has so far
    .NAME.partial.lock          held while it writes

A stage whose `dvc repro` was killed publishes nothing: its parameters may be
out of date. JSON is written with sorted keys and no
timestamps, so equal results are equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lmcore.common.errors import LmcoreError
from lmcore.common.file_lock import file_lock
from lmcore.common.json_files import CONTENT_SHA256, content_sha256
from lmcore.common.parent_process import ABANDONED, is_abandoned

_PATIENCE = 5.0  # seconds to wait for another writer of the same place


@contextmanager
def atomic_directory(final: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `final` if the block succeeds.

    What stood at `final` is replaced; after an error the folder is removed and
    `final` is as it was. Raises `LmcoreError` where another process writes `final`.
    """
    # Else another folder may lie there once the parents are made, and would be removed.
    assert ".." not in final.parts
    with _only_writer(final) as partial:
        partial.mkdir()
        yield partial
        for path in partial.rglob("*"):
            if path.is_file():
                _sync(path)
        _refuse_if_abandoned(final)
        _remove(final)
        os.replace(partial, final)


@contextmanager
def atomic_file(final: Path) -> Iterator[Path]:
    """Yield a path to write; it becomes `final` if the block succeeds.

    Raises `LmcoreError` where another process writes `final`.
    """
    try:
        with _only_writer(final) as partial:
            yield partial
            _sync(partial)
            _refuse_if_abandoned(final)
            os.replace(partial, final)
    except OSError as error:
        if error.filename is None:  # as on a full disk
            error.filename = str(final)
        raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically, with line ends as given."""
    with atomic_file(path) as partial:
        partial.write_bytes(text.encode("utf-8"))


def write_json(path: Path, value: Any, checksum: bool = False) -> None:
    """Write `value` as readable JSON with sorted keys; NaN and Inf are refused.

    With `checksum`, for an object that lies alone, the SHA-256 of its content is added.
    """
    if checksum:
        value = {**value, CONTENT_SHA256: content_sha256(value)}
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _only_writer(final: Path) -> Iterator[Path]:
    """Yield the path of a partial result, for as long as no other process writes `final`."""
    # Hidden and beside the final place: the same file system, so rename works.
    lock = final.with_name(f".{final.name}.partial.lock")
    in_use = f"{final} is being written by another process: wait for it or stop it."
    with file_lock(lock, _PATIENCE, in_use):
        own = re.compile(rf"\.{re.escape(final.name)}\.[0-9]+-[0-9a-f]{{8}}\.partial")
        for path in final.parent.iterdir():
            if own.fullmatch(path.name):
                _remove(path)  # of a killed writer: a living one would hold the lock
        partial = final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
        try:
            yield partial
        finally:
            _remove(partial)


def _refuse_if_abandoned(final: Path) -> None:
    if is_abandoned():
        raise LmcoreError(f"{ABANDONED}; {final} was not written.")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    # A rename can reach the disk before the bytes it names; fsync orders them.
    with path.open("rb") as file:
        os.fsync(file.fileno())
