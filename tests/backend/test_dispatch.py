"""The choice of an implementation, streams, and gradients of our own."""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.dispatch import custom_vjp, implementation, map_over_streams, use_implementation


def test_the_device_chooses_the_implementation_unless_told() -> None:
    device = implementation()
    assert device == ("mlx" if mx.default_device() == mx.gpu else "cpu_kernels")
    with use_implementation("reference"):
        assert implementation() == "reference"
        with use_implementation("mlx"):
            assert implementation() == "mlx"
        assert implementation() == "reference"
    assert implementation() == device


def test_map_over_streams_covers_all_rows_in_order() -> None:
    rows, more = mx.arange(6), mx.arange(12).reshape(6, 2)
    with use_implementation("cpu_kernels"):
        parts = map_over_streams(lambda a, b: ((a * 2).tolist(), b.shape), rows, more)
        assert parts == [([0, 2, 4], (3, 2)), ([6, 8, 10], (3, 2))]
        assert len(map_over_streams(lambda a: a, mx.arange(5))) == 1
    with use_implementation("mlx"):
        assert len(map_over_streams(lambda a: a, rows)) == 1


def test_a_custom_vjp_sees_primals_cotangents_and_outputs() -> None:
    def backward(primals: tuple, cotangent: mx.array, output: mx.array) -> mx.array:
        return 10 * primals[0] + cotangent + 100 * output

    function = custom_vjp(lambda x: 2 * x, backward)
    assert function(mx.array(3.0)).item() == 6
    assert mx.grad(lambda x: 5 * function(x))(mx.array(3.0)).item() == 30 + 5 + 600


def test_auto_leaves_the_choice() -> None:
    device = implementation()
    with use_implementation("auto"):
        assert implementation() == device
    with use_implementation("reference"), use_implementation("auto"):
        assert implementation() == "reference"
