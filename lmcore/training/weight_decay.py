"""Decoupled weight decay in its forms: constant, falling to 0 in a line, and cautious.

    p = p - rate * (u + decay * p)      for a step u

`linear`    decay * (1 - step / steps): weights are free to grow at the end (as in nanochat)
`cautious`  only where u * p >= 0: where the step shrinks the weight as well (Chen et al. 2025,
            Cautious Weight Decay), so that decay never works against the gradient
"""

from __future__ import annotations

from dataclasses import dataclass

import mlx.core as mx


@dataclass(frozen=True)
class DecayForm:
    """How weight decay changes over the steps, and which weights it is for."""

    steps: int = 0  # after which a linear decay is 0; 0: it is constant
    cautious: bool = False

    def at(self, weight_decay: float, step: mx.array) -> mx.array | float:
        """Return the weight decay at `step`."""
        if not self.steps:
            return weight_decay
        return weight_decay * mx.maximum(1 - step / self.steps, 0.0)

    def of(self, parameter: mx.array, change: mx.array) -> mx.array:
        """Return the weights that decay, and 0 for the others."""
        return mx.where(change * parameter >= 0, parameter, 0) if self.cautious else parameter


CONSTANT = DecayForm()
