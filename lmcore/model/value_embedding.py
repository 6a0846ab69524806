"""Value embeddings: a learned vector for each token, added to its value in attention.

    v = a W_v x + b E[token]

Computed from x alone, a value depends on what the residual stream still holds
of the token. A table E (V, G*Dh) in each block gives the token directly, for
the price of a lookup: parameters, but no arithmetic (Zhou et al. 2024, Value
Residual Learning; modded-nanogpt, whose form this is). The scalars a and b are
learned and start at 1/2 each.
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn

from lmcore.model.config import ModelConfig


class ValueEmbedding(nn.Module):
    """The table and the scalars of one block."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.n_kv_heads * config.head_dim
        self.table = nn.Embedding(config.vocab_size, width)
        self.scalars = mx.array([0.5, 0.5])

    def __call__(self, values: mx.array, tokens: mx.array) -> mx.array:
        """Return values (B, T, G*Dh) of tokens (B, T), mixed with the tokens' embeddings."""
        return self.scalars[0] * values + self.scalars[1] * self.table(tokens)


def has_value_embedding(config: ModelConfig, layer: int) -> bool:
    """Whether block `layer` (from 0) is among the last `value_embeddings`."""
    return layer >= config.n_layers - config.value_embeddings
