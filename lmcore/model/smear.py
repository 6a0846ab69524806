"""The smear gate: each token's embedding takes a share of the one before it (modded-nanogpt 2025).

    x_t = x_t + s * sigmoid(g . x_t[:12]) * x_{t-1}

The first block then sees pairs of tokens, for which an attention head of its own is
needed otherwise (Olsson et al. 2022 call it a previous token head). The vector g, for the
first 12 channels, and the scalar s are learned and start at 0, a plain embedding. Such a
"token shift" of every layer's input is part of RWKV (Peng et al. 2023).
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn

from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext

GATE_CHANNELS = 12  # what the gate reads of a token, as in modded-nanogpt


class Smear(nn.Module):
    """The gate g and the scale s."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate = mx.zeros((min(GATE_CHANNELS, config.d_model),))
        self.scale = mx.zeros((1,))

    def __call__(self, x: mx.array, context: ForwardContext) -> mx.array:
        """Return embeddings (B, T, D), each with its share of the one before."""
        (before,) = context.earlier("smear", x, 1)  # (B, T, D)
        gate = mx.sigmoid(x[..., : len(self.gate)] @ self.gate)[..., None]  # (B, T, 1)
        return x + self.scale * gate * before
