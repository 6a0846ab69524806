"""The KV cache: keys and values of past tokens, so that each step computes only the new one's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import mlx.core as mx

from lmcore.common.errors import LmcoreError


@dataclass
class KVCache:
    """Keys and values of the tokens read so far, in buffers allocated once.

    `keys[layer]` and `values[layer]` are (B, G, max_length, Dh) with G key/value
    heads; `offset` counts the tokens they hold. In a compiled step of one token
    it is an array, so that one graph serves every position: `update_and_fetch`
    then returns all `max_length` of them, and `unwritten_mask` hides the rest.
    `recent` holds the last inputs (B, count, D) of what looks a few tokens back, by name.
    """

    keys: list[mx.array]
    values: list[mx.array]
    max_length: int
    offset: int | mx.array = 0
    recent: dict[str, mx.array] = field(default_factory=dict)  # see `ForwardContext.earlier`

    def update_and_fetch(
        self, layer: int, keys: mx.array, values: mx.array
    ) -> tuple[mx.array, mx.array]:
        """Write new keys and values (B, G, T, Dh) and return all so far, (B, G, S, Dh)."""
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
        """-inf for the buffers' places after `offset`, else 0: (1, 1, max_length)."""
        return mx.where(mx.arange(self.max_length) <= self.offset, 0.0, -mx.inf)[None, None]
