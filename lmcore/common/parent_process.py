"""Detects that the `dvc repro` that started this process was killed.

DVC's stages live on when DVC is killed. Their results would then overwrite those of the
next `dvc repro`, which may have other parameters. So every stage watches its parent and
ends with it, and no output is published afterwards (lmcore/common/atomic_files.py).
Started in another way, a process may outlive its parent, as when a terminal is closed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ABANDONED = "The `dvc repro` that started this stage was killed"  # a sentence begins with it
_PAUSE = 0.2  # seconds between two looks
# Time for a stage that looks by itself, between two pieces of its work, to end in order.
_GRACE = 3.0
_PARENT = os.getppid()  # when this process started, or nearly so


def parent_died() -> Callable[[], bool]:
    """Return a function that returns whether the `dvc repro` that started this was killed."""
    parent = os.getppid()
    return lambda: is_abandoned(parent)


def is_abandoned(parent: int = _PARENT) -> bool:
    """Return whether this process is a stage of DVC whose parent died."""
    return "DVC_STAGE" in os.environ and (os.getppid() != parent or not _may_start_stages(parent))


def end_with_parent() -> None:
    """End this process soon after its parent died, if it is a stage of DVC.

    By SIGTERM: training saves a checkpoint first, and any other stage ends at once.
    """
    if "DVC_STAGE" in os.environ:
        threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    while not is_abandoned():
        time.sleep(_PAUSE)
    time.sleep(_GRACE)
    with suppress(OSError, ValueError):  # nobody may read it
        print(f"{ABANDONED}.", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


def _may_start_stages(parent: int) -> bool:
    """Return False where the parent is surely not DVC, which died before we looked for it.

    The process is then a child of one that adopts orphans, as init does.
    """
    try:
        command = Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:  # not on Linux, or it has just ended
        return True
    return b"python" in command or b"dvc" in command
