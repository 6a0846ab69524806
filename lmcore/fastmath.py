"""Fast elementwise mathematics for the CPU, and the choice between plain and fast.

Where a formula has a faster form it stands beside the plain one in a table

    FORMS = {"plain": ..., "cpu": ..., "gpu": ...}

and `form()` names the one to use: the device decides, and `using` overrides it
for tests and measurements. On a CPU, MLX's exp and tanh cost 9 and 13 ns an
element and `exp2` below 0.8 (one core of a 2-core EPYC), so softmax, GELU and
the loss use it; and as a stream of MLX is one thread there, work is also
spread over several streams (`spread`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mlx.core as mx

LOG2_E = 1.4426950408889634

# Elements below which the several steps of a faster form take longer than the plain formula,
# as when one text is generated.
FEW = 2**12

# Threads that share a batch on a CPU. Fixed, not taken from the machine: the
# split decides the order of summation and with it the last bits of a result.
_CPU_STREAMS = 2

_chosen: list[str] = []  # a stack of overrides; see `using`
_streams: list[mx.Stream] = []


def form() -> str:
    """ "plain", "cpu" or "gpu": which form of a formula to use."""
    if _chosen:
        return _chosen[-1]
    return "gpu" if mx.default_device() == mx.gpu else "cpu"


@contextmanager
def using(name: str) -> Iterator[None]:
    """Within the block, `form()` is `name`."""
    _chosen.append(name)
    try:
        yield
    finally:
        _chosen.pop()


def spread(function: Callable[..., Any], *rows: mx.array) -> list[Any]:
    """`function(part number, *part of rows)`, each part on a CPU stream (thread) of its own.

    On a GPU, or when the first axis cannot be halved, there is one part: all.
    """
    workers = streams()
    size, left = divmod(len(rows[0]), len(workers))
    if len(workers) == 1 or left:
        return [function(0, *rows)]
    results = []
    for index, stream in enumerate(workers):
        with mx.stream(stream):
            share = (array[index * size : (index + 1) * size] for array in rows)
            results.append(function(index, *share))
    return results


def streams() -> list[mx.Stream]:
    """Those that work side by side: several on a CPU, else the one there is."""
    if form() != "cpu":
        return [mx.default_stream(mx.default_device())]
    while len(_streams) < _CPU_STREAMS - 1:
        _streams.append(mx.new_stream(mx.cpu))
    return [mx.default_stream(mx.cpu), *_streams]


def apart(*arrays: mx.array) -> list[mx.array]:
    """The same, computed before what uses them and not within its loop.

    mx.compile makes one loop over the elements of all that leads to an
    elementwise result. Scalars are then computed for each element, and a loop
    that cannot be vectorised for their sake is slow: AdamW took 21 ns an element
    with the corrections of its bias inside, 3.3 with them apart (one core of a
    2-core EPYC). And a loop with one result writes it over an input that nothing
    else needs, but one with several takes new memory for each.
    """
    return mx.depends(list(arrays), list(arrays))


def own_vjp(forward: Callable[..., Any], backward: Callable[..., Any]) -> Callable[..., Any]:
    """`forward` with `backward(primals, cotangents, outputs)` as its gradient.

    Beside what `mx.custom_function` does, the gradient is computed on the
    stream that the forward pass was on, as MLX's own gradients are.
    """

    def call(*primals: mx.array) -> Any:
        stream = mx.default_stream(mx.default_device())
        function = mx.custom_function(forward)

        @function.vjp
        def vjp(primals: Any, cotangents: Any, outputs: Any) -> Any:
            if isinstance(primals, mx.array):  # MLX hands a single one over bare
                primals = (primals,)
            with mx.stream(stream):
                return backward(primals, cotangents, outputs)

        return function(*primals)

    return call


def constants(x: mx.array, *values: float) -> list[mx.array]:
    """Scalars of `x`'s type for a formula of `x`, shared with no other formula.

    mx.compile merges equal constants of different places in a graph, and a
    merged one is handed to each compiled loop as an array with stride 0, which
    keeps the C++ compiler from vectorising it (3 ns an element in place of
    0.8). A dependency on `x` tells them apart.
    """
    return mx.depends([mx.array(value, x.dtype) for value in values], [x])


def exp2(x: mx.array) -> mx.array:
    """2^x for float32 x <= 127, exactly 0 below -127 (and at -inf); relative error 2e-7.

    x = n + f with n whole and |f| <= 1/2. 2^f is a polynomial, in Estrin's
    order, which is shallow enough for mx.compile to make one loop of it. Adding
    1.5 * 2^23 rounds x to n and leaves n in the sum's low bits; shifted up to
    the exponent's place, they are the bits of 2^n.
    """
    least, magic, *c = constants(x, -127.0, 12582912.0, *_POLYNOMIAL)
    shift, one = mx.depends([mx.array(23), mx.array(0x3F800000)], [x])
    x = mx.maximum(x, least)
    rounded = x + magic
    f = x - (rounded - magic)
    f2 = f * f
    power = ((c[0] + c[1] * f) + f2 * (c[2] + c[3] * f)) + (f2 * f2) * (c[4] + c[5] * f)
    scale = mx.left_shift(rounded.view(mx.int32), shift) + one
    return power * scale.view(mx.float32)


def sigmoid(x: mx.array) -> mx.array:
    """1 / (1 + e^-x) for float32 x, by `exp2`."""
    one, most, factor = constants(x, 1.0, 126.0, -LOG2_E)
    return one / (one + exp2(mx.minimum(x * factor, most)))


# Minimises the largest relative error of sum c_i f^i against 2^f on [-1/2, 1/2] with c_0 = 1.
_POLYNOMIAL = (1.0, 0.693146978, 0.240222421, 0.0555073374, 0.00967151269, 0.00132647272)
