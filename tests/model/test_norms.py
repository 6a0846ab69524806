"""Norms by hand, and the kernels against the formulas."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest

from lmcore.model.norms import EPSILON, LAYER_NORMS, RMS_NORMS


@pytest.mark.parametrize("implementation", RMS_NORMS)
def test_by_hand(implementation: str) -> None:
    x, weight, bias = mx.array([[1.0, 7.0]]), mx.array([2.0, 3.0]), mx.array([1.0, 0.0])
    # root mean square 5; mean 4, standard deviation 3
    np.testing.assert_allclose(
        RMS_NORMS[implementation](x, weight, EPSILON), [[0.4, 4.2]], rtol=1e-5
    )
    np.testing.assert_allclose(
        LAYER_NORMS[implementation](x, weight, bias, EPSILON), [[-1, 3]], rtol=1e-5
    )
    np.testing.assert_allclose(
        LAYER_NORMS[implementation](x, weight, None, EPSILON), [[-2, 3]], rtol=1e-5
    )


@pytest.mark.parametrize("implementation", RMS_NORMS)
def test_epsilon_by_hand(implementation: str) -> None:
    x, ones = mx.array([[1.0, 7.0]]), mx.ones((2,))
    # mean square 25, and 24 more is 7 squared; variance 9, and 16 more is 5 squared
    np.testing.assert_allclose(RMS_NORMS[implementation](x, ones, 24), [[1 / 7, 1]], rtol=1e-5)
    np.testing.assert_allclose(
        LAYER_NORMS[implementation](x, ones, None, 16), [[-0.6, 0.6]], rtol=1e-5
    )


@pytest.mark.parametrize("implementation", ["cpu_kernels", "mlx"])
def test_gradients_equal_the_formulas(implementation: str) -> None:
    x, pull = (mx.random.normal((3, 5, 16), key=mx.random.key(i)) for i in range(2))
    weight, bias = (mx.random.normal((16,), key=mx.random.key(i)) for i in (2, 3))

    def rms(x: mx.array, weight: mx.array, implementation: str) -> mx.array:
        return mx.sum(pull * RMS_NORMS[implementation](x, weight, EPSILON))

    def layer(x: mx.array, weight: mx.array, bias: mx.array, implementation: str) -> mx.array:
        return mx.sum(pull * LAYER_NORMS[implementation](x, weight, bias, EPSILON))

    pairs = [
        *zip(
            *(mx.grad(rms, (0, 1))(x, weight, f) for f in (implementation, "reference")),
            strict=True,
        ),
        *zip(
            *(mx.grad(layer, (0, 1, 2))(x, weight, bias, f) for f in (implementation, "reference")),
            strict=True,
        ),
    ]
    assert len(pairs) == 5
    for found, expected in pairs:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
