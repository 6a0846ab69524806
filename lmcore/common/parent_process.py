"""Whether somebody still waits for this process."""

from __future__ import annotations

import os
from collections.abc import Callable


def parent_died() -> Callable[[], bool]:
    """A function that tells whether the `dvc repro` that started this process was killed.

    Its stages live on, and nobody waits for them any more. Started in another
    way, a process may well outlive its parent: a terminal that was closed, say.
    """
    parent = os.getppid()
    return lambda: "DVC_STAGE" in os.environ and os.getppid() != parent
