"""How one array of a model is updated: what `adamw` and `muon` return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mlx.core as mx

OptimizerState = dict[str, mx.array]  # of one array, such as AdamW's m and v


@dataclass(frozen=True)
class UpdateRule:
    """The state of an array before the first step, and a step, as two pure functions.

    `step(gradient, state, parameter, learning_rate, step) -> (parameter, state)`, where
    `step` counts from 0. Nothing is hidden in objects, so a step can be compiled,
    checkpointed and repeated bit for bit.
    """

    init: Callable[[mx.array], OptimizerState]
    step: Callable[
        [mx.array, OptimizerState, mx.array, mx.array, mx.array], tuple[mx.array, OptimizerState]
    ]
