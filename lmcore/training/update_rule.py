"""How one array of a model is updated: what `adamw` and `muon` return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mlx.core as mx

from lmcore.backend.dispatch import fusion_barrier

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


def scaled(rule: UpdateRule, factor: float) -> UpdateRule:
    """Return the rule at `factor` times the learning rate."""
    if factor == 1:
        return rule

    def step(
        gradient: mx.array,
        state: OptimizerState,
        parameter: mx.array,
        learning_rate: mx.array,
        step: mx.array,
    ) -> tuple[mx.array, OptimizerState]:
        (rate,) = fusion_barrier(factor * learning_rate)
        return rule.step(gradient, state, parameter, rate, step)

    return UpdateRule(rule.init, step)
