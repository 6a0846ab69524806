"""Learned scalars of the residual stream (Jordan et al. 2024, modded-nanogpt).

    x = a x + b x0

before each block, where x0 (B, T, D) is the input of the first one, the token's
embedding. So a deep block can read the token directly, and each block learns
how much of the stream to keep. They start at a = 1 and b = 0, a plain residual
stream.
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn


class ResidualScalars(nn.Module):
    """The scalars a and b of one block."""

    def __init__(self) -> None:
        super().__init__()
        self.scalars = mx.array([1.0, 0.0])

    def __call__(self, x: mx.array, x0: mx.array) -> mx.array:
        """Return a x + b x0, (B, T, D)."""
        return self.scalars[0] * x + self.scalars[1] * x0
