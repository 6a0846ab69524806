"""Filters against plain numpy, and samples that follow the distribution."""

from __future__ import annotations

import math
from fractions import Fraction

import mlx.core as mx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.generation import sampling
from lmcore.generation.sampling import SamplingParams

rows = st.lists(
    st.floats(-8, 8, allow_nan=False, width=32), min_size=2, max_size=12, unique=True
).map(lambda row: np.array([row], np.float32))


def kept(filtered: mx.array) -> list[bool]:
    return np.isfinite(np.array(filtered))[0].tolist()


def softmax(row: np.ndarray) -> np.ndarray:
    powers = np.exp(row - row.max())
    return powers / powers.sum()


@given(rows, st.integers(1, 12))
@settings(deadline=None)
def test_top_k_keeps_the_k_likeliest(logits: np.ndarray, k: int) -> None:
    ranks = np.argsort(np.argsort(-logits[0]))
    assert kept(sampling.top_k(mx.array(logits), k)) == (ranks < k).tolist()


@given(rows, st.floats(0.05, 0.95))
@settings(deadline=None)
def test_top_p_keeps_the_fewest_that_hold_p(logits: np.ndarray, p: float) -> None:
    chances = softmax(logits[0].astype(np.float64))
    order = np.argsort(-logits[0])  # chances can tie where logits differ
    total = np.cumsum(chances[order])
    if np.abs(total - p).min() < 1e-4:  # rounding may decide either way
        return
    expected = np.zeros(len(chances), bool)
    expected[order[: int(np.searchsorted(total, p)) + 1]] = True
    assert kept(sampling.top_p(mx.array(logits), p)) == expected.tolist()


@given(rows, st.floats(0.01, 0.99))
@settings(deadline=None)
def test_min_p_keeps_what_is_near_the_likeliest(logits: np.ndarray, share: float) -> None:
    chances = softmax(logits[0].astype(np.float64))
    relative = chances / chances.max()
    if np.abs(relative - share).min() < 1e-4:
        return
    assert kept(sampling.min_p(mx.array(logits), share)) == (relative >= share).tolist()


# Beyond what a float32 can hold, and up to the ends of what is allowed.
TINY = [5e-324, 1e-50, 1e-45, 1e-38, 1e-20, 1e-7]
HUGE = [1e7, 1e20, 1e38, 1e39, 1.7e308]
apart = st.lists(st.integers(-800, 800), min_size=2, max_size=12, unique=True).map(
    lambda row: np.array([row], np.float32) / 100
)


@given(
    apart,
    st.sampled_from([0, 1, 2, 2**70]),
    st.sampled_from([*TINY, 0.5, math.nextafter(1.0, 0.0), 1.0]),
    st.sampled_from([0.0, *TINY, 0.5, math.nextafter(1.0, 0.0), 1.0]),
    st.sampled_from([*TINY, 1.0, *HUGE]),
)
@settings(deadline=None, max_examples=300)
def test_the_likeliest_token_outlives_every_filter(
    logits: np.ndarray, k: int, p: float, share: float, temperature: float
) -> None:
    likeliest, row = int(logits.argmax()), mx.array(logits)
    assert kept(sampling.top_k(row, k))[likeliest]
    assert kept(sampling.top_p(row, p))[likeliest]
    assert kept(sampling.min_p(row, share))[likeliest]
    drawn = sampling.sample(row, SamplingParams(temperature, k, p, share), position=0).item()
    if k == 1 or p in TINY or share == 1 or temperature in TINY:  # no other is left
        assert drawn == likeliest


@given(apart, st.lists(st.booleans(), min_size=12, max_size=12), st.sampled_from([*TINY, *HUGE]))
@settings(deadline=None)
def test_an_extreme_penalty_orders_tokens_as_exact_arithmetic_does(
    logits: np.ndarray, seen: list[bool], penalty: float
) -> None:
    text = mx.array(np.flatnonzero(seen[: logits.size])[None].astype(np.int32))
    penalised = sampling.repetition_penalty(mx.array(logits), text, penalty)
    by = Fraction(penalty)
    exact = [
        Fraction(float(logit)) * (1 if not known else 1 / by if logit > 0 else by)
        for logit, known in zip(logits[0], seen, strict=False)
    ]
    for greedy in (SamplingParams(temperature=0), SamplingParams(temperature=1e-45, top_k=1)):
        drawn = sampling.sample(penalised, greedy, position=0).item()
        assert exact[drawn] == max(exact)


def test_switched_off_filters_change_nothing() -> None:
    logits = mx.array([[1.0, 3.0, 2.0]])
    for same in (
        sampling.repetition_penalty(logits, mx.array([[1]]), 1.0),
        sampling.top_k(logits, 0),
        sampling.top_p(logits, 1.0),
        sampling.min_p(logits, 0),
    ):
        assert mx.array_equal(same, logits)


def test_repetition_penalty_by_hand() -> None:
    text = mx.array([[1, 0, 1]])
    penalised = sampling.repetition_penalty(mx.array([[2.0, -2.0, 2.0]]), text, 2.0)
    assert penalised.tolist() == [[1.0, -4.0, 2.0]]


def test_samples_follow_the_distribution() -> None:
    logits = mx.log(mx.array([[0.5, 0.3, 0.15, 0.05]]))
    params = SamplingParams(seed=4)
    sampled = [int(sampling.sample(logits, params, place).item()) for place in range(3000)]
    shares = np.bincount(sampled, minlength=4) / 3000
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.15, 0.05], atol=0.03)


def test_temperature_zero_is_greedy_and_temperature_sharpens() -> None:
    logits = mx.array([[1.0, 1.5, 0.0]])
    assert sampling.sample(logits, SamplingParams(temperature=0), 0).tolist() == [1]
    cold = [sampling.sample(logits, SamplingParams(temperature=0.05), p).item() for p in range(200)]
    assert np.mean(np.array(cold) == 1) > 0.99
