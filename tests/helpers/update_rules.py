"""Arrays to update, and an update rule followed over some steps."""

from __future__ import annotations

import mlx.core as mx

from lmcore.training.update_rule import UpdateRule

RATES = [0.1, 0.05, 0.2, 0.01, 0.1, 0.1]


def arrays(count: int, shape: tuple[int, ...] = (6, 4)) -> list[mx.array]:
    """Return normally distributed arrays, the same each time."""
    return [mx.random.normal(shape, key=mx.random.key(n)) for n in range(count)]


def follow(
    rule: UpdateRule, start: mx.array, gradients: list[mx.array], rates: list[float]
) -> mx.array:
    """Return the parameter after a compiled step for each gradient and rate."""
    parameter, state = start, rule.init(start)
    step = mx.compile(rule.step)
    for number, (gradient, rate) in enumerate(zip(gradients, rates, strict=True)):
        parameter, state = step(gradient, state, parameter, mx.array(rate), mx.array(number))
    return parameter
