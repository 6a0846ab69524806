"""The arithmetic of a comparison: losses, merges, cuts and weights of two runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmcore.evaluation.standard_error import ratio
from lmcore.tokenizer.tokenizer import Tokenizer


@dataclass(frozen=True)
class Difference:
    """B minus A in a cost per byte or per token, and how sure it is.

    Its error is that of another draw of the stories, the two models being what
    they are: what another seed of training would change is not in it.
    """

    value: float
    standard_error: float  # NaN where one story is all there is

    @property
    def z(self) -> float:
        """Return the difference in standard errors; 0 where both are 0, NaN where the error is."""
        if self.standard_error == 0:
            return math.copysign(math.inf, self.value) if self.value else 0.0
        return self.value / self.standard_error

    @property
    def p(self) -> float:
        """Return the two-sided chance of so large a |z| were there no difference."""
        return math.erfc(abs(self.z) / math.sqrt(2))


def difference(
    units_a: np.ndarray, costs_a: np.ndarray, units_b: np.ndarray, costs_b: np.ndarray, paired: bool
) -> Difference:
    """Return B minus A from the units (bytes or tokens) and the cost of every story, (stories,).

    Of the same stories, what is hard for one model is mostly hard for the other,
    and cancels: the error is that of the ratio sum(costs_b - costs_a) / sum(units).
    Of different stories, the squares of the two errors add.
    """
    if paired:
        estimate = ratio(costs_b - costs_a, units_a)
        return Difference(estimate.value, estimate.standard_error)
    a, b = ratio(costs_a, units_a), ratio(costs_b, units_b)
    return Difference(b.value - a.value, math.hypot(a.standard_error, b.standard_error))


def first_difference(a: Sequence[object], b: Sequence[object]) -> int | None:
    """Return the number of the first merge that differs or that one list lacks; None if equal."""
    for number, (ours, theirs) in enumerate(zip(a, b, strict=False)):
        if ours != theirs:
            return number
    return None if len(a) == len(b) else min(len(a), len(b))


def fraction_cut_differently(a: Tokenizer, b: Tokenizer, texts: list[str]) -> float:
    """Return the share of bytes whose token begins or ends elsewhere with the other tokenizer."""
    total = same = 0
    lengths_a, lengths_b = (
        np.array([len(t.token_bytes(i)) for i in range(t.vocab_size)], np.int64) for t in (a, b)
    )
    pairs = zip(a.encode_batch(texts), b.encode_batch(texts), strict=True)
    for ours, theirs in pairs:
        ends = np.cumsum(lengths_a[ours])
        others = np.cumsum(lengths_b[theirs])
        common = np.intersect1d(_spans(ends), _spans(others))
        same += int(np.sum((common & 0xFFFFFFFF) - (common >> 32)))
        total += int(lengths_a[ours].sum())
    return 1 - same / total if total else 0.0


def _spans(ends: np.ndarray) -> np.ndarray:
    """Return the start and end of every token as one integer."""
    starts = np.concatenate([[0], ends])[:-1]
    return starts.astype(np.int64) << 32 | ends.astype(np.int64)


def relative_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return ||a - b|| / ||a||, in float64."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    distance, norm = float(np.linalg.norm(a - b)), float(np.linalg.norm(a))
    if norm == 0:
        return math.inf if distance else 0.0
    return distance / norm
