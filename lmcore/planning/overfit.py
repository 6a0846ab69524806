"""The check to run first: a sound model can learn one batch by heart.

With the same few sequences at every step there is nothing to generalise, only
to remember. If the loss does not come near zero, something is wrong that no
amount of data will mend: a learning rate far off, targets shifted, gradients
that do not arrive. (Karpathy 2019, "A Recipe for Training Neural Networks".)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx

from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params
from lmcore.common.progress import progress
from lmcore.dataset.batches import batch_at_step
from lmcore.dataset.shards import TokenShards
from lmcore.training.train_step import TrainStep
from lmcore.training.trainer import new_model

NEAR_ZERO = 0.05  # nats per token
MAX_STEPS = 500
_WARMUP_STEPS = 10


def check(params: Params, tokens: Path) -> str:
    """Train a new model on the first batch of `tokens`/train until it knows it by heart.

    Returns a sentence with the losses before and after; nothing is saved.
    Raises `LmcoreError` when the loss is still above `NEAR_ZERO` nats per token
    after `MAX_STEPS` steps, or is no longer a number.
    """
    first = last = 0.0
    with progress(MAX_STEPS, "overfit", "step") as bar:
        for step, last in enumerate(losses_on_one_batch(params, tokens), start=1):
            first = first or last
            bar.update(message=f"loss {last:.3f}")
            if last < NEAR_ZERO:
                return (
                    f"The loss on one batch fell from {first:.3f} to {last:.3f} nats per token "
                    f"in {step} steps: the model can learn."
                )
    raise LmcoreError(
        f"The loss on one batch was {first:.3f} nats per token and is {last:.3f} after {step} "
        f"steps, not below {NEAR_ZERO}. Look at train.learning_rate "
        f"({params.train.learning_rate}) first, then at what last changed in the model."
    )


def losses_on_one_batch(params: Params, tokens: Path) -> Iterator[float]:
    """Yield the loss before each of `MAX_STEPS` steps, all on the same batch.

    The learning rate rises for 10 steps and then stays; nothing is dropped.
    """
    data = TokenShards(tokens / "train")
    model = params.model.model_copy(update={"dropout": 0.0})
    params = params.model_copy(update={"model": model})
    train_step = TrainStep(new_model(params, data), params.train)
    batch = batch_at_step(
        data, params.model.context_length, params.train.batch_size, params.train.seed, step=0
    )
    inputs, targets = map(mx.array, batch)
    for step in range(MAX_STEPS):
        rate = params.train.learning_rate * min(1.0, (step + 1) / _WARMUP_STEPS)
        yield train_step([(inputs, targets, mx.random.key(0))], rate, step).loss
