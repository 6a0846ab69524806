"""Which implementation of a formula runs, on which CPU streams, and behind which barrier.

Where a formula has a faster form, a table stands beside it,

    ATTENTIONS = {"reference": ..., "cpu_kernels": ..., "mlx": ...}

and `implementation()` names the entry to use: the formula as written, the
kernels of lmcore/backend/kernels for a CPU in float32, or MLX's own functions.
The device decides, and the parameter model.implementation overrides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mlx.core as mx

# Threads that share a batch on a CPU. Fixed, not taken from the machine: the
# split decides the order of summation and with it the last bits of a result.
_CPU_STREAMS = 2

_chosen: list[str] = []  # a stack; see `use_implementation`
_streams: list[mx.Stream] = []


def implementation() -> str:
    """Return which implementation of a formula runs: `reference`, `cpu_kernels` or `mlx`."""
    if _chosen:
        return _chosen[-1]
    return "mlx" if mx.default_device() == mx.gpu else "cpu_kernels"


@contextmanager
def use_implementation(name: str) -> Iterator[None]:
    """Within the block, `implementation()` returns `name`; `auto` changes nothing."""
    if name == "auto":
        yield
        return
    _chosen.append(name)
    try:
        yield
    finally:
        _chosen.pop()


def map_over_streams(function: Callable[..., Any], *rows: mx.array) -> list[Any]:
    """Return `function(*part of rows)` for each part, each on a CPU stream (thread) of its own.

    On a GPU, or when the first axis cannot be halved, there is one part: all.
    """
    workers = streams()
    size, rest = divmod(len(rows[0]), len(workers))
    if len(workers) == 1 or rest:
        return [function(*rows)]
    results = []
    for index, stream in enumerate(workers):
        with mx.stream(stream):
            part = (array[index * size : (index + 1) * size] for array in rows)
            results.append(function(*part))
    return results


def streams() -> list[mx.Stream]:
    """Return the streams that compute side by side: several on a CPU, else the only one."""
    if implementation() != "cpu_kernels":
        return [mx.default_stream(mx.default_device())]
    while len(_streams) < _CPU_STREAMS - 1:
        _streams.append(mx.new_stream(mx.cpu))
    return [mx.default_stream(mx.cpu), *_streams]


def fusion_barrier(*arrays: mx.array) -> list[mx.array]:
    """Return the arrays behind a fusion barrier: computed once, not inside the consumer's loop.

    mx.compile makes one loop over the elements of all that leads to an
    elementwise result. Scalars are then computed for each element, and a loop
    that cannot be vectorised for their sake is slow: AdamW took 21 ns an element
    with the corrections of its bias inside, 3.3 with them apart (one core of a
    2-core EPYC). And a loop with one result writes it over an input that nothing
    else needs, but one with several takes new memory for each.
    """
    return mx.depends(list(arrays), list(arrays))


def custom_vjp(forward: Callable[..., Any], backward: Callable[..., Any]) -> Callable[..., Any]:
    """Return `forward` with `backward(primals, cotangents, outputs)` as its gradient.

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
