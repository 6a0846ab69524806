"""Intervals cover, tests hold their level, and planted effects are found at the stated power."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs scipy (`make experiment` installs it)")

from lmcore.experiments.statistics import (
    difference,
    holm,
    mean_interval,
    seeds_needed,
)

SIZES = np.full(200, 100.0)


def simulated(
    random: np.random.Generator, seeds: int, effect: float, seed_sd: float, story_sd: float
) -> tuple[np.ndarray, np.ndarray]:
    """Bits of two variants whose true difference is `effect` bits per byte."""
    shared = random.normal(60, 10, len(SIZES))  # a story is as hard for both
    story_effect = random.normal(0, story_sd, len(SIZES))  # a variant may like some stories

    def variant(sign: float) -> np.ndarray:
        level = random.normal(0, seed_sd, (seeds, 1))
        noise = random.normal(0, 2, (seeds, len(SIZES)))
        return shared + sign / 2 * (effect + story_effect) * SIZES + level * SIZES + noise

    return variant(1), variant(-1)


@pytest.mark.parametrize(("seeds", "story_sd"), [(3, 0.0), (3, 0.05), (5, 0.05), (5, 0.3)])
def test_the_interval_covers_the_true_difference(seeds: int, story_sd: float) -> None:
    random = np.random.default_rng(0)
    found = [
        difference(*simulated(random, seeds, 0.02, 0.005, story_sd), SIZES).interval
        for _ in range(1000)
    ]
    covered = np.mean([interval.low <= 0.02 <= interval.high for interval in found])
    assert covered >= 0.935


def test_without_an_effect_at_most_five_in_a_hundred_are_called_distinguishable() -> None:
    random = np.random.default_rng(1)
    p_values = [
        difference(*simulated(random, 3, 0.0, 0.005, 0.02), SIZES).p_value for _ in range(1000)
    ]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.065


@pytest.mark.parametrize("effect", [0.01, 0.02])
def test_a_planted_effect_is_found_at_about_the_stated_power(effect: float) -> None:
    """Seeds vary by sqrt(2) * 0.005 in the difference, and stories' noise adds little."""
    needed = seeds_needed(effect, 2 * 0.005**2, 0.0)
    assert needed is not None
    random = np.random.default_rng(2)
    p_values = [
        difference(*simulated(random, needed, effect, 0.005, 0.0), SIZES).p_value
        for _ in range(500)
    ]
    assert 0.72 <= np.mean(np.array(p_values) <= 0.05) <= 0.97


def test_more_seeds_do_not_help_where_stories_hide_the_difference() -> None:
    assert seeds_needed(0.01, 1e-6, 0.01**2) is None
    assert seeds_needed(0.5, 1e-6, 1e-6) == 2


def test_equal_runs_do_not_differ() -> None:
    bits = np.random.default_rng(3).normal(60, 10, (3, len(SIZES)))
    found = difference(bits, bits.copy(), SIZES)
    assert found.interval.value == 0 and found.p_value == 1.0


def test_the_mean_interval_is_students() -> None:
    """By hand: mean 2, standard error sqrt(1/3), t(0.975, 2) = 4.3027."""
    found = mean_interval(np.array([1.0, 2.0, 3.0]))
    half = 4.302652729696142 / math.sqrt(3)
    assert found.value == 2 and found.high - 2 == pytest.approx(half) == 2 - found.low
    assert math.isnan(mean_interval(np.array([1.0])).low)


def test_holm_stops_at_the_first_that_is_not_small_enough() -> None:
    """By hand: 0.01 <= 0.05 / 3, 0.03 > 0.05 / 2, so 0.04 is not rejected either."""
    assert holm([0.04, 0.01, 0.03]) == [False, True, False]
    assert holm([0.04]) == [True]


def test_what_does_not_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="do not pair"):
        difference(np.ones((1, 5)), np.ones((1, 5)), np.ones(5))
