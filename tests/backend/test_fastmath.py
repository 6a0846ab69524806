"""Base-2 powers to the last bits, streams, and the choice of a form."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest

from lmcore.backend.dispatch import custom_vjp, implementation, map_over_streams, use_implementation
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


def test_the_device_chooses_the_form_unless_told() -> None:
    device = implementation()
    assert device == ("mlx" if mx.default_device() == mx.gpu else "cpu_kernels")
    with use_implementation("reference"):
        assert implementation() == "reference"
        with use_implementation("mlx"):
            assert implementation() == "mlx"
        assert implementation() == "reference"
    assert implementation() == device


def test_spread_covers_all_rows_in_order() -> None:
    rows, more = mx.arange(6), mx.arange(12).reshape(6, 2)
    with use_implementation("cpu_kernels"):
        parts = map_over_streams(lambda a, b: ((a * 2).tolist(), b.shape), rows, more)
        assert parts == [([0, 2, 4], (3, 2)), ([6, 8, 10], (3, 2))]
        assert len(map_over_streams(lambda a: a, mx.arange(5))) == 1
    with use_implementation("mlx"):
        assert len(map_over_streams(lambda a: a, rows)) == 1


def test_own_vjp_is_used_and_sees_all() -> None:
    def backward(primals: tuple, cotangent: mx.array, output: mx.array) -> mx.array:
        return 10 * primals[0] + cotangent + 100 * output

    function = custom_vjp(lambda x: 2 * x, backward)
    assert function(mx.array(3.0)).item() == 6
    assert mx.grad(lambda x: 5 * function(x))(mx.array(3.0)).item() == 30 + 5 + 600


@pytest.mark.parametrize("shape", [(3, 7), (40, 2048), (2, 5, 4000)])
def test_rows_are_sorted_as_by_mlx(shape: tuple[int, ...]) -> None:
    x = mx.array(np.random.default_rng(1).normal(size=shape).astype(np.float32))
    x = mx.where(x > 1, -mx.inf, x)  # what filters drop
    for name in ("reference", "cpu_kernels"):
        with use_implementation(name):
            assert mx.array_equal(sort(x), mx.sort(x, axis=-1))
