"""The learning rate at each step, and the size of its batch.

The rate is a linear warmup, then a schedule that decays.

A schedule is a function of the progress from 0 (first step after the warmup)
to 1 (last step of the run). It returns a factor of the highest rate, which starts at 1 and
ends at `final_learning_rate_ratio`. Of `wsd`, `decay_share` is the part in which it falls.
"""

from __future__ import annotations

import math

from lmcore.common.train_params import TrainParams


def cosine(progress: float, final: float, decay_share: float) -> float:
    """Return half a cosine wave (Loshchilov and Hutter 2016)."""
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * progress))


def linear(progress: float, final: float, decay_share: float) -> float:
    """Return a straight line from 1 to `final`."""
    return 1 + (final - 1) * progress


def wsd(progress: float, final: float, decay_share: float) -> float:
    """Return warmup-stable-decay (Hu et al. 2024): constant, then linear over the last part."""
    return 1 + (final - 1) * max(0.0, (progress - (1 - decay_share)) / decay_share)


def constant(progress: float, final: float, decay_share: float) -> float:
    """Return 1 to the end."""
    return 1.0


SCHEDULES = {"cosine": cosine, "linear": linear, "wsd": wsd, "constant": constant}


def learning_rate_at(train: TrainParams, step: int) -> float:
    """Return the learning rate of optimizer step `step`, 0 to train.steps - 1.

    Step w of the warmup has (w + 1) / warmup_steps of the highest rate: a rate
    of 0 would waste the first step. The last step has the final rate.
    """
    if step < train.warmup_steps:
        return train.learning_rate * (step + 1) / train.warmup_steps
    length = train.steps - 1 - train.warmup_steps
    progress = min(1.0, (step - train.warmup_steps) / length) if length else 1.0
    schedule = SCHEDULES[train.schedule]
    return train.learning_rate * schedule(
        progress, train.final_learning_rate_ratio, train.decay_share
    )


def micro_batches_at(train: TrainParams, step: int) -> int:
    """Return the number of micro-batches of optimizer step `step`.

    It rises from 1 to `gradient_accumulation` over `batch_warmup_steps`: early gradients
    are large, so that a small batch tells their direction, and late ones need a large
    batch (McCandlish et al. 2018; Brown et al. 2020, GPT-3, whose batch rises in a line).
    """
    return micro_batches_before(train, step + 1) - micro_batches_before(train, step)


def micro_batches_before(train: TrainParams, step: int) -> int:
    """Return the number of micro-batches of all steps before `step`: the next one's index."""
    more = train.gradient_accumulation - 1  # of them, number k joins at step ceil(k w / more)
    starts = (-(-k * train.batch_warmup_steps // more) for k in range(1, more + 1))
    return step + sum(max(0, step - start) for start in starts)
