"""Two groups of runs, one run for each seed: their difference, and what it supports."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lmcore.experiments.statistics import Interval, difference

Cell = dict[str, Any]  # the figures of one run, as a cell of an experiment writes them


def compared_runs(runs: list[Cell], base: list[Cell]) -> dict[str, Any] | None:
    """Return the difference of two variants; None where one seed cannot tell.

    Runs are paired in their order, each by its `bits_per_byte`, `story_bits` and `story_bytes`.
    """
    if len(runs) < 2:
        return None
    sizes = np.array(base[0]["story_bytes"], float)
    same_stories = all(run["story_bytes"] == base[0]["story_bytes"] for run in [*runs, *base])
    if same_stories:
        bits, others = (np.array([run["story_bits"] for run in group]) for group in (runs, base))
    else:  # other stories cannot be paired: each seed's total stands for two equal halves
        sizes = np.ones(2)
        bits, others = (
            np.array([[run["bits_per_byte"]] * 2 for run in group]) for group in (runs, base)
        )
    estimate = difference(bits, others, sizes)
    return {
        "bits_per_byte": rounded(estimate.interval),
        "p_value": round(estimate.p_value, 5),
        "seeds_needed": estimate.seeds_needed,
        "paired_by_story": same_stories,
    }


def rounded(interval: Interval) -> dict[str, float | None]:
    edges = {"mean": interval.value, "low": interval.low, "high": interval.high}
    return {name: None if math.isnan(value) else round(value, 5) for name, value in edges.items()}


def verdict(name: str, first: str, compared: dict[str, Any] | None, comparisons: int = 1) -> str:
    """Return what the figures support, in one sentence; p was corrected for `comparisons`."""
    if compared is None:
        return f"{name} against {first}: one seed does not tell; use three or more."
    bits = compared["bits_per_byte"]
    interval = f"95 % interval {bits['low']:+.4f} to {bits['high']:+.4f}"
    size = f"{bits['mean']:+.4f} bits per byte ({interval})"
    if compared["distinguishable"]:
        word = "worse" if bits["mean"] > 0 else "better"
        return f"{name} is {word} than {first}: {size}, distinguishable."
    needed = compared["seeds_needed"]
    if bits["low"] > 0 or bits["high"] < 0:
        reason = f"the interval excludes 0, but not after correction for {comparisons} comparisons"
    elif needed is None:
        reason = "more seeds alone would not tell"
    else:
        reason = f"about {needed} seeds would be needed for a difference of this size"
    return f"{name} and {first} are not distinguishable: {size}; {reason}."
