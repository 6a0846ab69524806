"""A tokenizer learned from the training split: words are counted in parallel, then merged."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from pathlib import Path
from typing import Any

from lmcore.dataset.pieces import Piece, blocks_of_piece, map_pieces
from lmcore.tokenizer.pretokenize import END, count_words
from lmcore.tokenizer.tokenizer import Tokenizer

# Bytes of distinct words to count at once; merging so many takes 200 to 500 MB.
_MAX_BYTES = 2 << 20


def train_tokenizer(
    raw: Path, vocab_size: int, pattern: str, workers: int | None = None
) -> tuple[Tokenizer, dict[str, Any]]:
    """Return a tokenizer learned from the training split, and figures about it.

    Names and misspellings never end, so beyond `_MAX_BYTES` of distinct words
    the rarer half is forgotten, as often as needed: the figures say how many
    occurrences that were. Anything smaller is counted exactly.
    """
    counts: Counter[bytes] = Counter()
    size = forgotten = 0  # bytes of the distinct words; occurrences
    # 1. Count the words of each piece and add them up.
    for piece in map_pieces(_CountWords(pattern), raw, "train", "count words", workers):
        size += sum(len(word) for word in piece if word not in counts)
        counts.update(piece)
        # 2. Where there are too many distinct words, keep the commonest.
        if size > _MAX_BYTES:
            before = counts.total()
            counts = _commonest(counts, _MAX_BYTES // 2)
            size = sum(map(len, counts))
            forgotten += before - counts.total()
    # 3. Learn the merges.
    tokenizer = Tokenizer.from_counts(counts, vocab_size, pattern=pattern)
    return tokenizer, {
        "vocab_size": tokenizer.vocab_size,
        "vocab_size_asked_for": vocab_size,
        "merges": len(tokenizer.merges),
        "distinct_words": len(counts) - (END in counts),
        "occurrences_forgotten": forgotten,
    }


class _CountWords:
    """Counts the words of a piece."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __call__(self, piece: Piece) -> dict[bytes, int]:
        counts: Counter[bytes] = Counter()
        for block in blocks_of_piece(piece):
            counts.update(count_words(block, self._pattern))
        return dict(counts)


def _commonest(counts: Counter[bytes], max_bytes: int) -> Counter[bytes]:
    """Return the commonest words that fit into `max_bytes`, one at least; of ties the first."""
    commonest: Counter[bytes] = Counter()
    # A stable sort, and pieces come in order: the same for any number of workers.
    for word, count in sorted(counts.items(), key=itemgetter(1), reverse=True):
        if len(word) <= max_bytes or not commonest:
            commonest[word] = count
            max_bytes -= len(word)
    return commonest
