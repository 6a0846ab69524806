"""RoPE by hand, its one promise, and its implementations against the formula."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import config_of

from lmcore.model.rope import ROTATIONS, Rope


def test_rope_by_hand() -> None:
    """Dh = 4: position 1 rotates (x0, x2) by 1 radian and (x1, x3) by 1/100."""
    rope = Rope(config_of(d_model=16))
    x = mx.array([[[[0.0, 0, 0, 0], [1, 2, 3, 4]]]])
    c, s, c2, s2 = math.cos(1), math.sin(1), math.cos(0.01), math.sin(0.01)
    expected = [c - 3 * s, 2 * c2 - 4 * s2, 3 * c + s, 4 * c2 + 2 * s2]
    np.testing.assert_allclose(rope.rotate(x, 0)[0, 0, 1], expected, rtol=1e-6)
    np.testing.assert_allclose(rope.rotate(x[:, :, 1:], 1)[0, 0, 0], expected, rtol=1e-6)


def test_rope_sees_distances_only() -> None:
    rope = Rope(config_of())
    q, k = (mx.random.normal((1, 1, 1, 6), key=mx.random.key(i)) for i in range(2))

    def score(at_q: int, at_k: int) -> float:
        return mx.sum(rope.rotate(q, at_q) * rope.rotate(k, at_k)).item()

    assert score(1007, 1002) == pytest.approx(score(5, 0), abs=1e-4)
    assert abs(score(5, 0) - score(6, 0)) > 1e-2


@pytest.mark.parametrize("implementation", ["cpu_kernels", "mlx"])
def test_implementations_of_rope_are_equal(implementation: str) -> None:
    x, pull = (mx.random.normal((2, 3, 5, 8), key=mx.random.key(i)) for i in range(2))
    angle = mx.random.normal((5, 4), key=mx.random.key(2))

    def pulled(x: mx.array, rotation: str) -> mx.array:
        return mx.sum(pull * ROTATIONS[rotation](x, mx.cos(angle), mx.sin(angle)))

    for function in (pulled, mx.grad(pulled)):
        np.testing.assert_allclose(
            function(x, implementation), function(x, "reference"), rtol=1e-5, atol=1e-5
        )
