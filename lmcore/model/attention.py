"""Causal self-attention: each token takes a weighted mean of those before it.

    attention(Q, K, V) = softmax(Q K^T / sqrt(K) + mask) V      (Vaswani et al. 2017, 3.2)

With fewer key/value heads than query heads (grouped-query attention, Ainslie
et al. 2023) several query heads share one. With `qk_norm`, queries and keys
are RMS-normalised per head before they are compared (Henry et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from lmcore.backend.dispatch import custom_vjp, implementation
from lmcore.backend.fastmath import FEW, LOG2_E, exp2
from lmcore.common.errors import LmcoreError
from lmcore.model.config import ModelConfig
from lmcore.model.norms import RMSNorm
from lmcore.model.positions import NoPositions
from lmcore.model.value_embedding import ValueEmbedding, has_value_embedding


@dataclass
class KVCache:
    """Keys and values of the tokens read so far, in buffers made once.

    `keys[layer]` and `values[layer]` are (B, G, length, K) with G key/value heads;
    `offset` counts the tokens they hold. In a compiled step of one token it is
    an array, so that one graph serves every place: `extend` then returns all
    `max_length` of them, and `unwritten_mask` hides those not written yet.
    """

    keys: list[mx.array]
    values: list[mx.array]
    max_length: int
    offset: int | mx.array = 0

    def update_and_fetch(
        self, layer: int, keys: mx.array, values: mx.array
    ) -> tuple[mx.array, mx.array]:
        """Writes new keys and values (B, G, T, K) and returns all so far."""
        start, end = self.offset, self.max_length
        if isinstance(start, int):
            start, end = mx.array(start), start + keys.shape[2]
        if end > self.max_length:
            raise LmcoreError(
                f"The cache holds {self.max_length} tokens and cannot take token {end}; "
                "make it longer or start anew."
            )
        for buffers, new in ((self.keys, keys), (self.values, values)):
            buffers[layer] = mx.slice_update(buffers[layer], new, start, axes=(2,))
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]

    @cached_property  # the same for all layers of the one step that has this offset
    def unwritten_mask(self) -> mx.array:
        """What to add to the scores: -inf for keys after `offset`, else 0, (1, 1, max_length)."""
        return mx.where(mx.arange(self.max_length) <= self.offset, 0.0, -mx.inf)[None, None]


@dataclass
class ForwardContext:
    """What one pass through the layers carries beside the activations."""

    positions: NoPositions
    cache: KVCache | None = None
    tokens: mx.array | None = None  # (B, T) those being read, for value embeddings
    documents: mx.array | None = None  # (B, T) the number of each token's document
    dropout_keys: mx.array | None = None  # (B, 2) one for each row; None: nothing is dropped
    recompute: bool = (
        False  # blocks keep their inputs alone (lmcore/model/gradient_checkpointing.py)
    )
    weights: list[mx.array] | None = None  # a list collects every layer's (B, H, T, T)
    routings: list[Any] = field(default_factory=list)  # a Routing per mixture layer

    @property
    def offset(self) -> int | mx.array:
        return 0 if self.cache is None else self.cache.offset

    def bias(self, queries: int, keys: int) -> mx.array | None:
        """What to add to the scores: (H or 1, queries, keys), with documents (B, ...)."""
        bias = self.positions.bias(queries, keys)
        if not isinstance(self.offset, int):
            bias = self.cache.unwritten_mask if bias is None else bias + self.cache.unwritten_mask
        if self.documents is None:
            return bias
        same = self.documents[:, None, :, None] == self.documents[:, None, None, :]
        return mx.where(same, 0.0 if bias is None else bias, -mx.inf)

    def for_block(self) -> ForwardContext:
        """The same pass with dropout keys of the next block's own."""
        if self.dropout_keys is None:
            return self
        return replace(self, dropout_keys=self._fresh_keys())

    def dropout(self, x: mx.array, share: float) -> mx.array:
        """Drops that share of `x` (B, ...) and scales the rest up, when keys were given.

        A row's mask depends on its own key alone, so that it is the same in
        whatever batch, and on whatever worker, the row is.
        """
        if self.dropout_keys is None or share == 0:
            return x
        draw = mx.vmap(lambda key: mx.random.bernoulli(1 - share, x.shape[1:], key))
        return mx.where(draw(self._fresh_keys()), x / (1 - share), 0)

    def _fresh_keys(self) -> mx.array:
        """Keys (B, 2) that nothing else uses."""
        keys = mx.vmap(mx.random.split)(self.dropout_keys)  # (B, 2, 2)
        self.dropout_keys = keys[:, 0]
        return keys[:, 1]


def causal_mask(queries: int, keys: int) -> mx.array:
    """True where query i of the last `queries` may see key j, (queries, keys)."""
    return mx.arange(keys - queries, keys)[:, None] >= mx.arange(keys)


def attention_weights(q: mx.array, k: mx.array, bias: mx.array | None) -> mx.array:
    """softmax(q k^T / sqrt(K) + bias + mask): who looks at whom, (B, H, T, S).

    q is (B, H, T, K), k is (B, G, S, K) with S >= T; the last query is the last key.
    """
    k = mx.repeat(k, q.shape[1] // k.shape[1], axis=1)
    scores = q @ k.swapaxes(-1, -2) * q.shape[-1] ** -0.5  # (B, H, T, S)
    if bias is not None:
        scores = scores + bias
    if q.shape[2] > 1:  # the last query may see every key
        scores = mx.where(causal_mask(*scores.shape[-2:]), scores, -mx.inf)
    return mx.softmax(scores, axis=-1, precise=True).astype(q.dtype)


def plain_attention(q: mx.array, k: mx.array, v: mx.array, bias: mx.array | None) -> mx.array:
    """The formula above, (B, H, T, K)."""
    return attention_weights(q, k, bias) @ mx.repeat(v, q.shape[1] // v.shape[1], axis=1)


def gpu_attention(q: mx.array, k: mx.array, v: mx.array, bias: mx.array | None) -> mx.array:
    """The same by MLX's kernel, which never writes the scores to memory."""
    mask = "causal"
    if bias is not None:
        mask = mx.where(causal_mask(*bias.shape[-2:]), bias, -mx.inf).astype(q.dtype)
    return mx.fast.scaled_dot_product_attention(q, k, v, scale=q.shape[-1] ** -0.5, mask=mask)


def cpu_attention(q: mx.array, k: mx.array, v: mx.array, bias: mx.array | None) -> mx.array:
    """The same in blocks of queries, each over the keys that it may see.

    Half of the scores are masked; a block leaves most of its share uncomputed.
    In a long context the backward pass computes the powers again: kept, they
    would be most of its memory (Dao et al. 2022, FlashAttention).
    """
    heads, queries, size = q.shape[1:]
    groups, keys = k.shape[1:3]
    if len(q) * heads * queries * keys < FEW:
        return plain_attention(q, k, v, bias)
    q = q * (LOG2_E * size**-0.5)  # 2^(x log2 e) = e^x
    mask = _added_mask(queries, keys)
    blocks = []
    for start in range(0, queries, _QUERY_BLOCK):
        end = min(start + _QUERY_BLOCK, queries)
        seen = keys - queries + end
        added = [mask[start:end, :seen]]  # parts of what all layers share, and no copies
        if bias is not None:
            added.append(bias[..., start:end, :seen])  # (H, t, S) or (B, H, t, S)
        # Query heads that share a key head are rows of one matrix product.
        rows = q[:, :, start:end].reshape(len(q), groups, -1, size)  # (B, G, H/G*t, K)
        block = custom_vjp(partial(_block_forward, keep=keys <= KEPT_POWERS), _block_backward)
        attended = block(rows, k[:, :, :seen], v[:, :, :seen], *added)[0]
        blocks.append(attended.reshape(len(q), heads, end - start, size))
    return blocks[0] if len(blocks) == 1 else mx.concatenate(blocks, axis=2)


_QUERY_BLOCK = 64


# The keys up to which the powers are kept for the backward pass. At a context of
# 256, to compute them again makes a step 6 % slower and saves 5 % of its memory;
# at 512 it is 3 % and 4 %, and the longer the context, the more memory they are.
KEPT_POWERS = 256


@lru_cache(maxsize=2)
def _added_mask(queries: int, keys: int) -> mx.array:
    """`causal_mask` as what is added to the scores, 0 or -inf: one for all layers."""
    return mx.array(np.triu(np.full((queries, keys), -np.inf, np.float32), 1 + keys - queries))


def _powers(
    q: mx.array, k: mx.array, added: Sequence[mx.array], top: mx.array | None = None
) -> tuple:
    """2^(q k^T + mask + bias log2 e - top), by default the rows' largest, and `top`."""
    scores = q @ k.swapaxes(-1, -2)  # (B, G, H/G*t, S)
    by_head = scores.reshape(len(q), -1, *added[0].shape)  # (B, H, t, S)
    mask, *bias = added
    by_head = by_head + mask + LOG2_E * bias[0] if bias else by_head + mask
    scores = by_head.reshape(scores.shape)
    top = mx.max(scores, axis=-1, keepdims=True) if top is None else top
    return exp2(scores - top), top


def _block_forward(q: mx.array, k: mx.array, v: mx.array, *added: mx.array, keep: bool) -> tuple:
    """softmax of the scores with what is `added`, applied to v; and what its gradient needs."""
    powers, top = _powers(q, k, added)
    total = mx.sum(powers, axis=-1, keepdims=True)
    return (powers @ v) / total, top, total, *([powers] if keep else [])


def _block_backward(primals: tuple, cotangents: tuple, outputs: tuple) -> tuple:
    """With P = softmax(S) and O = P V: dV = P^T dO and dS = P * (dO V^T - sum(dO * O))."""
    q, k, v, *added = primals
    out, top, total, *kept = outputs
    d_out = cotangents[0] / total
    if not kept:
        # What depends on the gradient is not merged with its like of the forward pass.
        kept = _powers(*mx.depends([q], [d_out]), k, added, top)
    along = mx.sum(d_out * out, axis=-1, keepdims=True)
    d_scores = kept[0] * ((d_out @ v.swapaxes(-1, -2)) - along) * (1 / LOG2_E)
    d_scores_t = d_scores.swapaxes(-1, -2)
    d_v = kept[0].swapaxes(-1, -2) @ d_out
    return d_scores @ k, d_scores_t @ q, d_v, *map(mx.zeros_like, added)


ATTENTIONS = {"reference": plain_attention, "cpu_kernels": cpu_attention, "mlx": gpu_attention}


class Attention(nn.Module):
    """Projections to heads, attention, and the projection back."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self._layer = layer
        self._n_heads, self._n_kv_heads = config.n_heads, config.n_kv_heads
        kv_size = config.n_kv_heads * config.head_dim
        self.query = nn.Linear(config.d_model, config.d_model, config.bias)
        self.key = nn.Linear(config.d_model, kv_size, config.bias)
        self.value = nn.Linear(config.d_model, kv_size, config.bias)
        self.output = nn.Linear(config.d_model, config.d_model, config.bias)
        if has_value_embedding(config, layer):
            self.value_embedding = ValueEmbedding(config)
        if config.qk_norm:
            norm = partial(RMSNorm, config.head_dim, False, config.norm_epsilon)
            self.query_norm, self.key_norm = norm(), norm()

    def __call__(self, x: mx.array, forward: ForwardContext) -> mx.array:
        q = _heads(self.query(x), self._n_heads)  # (B, H, T, K)
        k = _heads(self.key(x), self._n_kv_heads)  # (B, G, T, K)
        v = self.value(x)
        if "value_embedding" in self:
            v = self.value_embedding(v, forward.tokens)
        v = _heads(v, self._n_kv_heads)
        if "query_norm" in self:
            q, k = self.query_norm(q), self.key_norm(k)
        q = forward.positions.rotate(q, forward.offset)
        k = forward.positions.rotate(k, forward.offset)
        if forward.cache is not None:
            k, v = forward.cache.update_and_fetch(self._layer, k, v)
        bias = forward.bias(q.shape[2], k.shape[2])
        if forward.weights is not None:
            forward.weights.append(attention_weights(q, k, bias))
        attended = ATTENTIONS[implementation()](q, k, v, bias)
        return self.output(_together(attended))


def _heads(x: mx.array, n_heads: int) -> mx.array:
    """(B, T, H*K) -> (B, H, T, K)."""
    if x.shape[1] == 1:  # nothing changes places: 1.03 times the tokens a second of one text
        return x.reshape(len(x), n_heads, 1, -1)
    return x.reshape(*x.shape[:2], n_heads, -1).swapaxes(1, 2)


def _together(heads: mx.array) -> mx.array:
    """(B, H, T, K) -> (B, T, H*K)."""
    if heads.shape[2] == 1:
        return heads.reshape(len(heads), 1, -1)
    return heads.swapaxes(1, 2).flatten(2)
