"""How a model that treats its input as a set learns the order of tokens.

Attention by itself does not see where a token stands. There are three places
to tell it, and each scheme here uses one: the embeddings (`embed`), the
queries and keys (`rotate`), or the attention scores (`bias`).

* sinusoidal: fixed waves added to the embeddings (Vaswani et al. 2017, 3.5)
* learned: a trained vector per position (GPT-2)
* rope: queries and keys turned by an angle that grows with the position, so
  that their product depends on the distance alone (Su et al. 2021)
* alibi: a penalty on the score, linear in the distance (Press et al. 2021)
* none: only the causal mask tells order (Kazemnejad et al. 2023)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from lmcore.backend.dispatch import custom_vjp, implementation
from lmcore.common.errors import LmcoreError
from lmcore.model.config import ModelConfig

Offset = int | mx.array  # an array, below the context's length, in a compiled step


class NoPositions(nn.Module):
    """Tells nothing; the schemes below override the one place they use."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._context_length = config.context_length

    def embed(self, x: mx.array, offset: Offset) -> mx.array:
        """Embeddings (B, T, D) of positions offset, offset + 1, ... with their place added."""
        return x

    def rotate(self, x: mx.array, offset: Offset) -> mx.array:
        """Queries or keys (B, H, T, K) turned by their positions."""
        return x

    def bias(self, queries: int, keys: int) -> mx.array | None:
        """What to add to the scores, (H, queries, keys), the last query at the last key."""
        return None

    def rows(self, table: Callable[[int, int], mx.array], offset: Offset, count: int) -> mx.array:
        """Rows offset, offset + 1, ... of a table that `table(start, end)` gives parts of."""
        if isinstance(offset, int):
            return table(offset, offset + count)
        whole = table(0, self._context_length)
        return mx.slice(whole, offset, axes=(0,), slice_size=(count, whole.shape[1]))


def sinusoids(start: int, end: int, d_model: int) -> np.ndarray:
    """sin(t / 10000^(2i/D)) in even channels and cos in odd ones, for t from start to end - 1."""
    channel = np.arange(d_model)
    wavelength = 10000.0 ** (2 * (channel // 2) / d_model)
    angle = np.arange(start, end)[:, None] / wavelength
    return np.where(channel % 2, np.cos(angle), np.sin(angle)).astype(np.float32)


class Sinusoidal(NoPositions):
    """The waves of `sinusoids`, of any length, added to the embeddings.

    They are scaled to the embeddings' initial size (standard deviation 0.02):
    waves of size 1 beside them would drown the tokens. The 2017 paper instead
    multiplies the embeddings by sqrt(D), which is the same relation.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self._d_model = config.d_model

    def embed(self, x: mx.array, offset: Offset) -> mx.array:
        return x + self.rows(self._waves, offset, x.shape[1]).astype(x.dtype)

    def _waves(self, start: int, end: int) -> mx.array:
        waves = sinusoids(start, end, self._d_model)
        return mx.array((waves * math.sqrt(2) * EMBEDDING_STD).astype(np.float32))


# The initial standard deviation of every embedding (GPT-2).
EMBEDDING_STD = 0.02


class Learned(NoPositions):
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


@lru_cache(maxsize=4)
def rope_tables(start: int, end: int, head_dim: int, theta: float) -> tuple[mx.array, mx.array]:
    """Cosine and sine of t / theta^(2i/K) for t from start to end - 1, each (T, K/2).

    Every layer of a pass asks for the same; the angles are found in float64,
    where long contexts lose nothing.
    """
    wavelength = theta ** (np.arange(0, head_dim, 2) / head_dim)
    angles = np.arange(start, end)[:, None] / wavelength
    return mx.array(np.cos(angles).astype(np.float32)), mx.array(np.sin(angles).astype(np.float32))


def apply_rope(x: mx.array, cosine: mx.array, sine: mx.array) -> mx.array:
    """Turns the pairs (x_i, x_{i + K/2}) of the last axis by their angles."""
    first, second = mx.split(x, 2, axis=-1)
    return mx.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)


def apply_rope_fast(x: mx.array, cosine: mx.array, sine: mx.array) -> mx.array:
    """The same as one elementwise pass, and its gradient as another.

    The gradient of a rotation is the rotation back.
    """

    def turn(x: mx.array, sine: mx.array) -> mx.array:
        halves = mx.unflatten(x, -1, (2, -1))  # (..., T, 2, K/2)
        cosines, sines = mx.stack([cosine, cosine], -2), mx.stack([-sine, sine], -2)
        return (halves * cosines + halves[..., ::-1, :] * sines).flatten(-2)

    return custom_vjp(lambda x: turn(x, sine), lambda _, cotangent, __: turn(cotangent, -sine))(x)


ROTATIONS = {"reference": apply_rope, "cpu_kernels": apply_rope_fast, "mlx": apply_rope}


class Rope(NoPositions):
    """Rotary positions; channel i is paired with channel i + K/2."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self._head_size, self._theta = config.head_dim, config.rope_theta

    def rotate(self, x: mx.array, offset: Offset) -> mx.array:
        cosine = self.rows(lambda *part: self._tables(*part)[0], offset, x.shape[2])
        sine = self.rows(lambda *part: self._tables(*part)[1], offset, x.shape[2])
        return ROTATIONS[implementation()](x, cosine, sine).astype(x.dtype)  # turned in float32

    def _tables(self, start: int, end: int) -> tuple[mx.array, mx.array]:
        return rope_tables(start, end, self._head_size, self._theta)


def alibi_slopes(n_heads: int) -> np.ndarray:
    """The penalty per token of distance for each head, (H,), as the authors define it.

    For H a power of two: 2^(-8/H), 2^(-16/H), ..., 2^-8. Otherwise the slopes
    of the power of two below, and every second one of that above.
    """
    below = 2 ** int(math.log2(n_heads))
    slopes = 2.0 ** (-8.0 / below * np.arange(1, below + 1))
    if below < n_heads:
        slopes = np.concatenate([slopes, alibi_slopes(2 * below)[::2][: n_heads - below]])
    return slopes.astype(np.float32)


@lru_cache(maxsize=2)
def alibi_bias(n_heads: int, queries: int, keys: int) -> mx.array:
    """-slope * distance from each of the last `queries` to each key, (H, queries, keys).

    Every layer of a pass asks for the same, and in a long context it is large.
    """
    distance = np.maximum(np.arange(keys - queries, keys)[:, None] - np.arange(keys), 0)
    return mx.array(-alibi_slopes(n_heads)[:, None, None] * distance.astype(np.float32))


class Alibi(NoPositions):
    """Scores lose slope * distance; the slopes differ by head and are not trained.

    Softmax sees differences alone, so with keys yet to come, which are hidden,
    it does not matter that the distance is counted from the last of them.
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
    "none": NoPositions,
}
