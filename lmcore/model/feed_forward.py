"""The feed-forward layer: a wider hidden layer applied to each token alone.

relu    max(0, x W1) W2                     (Vaswani et al. 2017, 3.3)
gelu    gelu(x W1) W2, tanh form            (Hendrycks and Gimpel 2016; GPT-2)
relu2   max(0, x W1)^2 W2                   (So et al. 2021, Primer)
swiglu  (silu(x W1) * (x V)) W2             (Shazeer 2020)
"""

from __future__ import annotations

import math

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import implementation
from lmcore.backend.kernels.activations import (
    float32_gelu_and_derivative,
    gelu_and_derivative,
    keep_derivative,
    relu2_and_derivative,
    silu_and_derivative,
)
from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext


def relu(x: mx.array) -> mx.array:
    """max(0, x)"""
    return mx.maximum(x, 0)


def relu2(x: mx.array) -> mx.array:
    """max(0, x)^2"""
    return mx.square(mx.maximum(x, 0))


def gelu(x: mx.array) -> mx.array:
    """0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"""
    return 0.5 * x * (1 + mx.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def silu(x: mx.array) -> mx.array:
    """x sigmoid(x)"""
    return x * mx.sigmoid(x)


# By implementation. MLX's own gradient of gelu would overflow in float16.
GELUS = {
    "reference": gelu,
    "cpu_kernels": keep_derivative(gelu, gelu_and_derivative),
    "mlx": keep_derivative(gelu, float32_gelu_and_derivative, min_size=0),
}
RELU2S = {
    "reference": relu2,
    "cpu_kernels": keep_derivative(relu2, relu2_and_derivative),
    "mlx": relu2,
}
SILUS = {"reference": silu, "cpu_kernels": keep_derivative(silu, silu_and_derivative), "mlx": silu}


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

    def __call__(self, x: mx.array, context: ForwardContext | None = None) -> mx.array:
        """Return (B, T, D) from (B, T, D); only a mixture of experts uses the context."""
        if "gate" in self:
            hidden = self._activation(self.gate(x)) * self.up(x)  # (B, T, F)
        else:
            hidden = self._activation(self.up(x))
        return self.down(hidden)
