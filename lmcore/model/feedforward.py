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

from lmcore.model.config import ModelConfig


def relu(x: mx.array) -> mx.array:
    return mx.maximum(x, 0)


def relu2(x: mx.array) -> mx.array:
    return mx.square(mx.maximum(x, 0))


def gelu(x: mx.array) -> mx.array:
    """0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"""
    return 0.5 * x * (1 + mx.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def silu(x: mx.array) -> mx.array:
    return x * mx.sigmoid(x)


# Name in params.yaml: the activation, and whether a second projection is its gate.
ACTIVATIONS = {
    "relu": (relu, False),
    "gelu": (gelu, False),
    "relu2": (relu2, False),
    "swiglu": (silu, True),
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

    def __call__(self, x: mx.array) -> mx.array:
        if "gate" in self:
            return self.down(self._activation(self.gate(x)) * self.up(x))
        return self.down(self._activation(self.up(x)))
