"""The arithmetic of a comparison: losses, merges, cuts and weights of two runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lmcore.tokenizer import Tokenizer

LN2 = math.log(2)


@dataclass(frozen=True)
class Difference:
    """B minus A in bits per byte, and how sure it is."""

    value: float
    standard_error: float
    paired: bool

    @property
    def z(self) -> float:
        """The difference in standard errors; 0 where both are 0."""
        if self.standard_error == 0:
            return math.copysign(math.inf, self.value) if self.value else 0.0
        return self.value / self.standard_error

    @property
    def p(self) -> float:
        """Two-sided chance of so large a |z| were there no difference."""
        return math.erfc(abs(self.z) / math.sqrt(2))


def bits_per_byte_difference(
    bytes_a: np.ndarray, nats_a: np.ndarray, bytes_b: np.ndarray, nats_b: np.ndarray, paired: bool
) -> Difference:
    """From the bytes and nats of every story, (stories,) each.

    Of the same stories, what is hard for one model is mostly hard for the other,
    and cancels: the error is that of the ratio sum(nats_b - nats_a) / sum(bytes).
    Of different stories, the squares of the two errors add.
    """
    if paired:
        value, error = _ratio(nats_b - nats_a, bytes_a)
        return Difference(value, error, True)
    (a, error_a), (b, error_b) = _ratio(nats_a, bytes_a), _ratio(nats_b, bytes_b)
    return Difference(b - a, math.hypot(error_a, error_b), False)


def _ratio(nats: np.ndarray, sizes: np.ndarray) -> tuple[float, float]:
    """Bits per byte and its standard error (Cochran, 1977, section 2.11)."""
    ratio = nats.sum() / sizes.sum()
    spread = np.std(nats - ratio * sizes, ddof=min(1, len(sizes) - 1))
    return float(ratio / LN2), float(spread / math.sqrt(len(sizes)) / sizes.mean() / LN2)


def first_difference(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> int | None:
    """The number of the first merge that differs or that one list lacks; None if equal."""
    for number, (ours, theirs) in enumerate(zip(a, b, strict=False)):
        if ours != theirs:
            return number
    return None if len(a) == len(b) else min(len(a), len(b))


def share_cut_differently(a: Tokenizer, b: Tokenizer, texts: list[str]) -> float:
    """The share of bytes whose token begins or ends elsewhere with the other tokenizer."""
    total = same = 0
    lengths_a, lengths_b = _lengths(a), _lengths(b)
    pairs = zip(a.encode_batch(texts), b.encode_batch(texts), strict=True)
    for ours, theirs in pairs:
        ends = np.cumsum(lengths_a[ours])
        others = np.cumsum(lengths_b[theirs])
        common = np.intersect1d(_spans(ends), _spans(others))
        same += int(np.sum((common & 0xFFFFFFFF) - (common >> 32)))
        total += int(lengths_a[ours].sum())
    return 1 - same / total if total else 0.0


def _lengths(tokenizer: Tokenizer) -> np.ndarray:
    return np.array([len(tokenizer.token_bytes(i)) for i in range(tokenizer.vocab_size)], np.int64)


def _spans(ends: np.ndarray) -> np.ndarray:
    """Start and end of every token as one integer."""
    starts = np.concatenate([[0], ends])[:-1]
    return starts.astype(np.int64) << 32 | ends.astype(np.int64)


def relative_distance(a: np.ndarray, b: np.ndarray) -> float:
    """||a - b|| / ||a||, in float64."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    distance, norm = float(np.linalg.norm(a - b)), float(np.linalg.norm(a))
    if norm == 0:
        return math.inf if distance else 0.0
    return distance / norm
