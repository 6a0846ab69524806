"""Standard errors of ratios of sums over stories: loss, perplexity, bits per byte."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error, which is NaN where there is only one story."""

    value: float
    standard_error: float


def ratio(numerators: np.ndarray, denominators: np.ndarray) -> Estimate:
    """Return sum(numerators) / sum(denominators), (stories,) each, for independent stories.

    For a ratio r of sums, var(r) = var(y_i - r x_i) / (n mean(x)^2)
    (Cochran, 1977, section 2.11).
    """
    value = float(numerators.sum() / denominators.sum())
    if len(numerators) == 1:
        return Estimate(value, math.nan)
    spread = np.std(numerators - value * denominators, ddof=1)
    return Estimate(value, float(spread / math.sqrt(len(numerators)) / denominators.mean()))


def exponential(logarithm: Estimate) -> Estimate:
    """Return exp of a figure (perplexity from loss), with its error by the delta method."""
    value = math.exp(logarithm.value)
    return Estimate(value, value * logarithm.standard_error)
