"""Activations whose forward pass keeps their derivative for the backward pass.

The formulas are in lmcore/model/feed_forward.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import mlx.core as mx

from lmcore.backend.dispatch import custom_vjp
from lmcore.backend.fastmath import MIN_SIZE, constants, sigmoid

Activation = Callable[[mx.array], mx.array]


def keep_derivative(
    formula: Activation,
    value_and_derivative: Callable[[mx.array], tuple[mx.array, mx.array]],
    min_size: int = MIN_SIZE,
) -> Activation:
    """Return the activation whose gradient is the derivative that its forward pass found.

    Arrays below `min_size` elements, as in generation, go to the `formula`.
    """
    function = custom_vjp(
        value_and_derivative, lambda _, cotangents, outputs: cotangents[0] * outputs[1]
    )
    return lambda x: function(x)[0] if x.size >= min_size else formula(x)


def gelu_and_derivative(x: mx.array) -> tuple[mx.array, mx.array]:
    """gelu(x) = x / (1 + e^-2u) with u = sqrt(2/pi) (x + 0.044715 x^3), and its derivative."""
    c = 2 * math.sqrt(2 / math.pi)
    one, linear, cubic, cubic3 = constants(x, 1.0, c, c * 0.044715, c * 0.044715 * 3)
    x2 = x * x
    gate = sigmoid(x * (linear + cubic * x2))
    value = x * gate
    return value, gate + value * (one - gate) * (linear + cubic3 * x2)


def float32_gelu_and_derivative(x: mx.array) -> tuple[mx.array, mx.array]:
    """Return GELU and its derivative, computed in float32: x^3 overflows float16."""
    c, wide = math.sqrt(2 / math.pi), x.astype(mx.float32)
    square = wide * wide
    t = mx.tanh(c * wide * (1 + 0.044715 * square))
    derivative = 0.5 * (1 + t) + 0.5 * wide * (1 - t * t) * c * (1 + 3 * 0.044715 * square)
    return (0.5 * wide * (1 + t)).astype(x.dtype), derivative.astype(x.dtype)


def silu_and_derivative(x: mx.array) -> tuple[mx.array, mx.array]:
    """silu(x) = x sigmoid(x), and its derivative."""
    (one,) = constants(x, 1.0)
    gate = sigmoid(x)
    value = x * gate
    return value, gate + value * (one - gate)


def relu2_and_derivative(x: mx.array) -> tuple[mx.array, mx.array]:
    """max(0, x)^2, and its derivative 2 max(0, x)."""
    zero, two = constants(x, 0.0, 2.0)
    positive = mx.maximum(x, zero)
    return positive * positive, two * positive
