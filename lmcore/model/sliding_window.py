"""Sliding-window attention: a token sees the W last tokens, itself among them, and no others.

Beltagy et al. 2020 (Longformer); Jiang et al. 2023 (Mistral). What is further away comes
through deeper layers: n windowed blocks reach n (W - 1) tokens back. Usually some blocks stay
global and see everything, such as every second (Gemma 2) or sixth (Gemma 3).
"""

from __future__ import annotations

import mlx.core as mx

from lmcore.model.config import ModelConfig


def window_of(config: ModelConfig, layer: int) -> int:
    """Return the tokens that block `layer` (from 0) sees; 0: all of them."""
    is_global = config.global_every and (layer + 1) % config.global_every == 0
    return 0 if is_global else config.attention_window


def window_mask(offset: int | mx.array, queries: int, keys: int, window: int) -> mx.array:
    """Return True where key j is among the last `window` of query offset + i, (T, S).

    Later keys are left to the causal mask.
    """
    positions = offset + mx.arange(queries)
    return positions[:, None] - mx.arange(keys) < window
