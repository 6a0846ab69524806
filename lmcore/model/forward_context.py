"""What one forward pass carries beside the activations: cache, masks, dropout, what it records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import mlx.core as mx

from lmcore.model.kv_cache import KVCache
from lmcore.model.routing import Routing


@dataclass
class ForwardContext:
    """The options of one call of `GPT.hidden`, and what it recorded on the way."""

    cache: KVCache | None = None
    dropout_keys: mx.array | None = None  # (B, 2), one for each row; None: no dropout
    gradient_checkpointing: bool = False  # see lmcore/model/gradient_checkpointing.py
    # Functions of activations, by name: what they return takes the activation's place.
    hooks: Mapping[str, Callable[[mx.array], mx.array]] = field(default_factory=dict)

    # Set by `GPT.hidden`:
    tokens: mx.array | None = None  # (B, T), for value embeddings
    embeddings: mx.array | None = None  # (B, T, D) normalised, for value projections
    documents: mx.array | None = None  # (B, T) the number of each token's document

    # Recorded on the way:
    attention_weights: list[mx.array] | None = None  # a list gets every layer's (B, H, T, S)
    routings: dict[int, Routing] = field(default_factory=dict)  # by layer, of mixtures

    @property
    def offset(self) -> int | mx.array:
        """The position of the first token."""
        return 0 if self.cache is None else self.cache.offset

    def mask(self, bias: mx.array | None) -> mx.array | None:
        """Return the bias of the scores, (H or 1, T, S) or (B, ...), with -inf for hidden keys.

        Hidden are keys that the cache does not hold yet and those of other
        documents. The causal mask is attention's own.
        """
        if self.cache is not None and not isinstance(self.offset, int):
            unwritten = self.cache.unwritten_mask
            bias = unwritten if bias is None else bias + unwritten
        if self.documents is not None:
            same = self.documents[:, None, :, None] == self.documents[:, None, None, :]
            bias = mx.where(same, 0.0 if bias is None else bias, -mx.inf)
        return bias

    def earlier(self, name: str, x: mx.array, count: int) -> list[mx.array]:
        """Return x (B, T, D) shifted by 1, 2, ... `count` tokens: what is that many tokens before.

        It is 0 where that is before the text or in another document. A cache holds the
        last `count` inputs of this `name`.
        """
        length = x.shape[1]
        if self.cache is None:
            before = mx.zeros((len(x), count, x.shape[2]), x.dtype)
        else:
            before = self.cache.recent[name]
        padded = mx.concatenate([before, x], axis=1)  # (B, count + T, D)
        if self.cache is not None:
            self.cache.recent[name] = padded[:, length:]
        shifts = [slice(count - lag, count - lag + length) for lag in range(1, count + 1)]
        if self.documents is None:
            return [padded[:, shift] for shift in shifts]
        documents = mx.pad(self.documents, ((0, 0), (count, 0)), constant_values=-1)
        same = [(documents[:, shift] == self.documents)[..., None] for shift in shifts]
        return [mx.where(own, padded[:, shift], 0) for own, shift in zip(same, shifts, strict=True)]

    def hook(self, name: str, x: mx.array) -> mx.array:
        """Return the activation `x`, or what the hook of this name makes of it."""
        return self.hooks[name](x) if name in self.hooks else x

    def dropout(self, x: mx.array, rate: float) -> mx.array:
        """Return `x` (B, ...) with that share of it set to 0 and the rest scaled up.

        A row's mask depends on its own key alone, so that it is the same in
        whatever batch, and on whatever worker, the row is.
        """
        if self.dropout_keys is None or rate == 0:
            return x
        keep = mx.vmap(lambda key: mx.random.bernoulli(1 - rate, x.shape[1:], key))
        return mx.where(keep(self._next_keys()), x / (1 - rate), 0)

    def for_block(self) -> ForwardContext:
        """Return the same context with dropout keys of the next block's own."""
        if self.dropout_keys is None:
            return self
        return replace(self, dropout_keys=self._next_keys())

    def _next_keys(self) -> mx.array:
        """Return keys (B, 2) that nothing else uses."""
        keys = mx.vmap(mx.random.split)(self.dropout_keys)  # (B, 2, 2)
        self.dropout_keys = keys[:, 0]
        return keys[:, 1]
