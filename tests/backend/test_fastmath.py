"""Base-2 exponentials to the last bits, and sorting."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest

from lmcore.backend.dispatch import use_implementation
from lmcore.backend.fastmath import exp2, sort


@pytest.mark.parametrize("compiled", [False, True])
def test_exp2_is_right_to_float_rounding(compiled: bool) -> None:
    function = mx.compile(exp2) if compiled else exp2
    x = np.concatenate(
        [np.linspace(-126, 127, 200_001), np.linspace(-1, 1, 200_001), np.arange(-126, 128)]
    ).astype(np.float32)
    found = np.array(function(mx.array(x)), np.float64)
    assert np.abs(found / np.exp2(x.astype(np.float64)) - 1).max() < 2.5e-7


def test_exp2_at_its_ends() -> None:
    found = exp2(mx.array([-np.inf, -1e30, -1000, -127.0, -126.0, 0.0, 1.0, 10.0, 127.0]))
    assert found.tolist() == [0, 0, 0, 0, 2.0**-126, 1, 2, 1024, 2.0**127]


@pytest.mark.parametrize("shape", [(3, 7), (40, 2048), (2, 5, 4000)])
def test_rows_are_sorted_as_by_mlx(shape: tuple[int, ...]) -> None:
    x = mx.array(np.random.default_rng(1).normal(size=shape).astype(np.float32))
    x = mx.where(x > 1, -mx.inf, x)  # what filters drop
    for name in ("reference", "cpu_kernels"):
        with use_implementation(name):
            assert mx.array_equal(sort(x), mx.sort(x, axis=-1))
