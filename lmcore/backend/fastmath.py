"""Fast mathematics for a CPU.

There, MLX's exp and tanh cost 9 and 13 ns an element and `exp2` below 0.8 (one
core of a 2-core EPYC), so the kernels of softmax, GELU and the loss use it.
"""

from __future__ import annotations

import mlx.core as mx
import numpy as np

from lmcore.backend.dispatch import implementation

LOG2_E = 1.4426950408889634

# Elements below which the several steps of a kernel take longer than the formula, as when
# one text is generated.
MIN_SIZE = 2**12


def constants(x: mx.array, *values: float) -> list[mx.array]:
    """Return scalars of `x`'s type for a formula of `x`, shared with no other formula.

    mx.compile merges equal constants of different places in a graph, and a
    merged one is handed to each compiled loop as an array with stride 0, which
    keeps the C++ compiler from vectorising it (3 ns an element in place of
    0.8). A dependency on `x` tells them apart.
    """
    return mx.depends([mx.array(value, x.dtype) for value in values], [x])


def exp2(x: mx.array) -> mx.array:
    """Return 2^x for float32 x <= 127, exactly 0 below -127; relative error 2e-7.

    x = n + f with n whole and |f| <= 1/2. 2^f is a polynomial, in Estrin's
    order, which is shallow enough for mx.compile to make one loop of it. Adding
    1.5 * 2^23 rounds x to n and leaves n in the sum's low bits; shifted up to
    the exponent's place, they are the bits of 2^n.
    """
    minimum, magic, *c = constants(x, -127.0, 12582912.0, *_POLYNOMIAL)
    shift, one = mx.depends([mx.array(23), mx.array(0x3F800000)], [x])
    x = mx.maximum(x, minimum)
    rounded = x + magic
    f = x - (rounded - magic)
    f2 = f * f
    power = ((c[0] + c[1] * f) + f2 * (c[2] + c[3] * f)) + (f2 * f2) * (c[4] + c[5] * f)
    scale = mx.left_shift(rounded.view(mx.int32), shift) + one
    return power * scale.view(mx.float32)


def sigmoid(x: mx.array) -> mx.array:
    """Return 1 / (1 + e^-x) for float32 x, by `exp2`."""
    one, maximum, factor = constants(x, 1.0, 126.0, -LOG2_E)
    return one / (one + exp2(mx.minimum(x * factor, maximum)))


def row_sums(x: mx.array) -> mx.array:
    """Return the sums (N, 1) of the rows of float32 x (N, V), by a product with ones.

    On a CPU, mx.sum adds the values of a row to a few float32 sums, one after the other.
    Of V = 50,257 exponentials it loses 5e-5 on average; the product adds block by
    block, is right to 1e-6, and takes 0.4 times as long.
    """
    return x @ mx.ones((x.shape[-1], 1), x.dtype)


def blockwise_logsumexp(logits: mx.array, block: int = 4096) -> mx.array:
    """Return log(sum(exp(logits))), (..., 1) of (..., V), as that of blocks of the vocabulary.

    `mx.logsumexp` has the bias of mx.sum (see `row_sums`), and the exponentials for a product
    with ones would take as much memory as the logits.
    """
    parts = [
        mx.logsumexp(logits[..., start : start + block], axis=-1, keepdims=True)
        for start in range(0, logits.shape[-1], block)
    ]
    if len(parts) == 1:
        return parts[0]
    return mx.logsumexp(mx.concatenate(parts, axis=-1), axis=-1, keepdims=True)


# Minimises the largest relative error of sum c_i f^i against 2^f on [-1/2, 1/2] with c_0 = 1.
_POLYNOMIAL = (1.0, 0.693146978, 0.240222421, 0.0555073374, 0.00967151269, 0.00132647272)


def sort(x: mx.array) -> mx.array:
    """Return `x` (..., N) in ascending order along the last axis; not for use in `mx.compile`.

    On a CPU, MLX's sort compares one number at a time and numpy's many at once:
    200 rows of 2,048 take 20 and 1.1 ms (one core of a 2-core EPYC).
    """
    if implementation() != "cpu_kernels" or x.size < _MIN_SORTED:
        return mx.sort(x, axis=-1)
    return mx.array(np.sort(np.array(x), axis=-1))


_MIN_SORTED = 2**14  # fewer are sorted before numpy has waited for the device
