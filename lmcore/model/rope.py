"""RoPE, rotary position embedding (Su et al. 2021): queries and keys turned by their positions.

At position t, channel pair i is turned by the angle t / theta^(2i/Dh). The
product of a query and a key then depends on their distance alone. Where only a
share of the channels rotates, Dh in the angle is their number, and the others carry
what has no place (Black et al. 2022, GPT-NeoX, a quarter).
"""

from __future__ import annotations

from functools import lru_cache, partial

import mlx.core as mx
import numpy as np

from lmcore.backend.dispatch import implementation
from lmcore.backend.kernels.rope import fused_rope
from lmcore.model.config import ModelConfig
from lmcore.model.position_scheme import Offset, PositionScheme


@lru_cache(maxsize=4)  # every layer of a pass asks for the same
def rope_tables(start: int, end: int, head_dim: int, theta: float) -> tuple[mx.array, mx.array]:
    """Return cosine and sine of t / theta^(2i/Dh) for t from start to end - 1, each (T, Dh/2).

    The angles are computed in float64, where long contexts lose nothing.
    """
    wavelength = theta ** (np.arange(0, head_dim, 2) / head_dim)
    angles = np.arange(start, end)[:, None] / wavelength
    return mx.array(np.cos(angles).astype(np.float32)), mx.array(np.sin(angles).astype(np.float32))


def apply_rope(x: mx.array, cosine: mx.array, sine: mx.array) -> mx.array:
    """Return x (..., T, Dh) with the pairs (x_i, x_{i + Dh/2}) rotated by their angles."""
    first, second = mx.split(x, 2, axis=-1)
    return mx.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)


ROTATIONS = {"reference": apply_rope, "cpu_kernels": fused_rope, "mlx": apply_rope}


class Rope(PositionScheme):
    """Rotary positions; channel i is paired with channel i + Dh/2."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self._dim = config.rope_dim
        self._tables = partial(rope_tables, head_dim=self._dim, theta=config.rope_theta)

    def rotate(self, x: mx.array, offset: Offset) -> mx.array:
        cosine, sine = self.rows(self._tables, offset, x.shape[2])  # (T, Dh/2)
        turn = ROTATIONS[implementation()]
        if self._dim == x.shape[-1]:
            return turn(x, cosine, sine).astype(x.dtype)  # in float32
        rotated = turn(x[..., : self._dim], cosine, sine).astype(x.dtype)
        return mx.concatenate([rotated, x[..., self._dim :]], axis=-1)
