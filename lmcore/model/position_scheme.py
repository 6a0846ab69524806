"""The three places where a model can learn the order of tokens.

Attention by itself does not see where a token stands. Each scheme uses one
place: the embeddings (`embed`), the queries and keys (`rotate`) or the
attention scores (`bias`). The schemes are in lmcore/model/positions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_map

from lmcore.model.config import ModelConfig

Offset: TypeAlias = "int | mx.array"  # an array, below the context's length, in a compiled step


class PositionScheme(nn.Module):
    """No positions at all: only the causal mask tells order (Kazemnejad et al. 2023)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._context_length = config.context_length

    def embed(self, x: mx.array, offset: Offset) -> mx.array:
        """Return embeddings (B, T, D) with those of positions offset, offset + 1, ... added."""
        return x

    def rotate(self, x: mx.array, offset: Offset) -> mx.array:
        """Return queries or keys (B, H, T, Dh) rotated by their positions."""
        return x

    def bias(self, queries: int, keys: int) -> mx.array | None:
        """Return what to add to the scores, (H, T, S); the last query is the last key."""
        return None

    def rows(self, table: Callable[[int, int], Any], offset: Offset, count: int) -> Any:
        """Return rows offset, offset + 1, ... of one or more tables.

        `table(start, end)` returns rows start ... end - 1: an array or a tuple of arrays.
        """
        if isinstance(offset, int):
            return table(offset, offset + count)
        return tree_map(
            lambda rows: mx.slice(rows, offset, axes=(0,), slice_size=(count, rows.shape[1])),
            table(0, self._context_length),
        )
