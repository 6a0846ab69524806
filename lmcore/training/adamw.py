"""AdamW (Loshchilov and Hutter 2017, algorithm 2), with t = step + 1:

m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
p = p - rate * (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + decay p)
"""

from __future__ import annotations

import math

import mlx.core as mx

from lmcore.backend.dispatch import fusion_barrier
from lmcore.training.update_rule import OptimizerState, UpdateRule
from lmcore.training.weight_decay import CONSTANT, DecayForm


def adamw(
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
    form: DecayForm = CONSTANT,
) -> UpdateRule:
    """Return AdamW as an update rule. Its state is `m` and `v`, both as large as the array."""

    def init(parameter: mx.array) -> OptimizerState:
        return {"m": mx.zeros_like(parameter), "v": mx.zeros_like(parameter)}

    def update(
        gradient: mx.array,
        state: OptimizerState,
        parameter: mx.array,
        learning_rate: mx.array,
        step: mx.array,
    ) -> tuple[mx.array, OptimizerState]:
        rate, t = mx.array(learning_rate), mx.array(step, mx.float32) + 1
        # 1. Moving averages of the gradient and of its square.
        m = beta1 * state["m"] + (1 - beta1) * gradient
        v = beta2 * state["v"] + (1 - beta2) * mx.square(gradient)
        # 2. Both start at 0, so they are too small at first. The corrections are scalars,
        #    computed once and not for each element: hence the fusion barrier.
        m_scale, root_scale, decay = fusion_barrier(
            rate / _one_minus_power(beta1, t),
            mx.rsqrt(_one_minus_power(beta2, t)),
            rate * form.at(weight_decay, step),
        )
        m, v = fusion_barrier(m, v)
        # 3. Step against the gradient, divided by its size.
        change = m_scale * m / (root_scale * mx.sqrt(v) + epsilon)
        # 4. Weight decay apart from the gradient ("decoupled"): v does not divide it.
        return parameter - (change + decay * form.of(parameter, change)), {"m": m, "v": v}

    return UpdateRule(init, update)


def _one_minus_power(beta: float, t: mx.array) -> mx.array:
    """Return 1 - beta^t; subtracted in float32, 1 - 0.99999 would keep three digits."""
    return -mx.expm1(t * math.log(beta or _TINY))


_TINY = 1e-300  # for beta 0: its logarithm exists, and its powers are 0 in float32
