"""Learned scalars of the residual stream (Jordan et al. 2024, modded-nanogpt).

    x = a x + b x0

before each block, x0 (B, T, D) being what entered the first one: the token
itself. A deep block need not hope that the token's identity survives the
blocks before it, and each learns how much of the stream to keep. They start
at a = 1 and b = 0, a plain residual stream.
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
        return self.scalars[0] * x + self.scalars[1] * x0
