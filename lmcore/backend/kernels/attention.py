"""Softmax attention in blocks of queries for a CPU, and by MLX's kernel for the rest.

The formula is `scaled_dot_product_attention` in lmcore/model/attention.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import mlx.core as mx
import numpy as np

from lmcore.backend.dispatch import custom_vjp
from lmcore.backend.fastmath import LOG2_E, MIN_SIZE, exp2

Attend = Callable[[mx.array, mx.array, mx.array, mx.array | None], mx.array]

QUERY_BLOCK = 64

# The exponentials are kept for the backward pass up to this many keys. At a context of
# 256, to compute them again makes a step 6 % slower and saves 5 % of its memory; at 512
# it is 3 % and 4 %, and the longer the context, the more memory they are.
MAX_KEPT_KEYS = 256


@lru_cache(maxsize=2)
def causal_bias(queries: int, keys: int) -> mx.array:
    """Return 0 where a query sees a key and -inf elsewhere, (queries, keys), for all layers."""
    return mx.array(np.triu(np.full((queries, keys), -np.inf, np.float32), 1 + keys - queries))


def fused_attention(
    q: mx.array, k: mx.array, v: mx.array, bias: mx.array | None, window: int = 0
) -> mx.array:
    """Return attention by MLX's kernel, which never writes the scores to memory."""
    mask: str | mx.array = "causal"
    if bias is not None:
        mask = (bias + causal_bias(*bias.shape[-2:])).astype(q.dtype)
    return mx.fast.scaled_dot_product_attention(q, k, v, scale=q.shape[-1] ** -0.5, mask=mask)


def blocked_attention(
    formula: Attend,
    q: mx.array,
    k: mx.array,
    v: mx.array,
    bias: mx.array | None,
    window: int = 0,
) -> mx.array:
    """Return attention computed in blocks of queries, each over the keys that it may see.

    Half of the scores are masked; a block leaves most of its part of them
    uncomputed. In a long context the backward pass computes the exponentials
    again: kept, they would be most of its memory (Dao et al. 2022,
    FlashAttention). Keys outside of the `window` of all queries of a block are left
    uncomputed, too. Small inputs, as in generation, go to the `formula`.
    """
    heads, queries, head_dim = q.shape[1:]
    groups, keys = k.shape[1:3]
    if len(q) * heads * queries * keys < MIN_SIZE:
        return formula(q, k, v, bias)
    q = q * (LOG2_E * head_dim**-0.5)  # 2^(x log2 e) = e^x
    mask = causal_bias(queries, keys)
    blocks = []
    for start in range(0, queries, QUERY_BLOCK):
        end = min(start + QUERY_BLOCK, queries)
        seen = keys - queries + end
        first = 0
        if window and queries > 1:  # a single query may stand anywhere in a cache's buffer
            first = max(0, keys - queries + start - window + 1)
        biases = [mask[start:end, first:seen]]  # slices of what all layers share, not copies
        if bias is not None:
            biases.append(bias[..., start:end, first:seen])  # (t, S), (H, t, S) or (B, H, t, S)
        # Query heads that share a key head are rows of one matrix product.
        rows = q[:, :, start:end].reshape(len(q), groups, -1, head_dim)  # (B, G, H/G*t, Dh)
        block = custom_vjp(partial(block_forward, keep=keys <= MAX_KEPT_KEYS), block_backward)
        attended = block(rows, k[:, :, first:seen], v[:, :, first:seen], *biases)[0]
        blocks.append(attended.reshape(len(q), heads, end - start, head_dim))
    return blocks[0] if len(blocks) == 1 else mx.concatenate(blocks, axis=2)


def exp_scores(
    q: mx.array, k: mx.array, biases: Sequence[mx.array], row_max: mx.array | None = None
) -> tuple[mx.array, mx.array]:
    """Return 2^(q k^T + mask + bias log2 e - row_max), and the maximum of each row."""
    scores = q @ k.swapaxes(-1, -2)  # (B, G, H/G*t, S)
    by_head = scores.reshape(len(q), -1, *biases[0].shape)  # (B, H, t, S)
    mask, *bias = biases
    by_head = by_head + mask + LOG2_E * bias[0] if bias else by_head + mask
    scores = by_head.reshape(scores.shape)
    row_max = mx.max(scores, axis=-1, keepdims=True) if row_max is None else row_max
    return exp2(scores - row_max), row_max


def block_forward(q: mx.array, k: mx.array, v: mx.array, *biases: mx.array, keep: bool) -> tuple:
    """Return softmax(q k^T + biases) v, and what its gradient needs."""
    scores, row_max = exp_scores(q, k, biases)
    row_sum = mx.sum(scores, axis=-1, keepdims=True)
    return (scores @ v) / row_sum, row_max, row_sum, *([scores] if keep else [])


def block_backward(primals: tuple, cotangents: tuple, outputs: tuple) -> tuple:
    """With P = softmax(S) and O = P V: dV = P^T dO and dS = P * (dO V^T - sum(dO * O))."""
    q, k, v, *biases = primals
    out, row_max, row_sum, *exponentials = outputs
    d_out = cotangents[0] / row_sum
    if not exponentials:
        # Made to depend on the gradient, so that the compiler does not keep the
        # forward pass's exponentials.
        (q_after,) = mx.depends([q], [d_out])
        exponentials = list(exp_scores(q_after, k, biases, row_max))
    projection = mx.sum(d_out * out, axis=-1, keepdims=True)
    d_scores = exponentials[0] * ((d_out @ v.swapaxes(-1, -2)) - projection) * (1 / LOG2_E)
    d_k = d_scores.swapaxes(-1, -2) @ q
    d_v = exponentials[0].swapaxes(-1, -2) @ d_out
    return d_scores @ k, d_k, d_v, *map(mx.zeros_like, biases)
