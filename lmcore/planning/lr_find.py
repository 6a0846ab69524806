"""The learning rate range test (Smith 2017, Cyclical Learning Rates, section 3.3).

A new model trains for a few steps while the learning rate grows exponentially from far
too low to far too high. The loss first stays, then falls, then rises again and diverges.
The suggestion is the rate at which it falls fastest: where the loss is lowest, the rate is
too high already for a run that stays there. It is a start, not an optimum: try a third and
three times of it with several seeds (experiments/ and its key `tune`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import mlx.core as mx
import numpy as np

from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params
from lmcore.common.progress import progress
from lmcore.dataset.batches import Batches
from lmcore.dataset.shards import TokenShards
from lmcore.training.train_step import TrainStep
from lmcore.training.trainer import new_model

_SMOOTHING = 0.9  # of the exponential moving average of the losses
_DIVERGED = 1.5  # times the lowest smoothed loss: the test ends


@dataclass(frozen=True)
class RangeTest:
    """The learning rate of each step, the loss before it, and that loss smoothed."""

    rates: list[float]
    losses: list[float]  # nats per token
    smoothed: list[float]

    @property
    def suggestion(self) -> float:
        """Return a learning rate to start from."""
        lowest = self.smoothed.index(min(self.smoothed))
        # Rates grow evenly on a logarithmic scale, so the steps of the loss are its slopes.
        slopes = np.gradient(self.smoothed[: lowest + 1])
        return self.rates[int(np.argmin(slopes))]


def range_test(params: Params, tokens: Path, low: float, high: float, steps: int) -> RangeTest:
    """Train a new model on `tokens`/train with a rate that grows from `low` to `high`.

    Nothing is saved. Raises `LmcoreError` where the loss never falls.
    """
    data = TokenShards(tokens / "train")
    config = params.train
    length = params.model.context_length
    batches = Batches(data, length, config.batch_size, config.seed, config.align_documents)
    train_step = TrainStep(new_model(params, data), config)
    test, mean = RangeTest([], [], []), 0.0
    with progress(steps, "range test", "step") as bar:
        for step in range(steps):
            rate = low * (high / low) ** (step / (steps - 1))
            inputs, targets = map(mx.array, batches.micro_batch(step))
            loss = train_step([(inputs, targets, mx.random.key(step))], rate, step).loss
            if not math.isfinite(loss):
                break
            mean = _SMOOTHING * mean + (1 - _SMOOTHING) * loss
            test.rates.append(rate)
            test.losses.append(loss)
            test.smoothed.append(mean / (1 - _SMOOTHING ** (step + 1)))  # an average from step 1
            bar.update()
            if test.smoothed[-1] > _DIVERGED * min(test.smoothed):
                break
    if not test.smoothed or min(test.smoothed) > 0.95 * test.losses[0]:
        raise LmcoreError(
            f"The loss did not fall between the learning rates {low:g} and {high:g}; "
            "try `python -m stages.train --overfit` first, then a wider range."
        )
    return test


def as_text(test: RangeTest, rows: int = 24) -> str:
    """Return the test as a bar chart for a terminal, with the suggestion below."""
    lowest, highest = min(test.smoothed), max(test.smoothed)
    every = max(1, len(test.rates) // rows)
    lines = [f"{'learning rate':>13}  {'loss':>6}"]
    for rate, loss in list(zip(test.rates, test.smoothed, strict=True))[::every]:
        width = round(50 * (loss - lowest) / (highest - lowest or 1))
        lines.append(f"{rate:>13.2g}  {loss:>6.3f}  {'#' * width}")
    lines.append(
        f"\nThe loss falls fastest at {test.suggestion:.2g}: a learning rate to start from "
        "(train.learning_rate)."
    )
    return "\n".join(lines)
