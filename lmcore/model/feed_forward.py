"""The feed-forward layer: a wider hidden layer applied to each token alone.

relu    max(0, x W1) W2                     (Vaswani et al. 2017, 3.3)
gelu    gelu(x W1) W2, tanh form            (Hendrycks and Gimpel 2016; GPT-2)
relu2   max(0, x W1)^2 W2                   (So et al. 2021, Primer)
swiglu  (silu(x W1) * (x V)) W2             (Shazeer 2020)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import custom_vjp, implementation
from lmcore.backend.fastmath import FEW, constants, sigmoid
from lmcore.model.config import ModelConfig

Activation = Callable[[mx.array], mx.array]


def relu(x: mx.array) -> mx.array:
    return mx.maximum(x, 0)


def relu2(x: mx.array) -> mx.array:
    return mx.square(mx.maximum(x, 0))


def gelu(x: mx.array) -> mx.array:
    """0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"""
    return 0.5 * x * (1 + mx.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def silu(x: mx.array) -> mx.array:
    return x * mx.sigmoid(x)


def _gelu_and_slope(x: mx.array) -> tuple[mx.array, mx.array]:
    """gelu(x) = x / (1 + e^-2u) with u = sqrt(2/pi) (x + 0.044715 x^3), and its derivative."""
    c = 2 * math.sqrt(2 / math.pi)
    one, linear, cubic, cubic3 = constants(x, 1.0, c, c * 0.044715, c * 0.044715 * 3)
    x2 = x * x
    gate = sigmoid(x * (linear + cubic * x2))
    value = x * gate
    return value, gate + value * (one - gate) * (linear + cubic3 * x2)


def _wide_gelu_and_slope(x: mx.array) -> tuple[mx.array, mx.array]:
    """The formula and its derivative, found in float32: x^3 is too much for float16."""
    c, wide = math.sqrt(2 / math.pi), x.astype(mx.float32)
    square = wide * wide
    t = mx.tanh(c * wide * (1 + 0.044715 * square))
    slope = 0.5 * (1 + t) + 0.5 * wide * (1 - t * t) * c * (1 + 3 * 0.044715 * square)
    return (0.5 * wide * (1 + t)).astype(x.dtype), slope.astype(x.dtype)


def _silu_and_slope(x: mx.array) -> tuple[mx.array, mx.array]:
    (one,) = constants(x, 1.0)
    gate = sigmoid(x)
    value = x * gate
    return value, gate + value * (one - gate)


def _relu2_and_slope(x: mx.array) -> tuple[mx.array, mx.array]:
    zero, two = constants(x, 0.0, 2.0)
    above = mx.maximum(x, zero)
    return above * above, two * above


def _keeping_slope(
    plain: Activation,
    value_and_slope: Callable[[mx.array], tuple[mx.array, mx.array]],
    few: int = FEW,
) -> Activation:
    """An activation whose forward pass keeps its derivative for the backward pass."""
    function = custom_vjp(
        value_and_slope, lambda _, cotangents, outputs: cotangents[0] * outputs[1]
    )
    return lambda x: function(x)[0] if x.size >= few else plain(x)


GELUS = {
    "reference": gelu,
    "cpu_kernels": _keeping_slope(gelu, _gelu_and_slope),
    "mlx": _keeping_slope(gelu, _wide_gelu_and_slope, few=0),
}
RELU2S = {"reference": relu2, "cpu_kernels": _keeping_slope(relu2, _relu2_and_slope), "mlx": relu2}
SILUS = {"reference": silu, "cpu_kernels": _keeping_slope(silu, _silu_and_slope), "mlx": silu}


# Name in params.yaml: the activation, and whether a second projection is its gate.
ACTIVATIONS = {
    "relu": (relu, False),
    "gelu": (lambda x: GELUS[implementation()](x), False),
    "relu2": (lambda x: RELU2S[implementation()](x), False),
    "swiglu": (lambda x: SILUS[implementation()](x), True),
}


class FeedForward(nn.Module):
    """down(activation(up(x))), or down(activation(gate(x)) * up(x)) when gated."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._activation, gated = ACTIVATIONS[config.feed_forward]
        self.up = nn.Linear(config.d_model, config.d_ff, config.bias)
        if gated:
            self.gate = nn.Linear(config.d_model, config.d_ff, config.bias)
        self.down = nn.Linear(config.d_ff, config.d_model, config.bias)

    def __call__(self, x: mx.array, routings: list[Any] | None = None) -> mx.array:
        """(B, T, D); `routings` is for mixtures of experts, which take this layer's place."""
        if "gate" in self:
            return self.down(self._activation(self.gate(x)) * self.up(x))
        return self.down(self._activation(self.up(x)))
