"""The corpus, as a whole: word counts for training a tokenizer, and token shards.

Both go over the row groups of a split in pieces of a few megabytes, in as many
processes, or for less text threads, as there are cores. Pieces are the same and
come back in order whatever the number of workers, so the results are, too; and
only a few are under way at once, so memory stays bounded.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmcore.common.atomic_files import atomic_directory, sha256_of
from lmcore.common.errors import LmcoreError
from lmcore.common.parent_process import parent_died
from lmcore.common.progress import progress
from lmcore.dataset.shards import ShardWriter
from lmcore.dataset.stories import SPLITS, RowGroup, read_texts, row_groups
from lmcore.tokenizer.pretokenize import BLOCK_BYTES, END, count_words
from lmcore.tokenizer.tokenizer import Tokenizer

# Below this many bytes, starting a second process takes longer than it saves.
_WORTH_PROCESSES = 96 << 20
# Two threads count 64 MB 1.6 times as fast as one and encode them 1.3 times as fast. More,
# which would wait for one another in Python's own steps, were not measured.
_MAX_THREADS = 2
# Bytes of distinct words to count at once; merging so many takes 200 to 500 MB.
_MAX_BYTES = 2 << 20
# Pieces under way for each other process: one in work, one waiting for it; and
# results that may wait, for each process, until an earlier one is there.
_AHEAD, _MAX_WAITING = 4, 8
# Row groups in a piece, at most. Files of others may count repetitive text only as a dictionary,
# which is next to nothing: thousands of such row groups would be one piece.
_MAX_GROUPS = 64
# Just below the 32 MiB to which glibc limits itself.
_LARGEST_KEPT = 31 << 20

Piece = list[RowGroup]


def train_tokenizer(
    raw: Path, vocab_size: int, pattern: str, workers: int | None = None
) -> tuple[Tokenizer, dict[str, Any]]:
    """Learns a tokenizer from the training split; returns it with figures about it.

    Names and misspellings never end, so beyond `_MAX_BYTES` of distinct words
    the rarer half is forgotten, as often as needed: the figures say how many
    occurrences that were. Anything smaller is counted exactly.
    """
    counts: Counter[bytes] = Counter()
    size = forgotten = 0  # bytes of the distinct words; occurrences
    for piece in _over_pieces(raw, "train", _CountWords(pattern), "count words", workers):
        size += sum(len(word) for word in piece if word not in counts)
        counts.update(piece)
        if size > _MAX_BYTES:
            before = counts.total()
            counts = _commonest(counts, _MAX_BYTES // 2)
            size = sum(map(len, counts))
            forgotten += before - counts.total()
    tokenizer = Tokenizer.from_counts(counts, vocab_size, pattern=pattern)
    return tokenizer, {
        "vocab_size": tokenizer.vocab_size,
        "vocab_size_asked_for": vocab_size,
        "merges": len(tokenizer.merges),
        "distinct_words": len(counts) - (END in counts),
        "occurrences_forgotten": forgotten,
    }


def _commonest(counts: Counter[bytes], room: int) -> Counter[bytes]:
    """The commonest words that fit into `room` bytes, one at least; of equals those met first."""
    kept: Counter[bytes] = Counter()
    # A stable sort, and pieces come in order: the same for any number of workers.
    for word, count in sorted(counts.items(), key=itemgetter(1), reverse=True):
        if len(word) <= room or not kept:
            kept[word] = count
            room -= len(word)
    return kept


def encode_corpus(
    raw: Path, tokenizer_file: Path, tokens: Path, shard_tokens: int, workers: int | None = None
) -> dict[str, Any]:
    """Writes the shards of both splits below `tokens`; returns figures about them."""
    tokenizer = Tokenizer.load(tokenizer_file)
    with atomic_directory(tokens) as partial:
        return {
            split: _encode_split(
                raw, split, tokenizer, tokenizer_file, partial, shard_tokens, workers
            )
            for split in SPLITS
        }


def _encode_split(
    raw: Path,
    split: str,
    tokenizer: Tokenizer,
    tokenizer_file: Path,
    folder: Path,
    shard_tokens: int,
    workers: int | None,
) -> dict[str, Any]:
    writer = ShardWriter(folder / split, shard_tokens)
    used = np.zeros(tokenizer.vocab_size, np.int64)
    size = 0
    encode = _Encode(tokenizer_file)
    for ids, text_bytes in _over_pieces(raw, split, encode, f"encode {split}", workers):
        writer.append(ids)
        used += np.bincount(ids, minlength=len(used))
        size += text_bytes
    index = writer.finish(
        bytes=size,
        documents=int(used[tokenizer.end_of_text]),
        vocab_size=tokenizer.vocab_size,
        end_of_text=tokenizer.end_of_text,
        tokenizer_sha256=sha256_of(tokenizer_file),
    )
    return _figures(index, used, tokenizer)


def _figures(index: dict[str, Any], used: np.ndarray, tokenizer: Tokenizer) -> dict[str, Any]:
    """What the metrics say of a split; ends of text count as tokens of 0 bytes."""
    lengths = np.array([len(tokenizer.token_bytes(i)) for i in range(len(used))])
    lengths[tokenizer.end_of_text] = 0
    commonest = np.argsort(-used, kind="stable")[:100]
    occurring = [i for i in np.argsort(-lengths, kind="stable") if used[i]]
    return {
        "tokens": index["tokens"],
        "bytes": index["bytes"],
        "documents": index["documents"],
        "bytes_per_token": index["bytes"] / max(1, index["tokens"]),
        "vocabulary_used": float((used > 0).mean()),
        "share_of_bytes_in_commonest_100": float(
            (used * lengths)[commonest].sum() / max(1, index["bytes"])
        ),
        "longest_tokens": [tokenizer.decode([i]) for i in occurring[:5]],
    }


class _CountWords:
    """Counts the words of a piece."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __call__(self, piece: Piece) -> dict[bytes, int]:
        counts: Counter[bytes] = Counter()
        for block in _blocks(piece):
            counts.update(count_words(block, self._pattern))
        return dict(counts)


class _Encode:
    """Token ids of a piece, and how many bytes of text it had."""

    def __init__(self, tokenizer_file: Path) -> None:
        self._file = tokenizer_file
        self._tokenizer: Tokenizer | None = None

    def __call__(self, piece: Piece) -> tuple[np.ndarray, int]:
        if self._tokenizer is None:
            self._tokenizer = Tokenizer.load(self._file)
        parts, size = [np.empty(0, np.uint16)], 0
        for block in _blocks(piece):
            parts.append(self._tokenizer.encode_block(block))
            size += pc.sum(pc.binary_length(block)).as_py()
        return np.concatenate(parts), size


def _blocks(piece: Piece) -> Iterator[pa.Array]:
    """The texts of a piece in arrays of about `BLOCK_BYTES`, cut between texts."""
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


def _pieces(groups: list[RowGroup]) -> list[Piece]:
    """Consecutive row groups that are about a block together."""
    pieces: list[Piece] = [[]]
    size = 0
    for group in groups:
        if size + group.bytes > BLOCK_BYTES or len(pieces[-1]) == _MAX_GROUPS:
            pieces.append([])
            size = 0
        pieces[-1].append(group)
        size += group.bytes
    return [piece for piece in pieces if piece]


def _over_pieces(
    raw: Path, split: str, work: Callable[[Piece], Any], label: str, workers: int | None
) -> Iterator[Any]:
    """`work` of every piece of a split, in order.

    Raises `LmcoreError` once the `dvc repro` that waited for this was killed: the next one
    would write to the same place.
    """
    abandoned = parent_died()
    groups = row_groups(raw, split)
    total = sum(group.bytes for group in groups)
    threads = workers is None and total < _WORTH_PROCESSES
    if workers is None:
        workers = min(_usable_cores(), _MAX_THREADS) if threads else _usable_cores()
    pieces = _pieces(groups)
    workers = max(1, min(workers, len(pieces)))
    with progress(total, label, "B") as bar:
        for piece, result in zip(pieces, _in_order(work, pieces, workers, threads), strict=True):
            if abandoned():
                raise LmcoreError(
                    "The `dvc repro` that started this stage was killed; nothing was written."
                )
            bar.update(sum(group.bytes for group in piece))
            yield result


# The work that this process or thread was started for, as `_own.work`.
_own = threading.local()


def _begin(work: Callable[[Piece], Any]) -> None:
    _own.work = work
    _keep_freed_memory()


def _begin_process(work: Callable[[Piece], Any]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _begin(work)


def _end_with_parent() -> None:
    """Ends this process when its parent is killed: it would wait for a next piece for ever."""
    multiprocessing.parent_process().join()
    os._exit(1)


def _keep_freed_memory() -> None:
    """Has glibc reuse large blocks: by default it returns each to the system.

    A page fault for each page of each array is a third of the work otherwise.
    glibc raises its limit to the largest block that it has seen freed.
    """
    np.empty(_LARGEST_KEPT, np.uint8)


def _usable_cores() -> int:
    """Cores that this process may use: fewer than the machine's in a container, say."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _do(piece: Piece) -> Any:
    return _own.work(piece)


def _helpers(work: Callable[[Piece], Any], count: int, threads: bool) -> Executor:
    if threads:
        return ThreadPoolExecutor(count, initializer=_begin, initargs=(work,))
    # A fork would copy locks that pyarrow's threads may hold.
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin_process, (work,))


def _in_order(
    work: Callable[[Piece], Any], pieces: list[Piece], workers: int, threads: bool
) -> Iterator[Any]:
    """Results in the order of the pieces, from this thread and `workers - 1` other workers.

    While the oldest result is not there yet, this thread does the next piece
    itself; so it works from the first moment, when the others are starting up.
    """
    _keep_freed_memory()
    if workers == 1:
        yield from map(work, pieces)
        return
    waiting: deque[Future] = deque()
    left = deque(pieces)
    with _helpers(work, workers - 1, threads) as pool:
        try:
            while left or waiting:
                under_way = sum(not result.done() for result in waiting)
                for _ in range(min(len(left), _AHEAD * (workers - 1) - under_way)):
                    waiting.append(pool.submit(_do, left.popleft()))
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
