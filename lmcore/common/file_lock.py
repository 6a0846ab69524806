"""A lock that the operating system releases when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lmcore.common.errors import LmcoreError

_PAUSE = 0.1  # seconds between two attempts


@contextmanager
def file_lock(path: Path, patience: float, in_use: str) -> Iterator[None]:
    """Hold the lock `path` for this process alone, waiting up to `patience` seconds for it.

    Raises `LmcoreError` with the sentence `in_use` where another process still holds it.
    The file is removed at the end. What a killed process leaves is no lock, only a file.
    """
    deadline = time.monotonic() + patience
    while (descriptor := _try(path)) is None:
        if time.monotonic() > deadline:
            raise LmcoreError(in_use)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        with suppress(OSError):  # its folder may be gone
            path.unlink()
        os.close(descriptor)


def _try(path: Path) -> int | None:
    """Return the descriptor of the locked file, or None where another process holds the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not inherited: a helper process that outlives this one must not hold the lock.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its holder may have removed the file between our opening and locking it.
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
