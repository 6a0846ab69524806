"""Value embeddings: a learned vector for each token, added to its value in attention.

    v = a W_v x + b E[token]

Computed from x alone, a value depends on what the residual stream still holds
of the token. A table E (V, G*Dh) in each block gives the token directly, for
the price of a lookup: parameters, but no arithmetic (Zhou et al. 2024, Value
Residual Learning; modded-nanogpt, whose form this is). The scalars a and b are
learned and start at 1/2 each.

The form `projection` needs no table. It projects the normalised input x0 of the first block,
which all blocks share, and a gate of each key/value head decides how much of it to take (the
gate is modded-nanogpt's):

    v = W_v x + 2 sigmoid(g . x[:12]) * (P norm(x0))

The vectors g start at 0, where every gate is 1.
"""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn

from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext
from lmcore.model.head_gates import HeadGates


class ValueEmbedding(nn.Module):
    """The table and the scalars of one block."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.n_kv_heads * config.head_dim
        self.table = nn.Embedding(config.vocab_size, width)
        self.scalars = mx.array([0.5, 0.5])

    def __call__(self, values: mx.array, x: mx.array, context: ForwardContext) -> mx.array:
        """Return values (B, T, G*Dh) of x (B, T, D), mixed with the tokens' embeddings."""
        return self.scalars[0] * values + self.scalars[1] * self.table(context.tokens)


class ValueProjection(nn.Module):
    """The projection P and the gates g of one block; the norm is the model's."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._head_dim = config.head_dim
        width = config.n_kv_heads * config.head_dim
        self.projection = nn.Linear(config.d_model, width, bias=False)
        self.head_gates = HeadGates(config, config.n_kv_heads)

    def __call__(self, values: mx.array, x: mx.array, context: ForwardContext) -> mx.array:
        """Return values (B, T, G*Dh) of x (B, T, D) with gated projections of the embeddings."""
        gates = self.head_gates(x).squeeze(-1).swapaxes(1, 2)  # (B, T, G)
        projected = self.projection(context.embeddings)  # (B, T, G*Dh)
        return values + mx.repeat(gates, self._head_dim, axis=-1) * projected


VALUE_EMBEDDINGS: dict[str, Callable[[ModelConfig], nn.Module]] = {
    "table": ValueEmbedding,
    "projection": ValueProjection,
}


def has_value_embedding(config: ModelConfig, layer: int) -> bool:
    """Return whether block `layer` (from 0) is among the last `value_embeddings`."""
    return layer >= config.n_layers - config.value_embeddings
