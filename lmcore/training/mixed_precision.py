"""Training in 16 bits (Micikevicius et al. 2017): master weights and the loss scale.

The weights of a run stay float32, the master weights. Each step rounds a copy
of them, and activations and gradients are computed from that. bfloat16 has
float32's range and needs no more. float16 has not: gradients below 6e-8 would
vanish, so the loss is multiplied by a large loss scale first and the gradients
are divided by it afterwards. When they overflow, the step is skipped and the
scale halved; after many good steps it is doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import mlx.core as mx

from lmcore.backend.dispatch import implementation, use_implementation
from lmcore.model.parameter_kinds import ROUTING, kind_of

_INITIAL_SCALE = 2.0**16
_GOOD_STEPS = 2000  # before the scale is doubled


def cast_parameters(parameters: dict[str, mx.array], precision: str) -> dict[str, mx.array]:
    """Return a copy rounded to `precision`, except for the routers.

    Rounded router scores would choose other experts, and the biases move by tiny steps.
    """
    dtype = getattr(mx, precision)
    return {
        name: array if kind_of(name, array.ndim) in ROUTING else array.astype(dtype)
        for name, array in parameters.items()
    }


@contextmanager
def kernels_for(precision: str) -> Iterator[None]:
    """Within the block, use kernels that exist for `precision`: the CPU's own are for float32."""
    if precision == "float32" or implementation() != "cpu_kernels":
        yield
        return
    with use_implementation("mlx"):
        yield


def initial_loss_scale() -> dict[str, mx.array]:
    """Return the state of the loss scale before the first step.

    `scale` multiplies the loss, `good_steps` counts the steps since it changed, and
    `optimizer_steps` those that were not skipped, which is what the optimizer counts.
    """
    return {
        "scale": mx.array(_INITIAL_SCALE),
        "good_steps": mx.array(0),
        "optimizer_steps": mx.array(0),
    }


def next_loss_scale(state: dict[str, mx.array], finite: mx.array) -> dict[str, mx.array]:
    """Return the state of the loss scale after a step whose gradients were `finite` or not."""
    good_steps = mx.where(finite, state["good_steps"] + 1, 0)
    grown = good_steps == _GOOD_STEPS
    change = mx.where(finite, mx.where(grown, 2.0, 1.0), 0.5)
    return {
        "scale": state["scale"] * change,
        "good_steps": mx.where(grown, 0, good_steps),
        "optimizer_steps": state["optimizer_steps"] + finite,
    }
