"""Sampling: from the logits of one step to the next token.

A filter turns logits (B, V) into the logits of a narrower distribution: what it
drops becomes -inf. `sample` applies them in this order: temperature, top-k,
top-p (nucleus sampling; Holtzman et al., 2020, arXiv:1904.09751), min-p (Nguyen
et al., 2024, arXiv:2407.01082). The repetition penalty needs the text so far
and is applied before them (lmcore/generation/decoding.py).

A token depends on (seed + row, position in the text) alone: row r of a batch is
the text that seed + r gives by itself, whatever stands beside it and however it
is streamed. (A matrix product may round differently in another batch, so two
tokens that tie except for rounding can still be exchanged.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from lmcore.backend.fastmath import sort


@dataclass(frozen=True)
class SamplingParams:
    """How the next token is sampled."""

    temperature: float = 1.0  # 0: always the likeliest token
    top_k: int = 0  # 0: off
    top_p: float = 1.0  # 1: off
    min_p: float = 0.0  # 0: off
    repetition_penalty: float = 1.0  # 1: off
    seed: int = 0  # of row 0; row r has seed + r


def repetition_penalty(logits: mx.array, text: mx.array, penalty: float) -> mx.array:
    """Return logits (B, V) in which the tokens of `text` (B, T) are less likely.

    Their positive logits are divided by the penalty and their negative ones
    multiplied (Keskar et al., 2019, arXiv:1909.05858, equation 3, with the sign
    handled as in transformers).
    """
    if penalty == 1:
        return logits
    seen = mx.put_along_axis(mx.zeros(logits.shape, mx.bool_), text, mx.array(True), axis=-1)
    penalty = _within_float32(penalty)
    return mx.where(seen, mx.where(logits > 0, logits / penalty, logits * penalty), logits)


def top_k(logits: mx.array, k: int) -> mx.array:
    """Keep the k likeliest tokens (and those that tie with the last of them)."""
    if not 0 < k < logits.shape[-1]:
        return logits
    threshold = mx.min(mx.topk(logits, k, axis=-1), axis=-1, keepdims=True)
    return mx.where(logits < threshold, -mx.inf, logits)


def top_p(logits: mx.array, p: float) -> mx.array:
    """Keep the fewest likeliest tokens that hold probability p (and ties with the last)."""
    if p >= 1:
        return logits
    # 1. Sort the tokens, the likeliest first.
    descending = -sort(-logits)
    probabilities = mx.softmax(descending, axis=-1)
    # 2. A token is kept while those before it do not hold p yet.
    before = mx.cumsum(probabilities, axis=-1) - probabilities
    threshold = mx.min(mx.where(before < p, descending, mx.inf), axis=-1, keepdims=True)
    # 3. The likeliest always stays, also where p is 0 in float32.
    threshold = mx.minimum(threshold, descending[..., :1])
    return mx.where(logits < threshold, -mx.inf, logits)


def min_p(logits: mx.array, ratio: float) -> mx.array:
    """Keep tokens that are at least `ratio` times as likely as the likeliest."""
    if ratio <= 0:
        return logits
    likeliest = mx.max(logits, axis=-1, keepdims=True)
    return mx.where(logits < likeliest + math.log(ratio), -mx.inf, logits)


def sample(logits: mx.array, params: SamplingParams, position: int) -> mx.array:
    """Return a token for each row of logits (B, V), at `position` in the text: (B,) int32."""
    if params.temperature == 0:
        return mx.argmax(logits, axis=-1)
    # 1. Temperature: below 1 sharpens the distribution, above 1 flattens it.
    logits = logits / _within_float32(params.temperature)
    # 2. The filters drop unlikely tokens.
    logits = top_k(logits, params.top_k)
    logits = top_p(logits, params.top_p)
    logits = min_p(logits, params.min_p)
    # 3. One draw a row, each with a random key of its own.
    seeds = (np.random.SeedSequence([params.seed + row, position]) for row in range(len(logits)))
    keys = np.stack([seed.generate_state(2)[::-1] for seed in seeds])  # (B, 2) uint32
    return mx.vmap(lambda row, key: mx.random.categorical(row, key=key))(logits, mx.array(keys))


def _within_float32(factor: float) -> float:
    """Return `factor`, or the nearest with which logits stay finite (penalty and temperature)."""
    return min(max(factor, 1e-15), 1e15)
