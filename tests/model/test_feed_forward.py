"""Activations against their definitions, and the forms that keep their slope."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest

from lmcore.model.feed_forward import GELUS, RELU2S, SILUS, relu

X = mx.concatenate([mx.linspace(-12, 12, 20_001), mx.array([-1e4, -300.0, 0.0, 300.0, 1e4])])


def gelu_of(x: float) -> float:
    return x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def silu_of(x: float) -> float:
    return x / (1 + math.exp(-x)) if x > -700 else 0.0


def relu2_of(x: float) -> float:
    return max(x, 0.0) ** 2


TABLES = [(GELUS, gelu_of), (SILUS, silu_of), (RELU2S, relu2_of)]


@pytest.mark.parametrize("implementation", GELUS)
@pytest.mark.parametrize(("table", "formula"), TABLES)
def test_values(table: dict, formula: object, implementation: str) -> None:
    expected = [formula(x) for x in X.tolist()]
    np.testing.assert_allclose(table[implementation](X), expected, rtol=3e-6, atol=2e-6)


@pytest.mark.parametrize("implementation", GELUS)
@pytest.mark.parametrize(("table", "formula"), TABLES)
def test_slopes(table: dict, formula: object, implementation: str) -> None:
    x, h = X[:-5], 1e-5
    expected = [(formula(a + h) - formula(a - h)) / (2 * h) for a in x.tolist()]
    slope = mx.grad(lambda x: mx.sum(table[implementation](x)))(x)
    np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=5e-6)


def test_float16_gelu_has_slopes_wherever_it_has_values() -> None:
    x = mx.array([-6e4, -1000, -41, 41, 1000, 6e4], mx.float16)
    low = GELUS["mlx"]
    slopes = mx.grad(lambda x: mx.sum(low(x).astype(mx.float32)))(x)
    assert slopes.dtype == low(x).dtype == mx.float16
    assert slopes.tolist() == [0, 0, 0, 1, 1, 1]


def test_relu() -> None:
    assert relu(mx.array([-2.0, 0.0, 3.0])).tolist() == [0, 0, 3]


def test_gelu_is_near_the_exact_one() -> None:
    exact = [0.5 * x * (1 + math.erf(x / math.sqrt(2))) for x in X[:-5].tolist()]
    np.testing.assert_allclose(GELUS["cpu_kernels"](X[:-5]), exact, atol=5e-4)
