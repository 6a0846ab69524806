"""RoPE as one elementwise pass; the formula is `apply_rope` in lmcore/model/rope.py."""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.dispatch import custom_vjp


def fused_rope(x: mx.array, cosine: mx.array, sine: mx.array) -> mx.array:
    """Return `x` rotated, in one elementwise pass, with its gradient as another.

    The gradient of a rotation is the rotation back.
    """

    def rotate(x: mx.array, sine: mx.array) -> mx.array:
        halves = mx.unflatten(x, -1, (2, -1))  # (..., T, 2, Dh/2)
        cosines, sines = mx.stack([cosine, cosine], -2), mx.stack([-sine, sine], -2)
        return (halves * cosines + halves[..., ::-1, :] * sines).flatten(-2)

    rotation = custom_vjp(
        lambda x: rotate(x, sine), lambda _, cotangent, __: rotate(cotangent, -sine)
    )
    return rotation(x)
