"""How a model learns the order of tokens: a dictionary of schemes.

* sinusoidal: fixed waves added to the embeddings (Vaswani et al. 2017, 3.5)
* learned: a trained vector per position (GPT-2)
* rope: queries and keys rotated by an angle that grows with the position (Su et al. 2021)
* alibi: a penalty on the score, linear in the distance (Press et al. 2021)
* none: only the causal mask tells order (Kazemnejad et al. 2023)
"""

from __future__ import annotations

import math
from functools import lru_cache

import mlx.core as mx
import numpy as np

from lmcore.common.errors import LmcoreError
from lmcore.model.config import ModelConfig
from lmcore.model.position_scheme import Offset, PositionScheme
from lmcore.model.rope import Rope


def sinusoids(start: int, end: int, d_model: int) -> np.ndarray:
    """Return sin(t / 10000^(2i/D)) in even channels and cos in odd ones, t = start ... end - 1."""
    channel = np.arange(d_model)
    wavelength = 10000.0 ** (2 * (channel // 2) / d_model)
    angle = np.arange(start, end)[:, None] / wavelength
    return np.where(channel % 2, np.cos(angle), np.sin(angle)).astype(np.float32)


class Sinusoidal(PositionScheme):
    """The waves of `sinusoids`, of any length, added to the embeddings.

    They are scaled to the embeddings' initial standard deviation, since
    waves of size 1 would be much larger than the tokens' own vectors. The 2017
    paper instead multiplies the embeddings by sqrt(D), which is the same ratio.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self._d_model, self._std = config.d_model, config.embedding_std

    def embed(self, x: mx.array, offset: Offset) -> mx.array:
        return x + self.rows(self._waves, offset, x.shape[1]).astype(x.dtype)

    def _waves(self, start: int, end: int) -> mx.array:
        waves = sinusoids(start, end, self._d_model)
        return mx.array((waves * math.sqrt(2) * self._std).astype(np.float32))


class Learned(PositionScheme):
    """A trained vector for each of `context_length` positions."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.weight = mx.zeros((config.context_length, config.d_model))

    def embed(self, x: mx.array, offset: Offset) -> mx.array:
        return x + self.rows(self._learned, offset, x.shape[1])

    def _learned(self, start: int, end: int) -> mx.array:
        if end > len(self.weight):
            raise LmcoreError(
                f"The model has learned {len(self.weight)} positions "
                f"(model.context_length) and cannot read token {end}; "
                "shorten the text or train with model.positions rope."
            )
        return self.weight[start:end]


def alibi_slopes(n_heads: int) -> np.ndarray:
    """Return the penalty per token of distance for each head, (H,), as the authors define it.

    For H a power of two: 2^(-8/H), 2^(-16/H), ..., 2^-8. Otherwise the slopes
    of the power of two below, and every second one of that above.
    """
    below = 2 ** int(math.log2(n_heads))
    slopes = 2.0 ** (-8.0 / below * np.arange(1, below + 1))
    if below < n_heads:
        slopes = np.concatenate([slopes, alibi_slopes(2 * below)[::2][: n_heads - below]])
    return slopes.astype(np.float32)


@lru_cache(maxsize=2)  # every layer of a pass asks for the same, which can be large
def alibi_bias(n_heads: int, queries: int, keys: int) -> mx.array:
    """Return -slope * distance from each of the last `queries` to each key, (H, T, S)."""
    distance = np.maximum(np.arange(keys - queries, keys)[:, None] - np.arange(keys), 0)
    return mx.array(-alibi_slopes(n_heads)[:, None, None] * distance.astype(np.float32))


class Alibi(PositionScheme):
    """Scores lose slope * distance; the slopes differ by head and are not trained.

    Softmax sees only differences. So it does not matter that the distance is
    counted from the last key even where the last ones are not written yet.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self._n_heads = config.n_heads

    def bias(self, queries: int, keys: int) -> mx.array:
        return alibi_bias(self._n_heads, queries, keys)


POSITIONS = {
    "sinusoidal": Sinusoidal,
    "learned": Learned,
    "rope": Rope,
    "alibi": Alibi,
    "none": PositionScheme,
}
