"""Kneser-Ney against a plain implementation of the formula with dictionaries."""

from __future__ import annotations

import lzma
import math
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.evaluation.baselines import (
    KneserNey,
    uniform_loss,
    xz_bits_per_byte,
    zstd_bits_per_byte,
)

V = 5


def plain(tokens: list[int], order: int, context: tuple[int, ...], word: int) -> float:
    """P(word | context) by the formula of the module's docstring, order by order."""
    grams = Counter(tuple(tokens[i : i + order]) for i in range(len(tokens) - order + 1))
    levels = {order: grams}
    for lower in range(order - 1, 0, -1):
        levels[lower] = Counter(gram[1:] for gram in levels[lower + 1])

    def chance(n: int, context: tuple[int, ...]) -> float:
        if n == 0:
            return 1 / V
        counts = levels[n]
        rest = chance(n - 1, context[1:])
        after = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == context}
        if not after:
            return rest
        once, twice = (sum(count == k for count in counts.values()) for k in (1, 2))
        discount = once / (once + 2 * twice) if once else 0.5
        total = sum(after.values())
        own = max(after.get(word, 0) - discount, 0) / total
        return own + discount * len(after) / total * rest

    return chance(order, context)


streams = st.lists(st.integers(0, V - 1), min_size=4, max_size=40)


@pytest.mark.parametrize("order", [1, 2, 3])
@given(train=streams, held_out=streams)
@settings(max_examples=60, deadline=None)
def test_equal_to_the_plain_formula(order: int, train: list[int], held_out: list[int]) -> None:
    model = KneserNey(np.array(train), order, V)
    losses = model.losses(np.array(held_out))
    expected = [
        -math.log(plain(train, order, tuple(held_out[i : i + order - 1]), held_out[i + order - 1]))
        for i in range(len(held_out) - order + 1)
    ]
    np.testing.assert_allclose(losses, expected, rtol=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
@given(train=streams, context=st.tuples(st.integers(0, V - 1), st.integers(0, V - 1)))
@settings(max_examples=60, deadline=None)
def test_probabilities_sum_to_one(order: int, train: list[int], context: tuple[int, int]) -> None:
    model = KneserNey(np.array(train), order, V)
    before = context[: order - 1]
    total = sum(math.exp(-model.losses(np.array([*before, word]))[0]) for word in range(V))
    assert total == pytest.approx(1, abs=1e-9)


def test_more_context_helps_where_there_is_structure() -> None:
    tokens = np.tile([0, 1, 0, 2, 3, 3], 200)
    losses = [KneserNey(tokens, order, V).losses(tokens).mean() for order in (1, 2, 3)]
    assert uniform_loss(V) > losses[0] > losses[1] > losses[2]


def test_large_ids_do_not_overflow() -> None:
    tokens = np.array([65535, 65534, 65535, 65534, 65535, 0], np.uint16)
    losses = KneserNey(tokens, 3, 65536).losses(tokens)
    assert np.isfinite(losses).all() and losses[0] < uniform_loss(65536)


def test_xz_on_noise_and_on_repetition() -> None:
    noise = "".join(map(chr, np.random.default_rng(0).integers(32, 127, 20_000)))
    assert 6 < xz_bits_per_byte([noise]) < 7
    assert xz_bits_per_byte(["again " * 5000]) < 0.1
    assert 6 < zstd_bits_per_byte([noise]) < 7
    assert zstd_bits_per_byte(["again " * 5000]) < 0.1


def test_compressors_are_told_in_bits_per_byte_of_utf8() -> None:
    texts = [f"Día {n} und Straße: 猫が好き。🐈 Once upon a time." for n in range(300)]
    data = "".join(texts).encode()
    assert xz_bits_per_byte(texts) == 8 * len(lzma.compress(data, preset=9)) / len(data)
    zstd = pa.Codec("zstd", compression_level=22)
    assert zstd_bits_per_byte(texts) == 8 * len(zstd.compress(data)) / len(data)
