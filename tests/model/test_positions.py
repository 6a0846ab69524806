"""What each position scheme promises."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import config_of

from lmcore.model.positions import POSITIONS, alibi_slopes, sinusoids


def test_sinusoids_by_hand() -> None:
    waves = sinusoids(0, 3, 4)
    np.testing.assert_allclose(waves[0], [0, 1, 0, 1])
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    np.testing.assert_allclose(waves[2], expected, rtol=1e-6)


def test_alibi_slopes_are_the_authors() -> None:
    np.testing.assert_allclose(alibi_slopes(8), [2.0**-n for n in range(1, 9)])
    # Twelve heads: those of 8, then every second of those of 16.
    more = [2**-0.5, 2**-1.5, 2**-2.5, 2**-3.5]
    np.testing.assert_allclose(alibi_slopes(12), [2.0**-n for n in range(1, 9)] + more, rtol=1e-6)


def test_alibi_bias_by_hand() -> None:
    bias = POSITIONS["alibi"](config_of(d_model=16, n_heads=2, n_kv_heads=2)).bias(2, 3)
    assert bias.shape == (2, 2, 3)
    np.testing.assert_allclose(bias[0] * 16, [[-1, 0, 0], [-2, -1, 0]])
    np.testing.assert_allclose(bias[1] * 256, [[-1, 0, 0], [-2, -1, 0]])


@pytest.mark.parametrize("name", POSITIONS)
def test_each_scheme_acts_in_one_place(name: str) -> None:
    scheme = POSITIONS[name](config_of())
    if "weight" in scheme:
        scheme.weight = mx.ones_like(scheme.weight)
    x, heads = mx.ones((1, 5, 24)), mx.ones((1, 4, 5, 6))
    acts = [
        not mx.array_equal(scheme.embed(x, 0), x).item(),
        not mx.array_equal(scheme.rotate(heads, 0), heads).item(),
        scheme.bias(5, 5) is not None,
    ]
    expected = {"sinusoidal": 0, "learned": 0, "rope": 1, "alibi": 2, "none": None}[name]
    assert acts == [place == expected for place in range(3)]
