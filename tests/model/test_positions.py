"""What each position scheme promises."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import config_of

from lmcore.model.positions import POSITIONS, alibi_slopes, sinusoids
from lmcore.model.rope import ROTATIONS


def test_sinusoids_by_hand() -> None:
    waves = sinusoids(0, 3, 4)
    np.testing.assert_allclose(waves[0], [0, 1, 0, 1])
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    np.testing.assert_allclose(waves[2], expected, rtol=1e-6)


def test_rope_by_hand() -> None:
    """K = 4: position 1 turns (x0, x2) by 1 radian and (x1, x3) by 1/100."""
    rope = POSITIONS["rope"](config_of(d_model=16))
    x = mx.array([[[[0.0, 0, 0, 0], [1, 2, 3, 4]]]])
    c, s, c2, s2 = math.cos(1), math.sin(1), math.cos(0.01), math.sin(0.01)
    expected = [c - 3 * s, 2 * c2 - 4 * s2, 3 * c + s, 4 * c2 + 2 * s2]
    np.testing.assert_allclose(rope.rotate(x, 0)[0, 0, 1], expected, rtol=1e-6)
    np.testing.assert_allclose(rope.rotate(x[:, :, 1:], 1)[0, 0, 0], expected, rtol=1e-6)


def test_rope_sees_distances_only() -> None:
    rope = POSITIONS["rope"](config_of())
    q, k = (mx.random.normal((1, 1, 1, 6), key=mx.random.key(i)) for i in range(2))

    def score(at_q: int, at_k: int) -> float:
        return mx.sum(rope.rotate(q, at_q) * rope.rotate(k, at_k)).item()

    assert score(1007, 1002) == pytest.approx(score(5, 0), abs=1e-4)
    assert abs(score(5, 0) - score(6, 0)) > 1e-2


@pytest.mark.parametrize("implementation", ["cpu_kernels", "mlx"])
def test_forms_of_rope_are_equal(implementation: str) -> None:
    x, pull = (mx.random.normal((2, 3, 5, 8), key=mx.random.key(i)) for i in range(2))
    angle = mx.random.normal((5, 4), key=mx.random.key(2))

    def pulled(x: mx.array, rotation: str) -> mx.array:
        return mx.sum(pull * ROTATIONS[rotation](x, mx.cos(angle), mx.sin(angle)))

    for function in (pulled, mx.grad(pulled)):
        np.testing.assert_allclose(
            function(x, implementation), function(x, "reference"), rtol=1e-5, atol=1e-5
        )


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
