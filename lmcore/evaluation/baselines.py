"""Baselines: the numbers that a language model has to beat.

All are measured on the same validation tokens as the model. The n-gram models
count the training tokens, of a large split the first `MAX_TOKENS`. They are
interpolated Kneser-Ney (Kneser and Ney, 1995; Chen and Goodman, 1999, section
2.7):

    P(w | h) = max(c(h w) - d, 0) / c(h) + d N(h .) / c(h) * P(w | h')

where h' is h without its first token, N(h .) counts the different tokens seen
after h, d = n1 / (n1 + 2 n2) from the numbers of n-grams seen once and twice,
and for orders below the highest, c counts the different tokens seen *before*
an n-gram instead of the n-gram itself. Below the unigrams is the
uniform distribution over the vocabulary.
"""

from __future__ import annotations

import lzma
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

# Training tokens after these are left out: sorting them would take gigabytes.
MAX_TOKENS = 20_000_000


@dataclass(frozen=True)
class Level:
    """The n-grams of one order as sorted integers, with their counts for the formula."""

    grams: np.ndarray  # keys of n-grams h w
    counts: np.ndarray  # c(h w)
    contexts: np.ndarray  # keys of h
    totals: np.ndarray  # c(h)
    types: np.ndarray  # N(h .)
    discount: float


class KneserNey:
    """An interpolated Kneser-Ney model of `order` 1 (unigram), 2 or 3 over token ids."""

    def __init__(self, tokens: np.ndarray, order: int, vocab_size: int) -> None:
        if not 1 <= order <= 3:  # keys of four uint16 tokens would not fit a signed integer
            raise ValueError(f"order is {order}; it must be 1, 2 or 3")
        self._order, self._vocab_size = order, vocab_size
        grams, counts = np.unique(self._keys(tokens, order), return_counts=True)
        self._levels = [self._level(grams, counts)]
        for lower in range(order - 1, 0, -1):
            # Every distinct n-gram counts once for the shorter n-gram that it ends with.
            grams, counts = np.unique(grams % vocab_size**lower, return_counts=True)
            self._levels.append(self._level(grams, counts))

    def losses(self, tokens: np.ndarray) -> np.ndarray:
        """Return -log P in nats of every token from the `order`-th on, (n - order + 1,)."""
        # Each distinct n-gram is looked up once, in order, so that the tables stay in the cache.
        keys, where = np.unique(self._keys(tokens, self._order), return_inverse=True)
        chance = np.full(len(keys), 1 / self._vocab_size)
        for order, level in zip(range(1, self._order + 1), reversed(self._levels), strict=True):
            chance = self.interpolate(level, keys % self._vocab_size**order, chance)
        return -np.log(chance)[where]

    def _keys(self, tokens: np.ndarray, order: int) -> np.ndarray:
        """Return every run of `order` tokens as one integer, the last token lowest."""
        tokens = tokens.astype(np.int64)
        keys = np.zeros(max(0, len(tokens) - order + 1), np.int64)
        for offset in range(order):
            keys = keys * self._vocab_size + tokens[offset : offset + len(keys)]
        return keys

    def _level(self, grams: np.ndarray, counts: np.ndarray) -> Level:
        contexts, starts = np.unique(grams // self._vocab_size, return_index=True)
        totals = np.add.reduceat(counts, starts)
        types = np.diff(np.append(starts, len(grams)))
        once, twice = np.sum(counts == 1), np.sum(counts == 2)
        discount = float(once / (once + 2 * twice)) if once else 0.5
        return Level(grams, counts, contexts, totals, types, discount)

    def interpolate(self, level: Level, keys: np.ndarray, lower: np.ndarray) -> np.ndarray:
        count = _look_up(level.grams, level.counts, keys)
        contexts = keys // self._vocab_size
        total = _look_up(level.contexts, level.totals, contexts)
        types = _look_up(level.contexts, level.types, contexts)
        has_context = total > 0
        total = np.maximum(total, 1)
        own = np.maximum(count - level.discount, 0) / total
        return np.where(has_context, own + level.discount * types / total * lower, lower)


def _look_up(sorted_keys: np.ndarray, values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Return the values at `keys`, 0 for keys that are absent."""
    index = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.where(sorted_keys[index] == keys, values[index], 0)


def uniform_loss(vocab_size: int) -> float:
    """Return the nats per token of a uniform guess."""
    return math.log(vocab_size)


def xz_bits_per_byte(texts: Iterable[str]) -> float:
    """Return the size of the text compressed by xz, in bits per byte."""
    compressor = lzma.LZMACompressor(preset=9)
    size = compressed = 0
    for text in texts:
        data = text.encode()
        size += len(data)
        compressed += len(compressor.compress(data))
    return 8 * (compressed + len(compressor.flush())) / size


def zstd_bits_per_byte(texts: Iterable[str]) -> float:
    """Return the size of the text compressed by Zstandard's highest level, in bits per byte."""
    data = "".join(texts).encode()
    level = pa.Codec.maximum_compression_level("zstd")
    compressed = pa.Codec("zstd", compression_level=level).compress(data)
    return 8 * len(compressed) / len(data)
