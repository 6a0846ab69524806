"""Causal self-attention: each token takes a weighted mean of those before it.

    attention(Q, K, V) = softmax(Q K^T / sqrt(Dh) + mask) V      (Vaswani et al. 2017, 3.2)

With fewer key/value heads than query heads (grouped-query attention, Ainslie
et al. 2023) several query heads share one. With `qk_norm`, queries and keys
are RMS-normalised per head before they are compared (Henry et al. 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import implementation
from lmcore.backend.kernels.attention import blocked_attention, fused_attention
from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext
from lmcore.model.head_gates import HeadGates
from lmcore.model.norms import RMSNorm
from lmcore.model.position_scheme import PositionScheme
from lmcore.model.positions import POSITIONS
from lmcore.model.short_convolution import ShortConvolution, convolved_channels
from lmcore.model.sliding_window import window_mask, window_of
from lmcore.model.value_embedding import VALUE_EMBEDDINGS, has_value_embedding


def causal_mask(queries: int, keys: int) -> mx.array:
    """Return True where query i of the last `queries` may see key j, (queries, keys)."""
    return mx.arange(keys - queries, keys)[:, None] >= mx.arange(keys)


def attention_weights(q: mx.array, k: mx.array, bias: mx.array | None = None) -> mx.array:
    """Return softmax(q k^T / sqrt(Dh) + bias), later keys masked: (B, H, T, S).

    q is (B, H, T, Dh), k is (B, G, S, Dh) with S >= T; the last query is the last key.
    """
    # Each of the G key heads serves H / G query heads.
    k = mx.repeat(k, q.shape[1] // k.shape[1], axis=1)  # (B, H, S, Dh)

    # How well each query fits each key; the scale keeps the variance at 1.
    scores = q @ k.swapaxes(-1, -2) * q.shape[-1] ** -0.5  # (B, H, T, S)
    if bias is not None:
        scores = scores + bias

    # No token sees a later one (a single query is the last token and may see every key).
    if q.shape[2] > 1:
        scores = mx.where(causal_mask(*scores.shape[-2:]), scores, -mx.inf)

    return mx.softmax(scores, axis=-1, precise=True).astype(q.dtype)


def scaled_dot_product_attention(
    q: mx.array, k: mx.array, v: mx.array, bias: mx.array | None = None, window: int = 0
) -> mx.array:
    """Return the mean of the values v (B, G, S, Dh) under `attention_weights`, (B, H, T, Dh).

    The bias hides what is outside of the `window`, which is of use to the kernels alone.
    """
    v = mx.repeat(v, q.shape[1] // v.shape[1], axis=1)  # (B, H, S, Dh)
    return attention_weights(q, k, bias) @ v


ATTENTIONS: dict[str, Callable[..., mx.array]] = {
    "reference": scaled_dot_product_attention,
    "cpu_kernels": partial(blocked_attention, scaled_dot_product_attention),
    "mlx": fused_attention,
}


class Attention(nn.Module):
    """Projections to heads, attention, and the projection back.

    By itself it is block 0, with the position scheme that `config` names.
    """

    def __init__(
        self, config: ModelConfig, layer: int = 0, positions: PositionScheme | None = None
    ) -> None:
        super().__init__()
        self._layer, self._window = layer, window_of(config, layer)
        # `or` would not do: a scheme without parameters is an empty dictionary.
        self._positions = POSITIONS[config.positions](config) if positions is None else positions
        self._n_heads, self._n_kv_heads = config.n_heads, config.n_kv_heads
        kv_width = config.n_kv_heads * config.head_dim
        self.query = nn.Linear(config.d_model, config.d_model, config.bias)
        self.key = nn.Linear(config.d_model, kv_width, config.bias)
        self.value = nn.Linear(config.d_model, kv_width, config.bias)
        self.output = nn.Linear(config.d_model, config.d_model, config.bias)
        self.convolutions = {
            name: ShortConvolution(config.convolution_width, channels)
            for name, channels in convolved_channels(config).items()
        }
        if has_value_embedding(config, layer):
            self.value_embedding = VALUE_EMBEDDINGS[config.value_embedding_form](config)
        if config.head_gates:
            self.head_gates = HeadGates(config, config.n_heads)
        if config.qk_norm:
            self.query_norm = RMSNorm(config.head_dim, False, config.norm_epsilon)
            self.key_norm = RMSNorm(config.head_dim, False, config.norm_epsilon)

    def __call__(self, x: mx.array, context: ForwardContext | None = None) -> mx.array:
        """Return what each token of x (B, T, D) gathers from those before it, (B, T, D)."""
        context = context or ForwardContext()
        # 1. Queries, keys and values of each head.
        x = self.convolved("input", x, context)
        q = self.convolved("query", self.query(x), context)
        k = self.convolved("key", self.key(x), context)
        v = self.convolved("value", self.value(x), context)  # (B, T, G*Dh)
        q = split_heads(q, self._n_heads)  # (B, H, T, Dh)
        k = split_heads(k, self._n_kv_heads)  # (B, G, T, Dh)
        if "value_embedding" in self:
            v = self.value_embedding(v, x, context)
        v = split_heads(v, self._n_kv_heads)

        # 2. Normalised, and rotated by their positions (RoPE).
        if "query_norm" in self:
            q, k = self.query_norm(q), self.key_norm(k)
        q = self._positions.rotate(q, context.offset)
        k = self._positions.rotate(k, context.offset)

        # 3. In generation, together with the keys and values of past tokens.
        if context.cache is not None:
            k, v = context.cache.update_and_fetch(self._layer, k, v)  # (B, G, S, Dh)

        # 4. The weighted mean of the values.
        bias = context.mask(self._positions.bias(q.shape[2], k.shape[2]))
        if self._window and k.shape[2] > self._window:
            seen = window_mask(context.offset, q.shape[2], k.shape[2], self._window)
            bias = mx.where(seen, 0.0 if bias is None else bias, -mx.inf)  # (..., T, S)
        if context.attention_weights is not None:
            context.attention_weights.append(attention_weights(q, k, bias))
        attended = ATTENTIONS[implementation()](q, k, v, bias, self._window)  # (B, H, T, Dh)
        if "head_gates" in self:
            attended = attended * self.head_gates(x)
        attended = context.hook(f"blocks.{self._layer}.attention.heads", attended)

        # 5. The heads side by side, mixed by one more matrix.
        return self.output(merge_heads(attended))

    def convolved(self, name: str, x: mx.array, context: ForwardContext) -> mx.array:
        """Return x (B, T, C) after its short convolution, or as it is where it has none."""
        if name not in self.convolutions:
            return x
        return self.convolutions[name](x, context, f"blocks.{self._layer}.{name}")


def split_heads(x: mx.array, n_heads: int) -> mx.array:
    """Return x (B, T, H*Dh) as (B, H, T, Dh)."""
    if x.shape[1] == 1:  # no transpose needed: 1.03 times the tokens a second of one text
        return x.reshape(len(x), n_heads, 1, -1)
    return x.reshape(*x.shape[:2], n_heads, -1).swapaxes(1, 2)


def merge_heads(heads: mx.array) -> mx.array:
    """Return heads (B, H, T, Dh) as (B, T, H*Dh)."""
    if heads.shape[2] == 1:
        return heads.reshape(len(heads), 1, -1)
    return heads.swapaxes(1, 2).flatten(2)
