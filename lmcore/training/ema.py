"""An exponential moving average (EMA) of the weights, given as the result of training."""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.dispatch import fusion_barrier


def update_ema(
    ema: dict[str, mx.array], parameters: dict[str, mx.array], decay: float, step: mx.array
) -> dict[str, mx.array]:
    """Return d ema + (1 - d) parameters, where d is `decay_at(decay, step)`."""
    (d,) = fusion_barrier(decay_at(decay, step))
    return {name: d * old + (1 - d) * parameters[name] for name, old in ema.items()}


def decay_at(decay: float, step: mx.array) -> mx.array:
    """Return min(decay, (1 + step) / (10 + step)): a young average follows the weights closely."""
    return mx.minimum(decay, (1 + step) / (10 + step))
