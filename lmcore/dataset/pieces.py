"""A function mapped over the stories of a split, in order, by several workers in bounded memory.

The row groups of a split are gathered into pieces of a few megabytes. Pieces are the same and
results come back in order for any number of workers, so the outcome is the same, too. Only a few
pieces are under way at once.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmcore.common.errors import LmcoreError
from lmcore.common.parent_process import ABANDONED, parent_died
from lmcore.common.progress import progress
from lmcore.dataset.stories import RowGroup, read_texts, row_groups
from lmcore.tokenizer.pretokenize import BLOCK_BYTES

Piece = list[RowGroup]

# Below this many bytes, starting a second process takes longer than it saves.
_MIN_BYTES_FOR_PROCESSES = 96 << 20
# Two threads count 64 MB 1.6 times as fast as one and encode them 1.3 times as fast. More,
# which would wait for Python's interpreter lock, were not measured.
_MAX_THREADS = 2
# For each helper: pieces submitted and not done, and finished results that
# may wait until an earlier one is there.
_AHEAD, _MAX_WAITING = 4, 8
# Row groups in a piece at most. A file that others wrote may count repetitive text only as a
# dictionary, which is next to nothing: thousands of such row groups would be one piece.
_MAX_GROUPS = 64
# Just below the 32 MiB up to which glibc reuses a freed block.
_LARGEST_REUSED = 31 << 20


def map_pieces(
    work: Callable[[Piece], Any], raw: Path, split: str, label: str, workers: int | None = None
) -> Iterator[Any]:
    """Yield `work` of every piece of a split, in order.

    `workers` is the number of processes, this one included; None: as many as there are cores,
    or threads where the text is too short for processes to pay off. Raises `LmcoreError` once
    the `dvc repro` that started this process was killed: the next one writes to the same place.
    """
    abandoned = parent_died()
    groups = row_groups(raw, split)
    total = sum(group.bytes for group in groups)
    threads = workers is None and total < _MIN_BYTES_FOR_PROCESSES
    if workers is None:
        workers = min(usable_cores(), _MAX_THREADS) if threads else usable_cores()
    pieces = gather(groups)
    workers = max(1, min(workers, len(pieces)))
    with progress(total, label, "B") as bar:
        for piece, result in zip(pieces, _in_order(work, pieces, workers, threads), strict=True):
            if abandoned():
                raise LmcoreError(f"{ABANDONED}; nothing was written.")
            bar.update(sum(group.bytes for group in piece))
            yield result


def gather(groups: list[RowGroup]) -> list[Piece]:
    """Return consecutive row groups in pieces of about `BLOCK_BYTES`."""
    pieces: list[Piece] = [[]]
    size = 0
    for group in groups:
        if size + group.bytes > BLOCK_BYTES or len(pieces[-1]) == _MAX_GROUPS:
            pieces.append([])
            size = 0
        pieces[-1].append(group)
        size += group.bytes
    return [piece for piece in pieces if piece]


def blocks_of_piece(piece: Piece) -> Iterator[pa.Array]:
    """Yield the texts of a piece in arrays of about `BLOCK_BYTES`, cut between texts."""
    for group in piece:
        texts = read_texts(group)
        ends = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False).astype(np.int64))
        start = 0
        while start < len(texts):
            before = ends[start - 1] if start else 0
            stop = int(np.searchsorted(ends, before + BLOCK_BYTES, side="right"))
            stop = max(stop, start + 1)
            yield texts.slice(start, stop - start)
            start = stop


def usable_cores() -> int:
    """Return the cores that this process may use; in a container, fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_order(
    work: Callable[[Piece], Any], pieces: list[Piece], workers: int, threads: bool
) -> Iterator[Any]:
    """Yield results in the order of the pieces, from this thread and `workers - 1` helpers.

    While the oldest result is not there yet, this thread does the next piece
    itself, so it works from the first moment, while the helpers are starting up.
    """
    _keep_freed_memory()
    if workers == 1:
        yield from map(work, pieces)
        return
    pool: Executor
    if threads:
        pool = ThreadPoolExecutor(workers - 1, initializer=_begin, initargs=(work,))
    else:  # spawned: a fork would copy locks that pyarrow's threads may hold
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers - 1, context, _begin_process, (work,))
    waiting: deque[Future] = deque()
    left = deque(pieces)
    with pool:
        try:
            while left or waiting:
                # 1. Give the helpers their next pieces.
                under_way = sum(not result.done() for result in waiting)
                for _ in range(min(len(left), _AHEAD * (workers - 1) - under_way)):
                    waiting.append(pool.submit(_work_of_helper, left.popleft()))
                # 2. Yield the oldest result, or else do a piece here.
                if not left or waiting[0].done() or len(waiting) >= _MAX_WAITING * workers:
                    yield waiting.popleft().result()
                else:
                    waiting.append(Future())
                    waiting[-1].set_result(work(left.popleft()))
        except BrokenProcessPool:
            raise LmcoreError(
                "A process that helped to read the corpus was killed (is there enough memory?); "
                "nothing was written."
            ) from None


# The function that this helper, a process or a thread, was started for, as `_helper.work`.
_helper = threading.local()


def _begin(work: Callable[[Piece], Any]) -> None:
    _helper.work = work
    _keep_freed_memory()


def _begin_process(work: Callable[[Piece], Any]) -> None:
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    _begin(work)


def _work_of_helper(piece: Piece) -> Any:
    return _helper.work(piece)


def _exit_with_parent() -> None:
    """End this process when its parent is killed: it would wait for a piece without end."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
    os._exit(1)


def _keep_freed_memory() -> None:
    """Make glibc reuse large freed blocks; by default it returns each to the system.

    A page fault for each page of each array is a third of the work otherwise.
    glibc raises its limit to the largest block that it has seen freed.
    """
    np.empty(_LARGEST_REUSED, np.uint8)
