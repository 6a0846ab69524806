"""The curves of a run: loss, learning rate and gradient norm over its steps."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from pathlib import Path

from lmcore.common.atomic_files import write_text
from lmcore.common.params import Params
from lmcore.common.units import LN2
from lmcore.training.schedules import learning_rate_at, micro_batches_before

# The columns of the CSV files, in their order.
_TRAINING = ("step", "tokens", "loss", "learning_rate", "gradient_norm")
_VALIDATION = ("step", "tokens", "loss", "bits_per_byte")

# The training curve has about this many rows, each the mean over its steps.
_ROWS = 500

# A loss spike is measured from the mean of this many losses.
RECENT = 32


@dataclass
class Curves:
    """Row by row, what training looked like; plain JSON, saved with every checkpoint."""

    training: list[dict[str, float]] = field(default_factory=list)
    validation: list[dict[str, float]] = field(default_factory=list)
    pending: list[list[float]] = field(default_factory=list)  # [loss, gradient norm] of each step
    recent: list[float] = field(default_factory=list)  # the last losses, up to `RECENT`

    def add_step(self, params: Params, step: int, loss: float, gradient_norm: float) -> None:
        """Add the figures of step `step` (from 1); enough of them make a row."""
        self.recent = [*self.recent, loss][-RECENT:]
        # A step that float16 skipped moved nothing.
        self.pending.append([loss, gradient_norm if math.isfinite(gradient_norm) else 0.0])
        steps = params.train.steps
        if len(self.pending) < max(1, steps // _ROWS) and step < steps:
            return
        losses, norms = zip(*self.pending, strict=True)
        self.training.append(
            {
                "step": step,
                "tokens": tokens_before(params, step),
                "loss": math.fsum(losses) / len(losses),
                "learning_rate": learning_rate_at(params.train, step - 1),
                "gradient_norm": math.fsum(norms) / len(norms),
            }
        )
        self.pending.clear()

    def add_validation(
        self, params: Params, step: int, loss: float, bytes_per_token: float
    ) -> None:
        """Add the validation loss in nats per token after `step` steps."""
        self.validation.append(
            {
                "step": step,
                "tokens": tokens_before(params, step),
                "loss": loss,
                "bits_per_byte": loss / LN2 / bytes_per_token,
            }
        )

    def best_validation_loss(self) -> float:
        return min((row["loss"] for row in self.validation), default=math.inf)

    def save(self, folder: Path) -> None:
        """Write training.csv and validation.csv."""
        for name, rows, columns in (
            ("training", self.training, _TRAINING),
            ("validation", self.validation, _VALIDATION),
        ):
            text = io.StringIO()
            writer = csv.DictWriter(text, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            write_text(folder / f"{name}.csv", text.getvalue())


def tokens_per_step(params: Params) -> int:
    """Return the tokens that a step after the batch's warmup reads, over all workers."""
    train = params.train
    return train.batch_size * train.gradient_accumulation * params.model.context_length


def tokens_before(params: Params, step: int) -> int:
    """Return the tokens that all steps before `step` read."""
    sequences = params.train.batch_size * micro_batches_before(params.train, step)
    return sequences * params.model.context_length


def loss_spike(loss: float, recent: list[float], max_loss_spike: float) -> str | None:
    """Return what is wrong where `loss` is too far above the mean of the `recent` ones, or None."""
    if not max_loss_spike or len(recent) < RECENT:
        return None
    mean = math.fsum(recent) / len(recent)
    if loss <= mean + max_loss_spike:
        return None
    return (
        f"the loss is {loss:.3f}, more than train.max_loss_spike ({max_loss_spike}) above "
        f"{mean:.3f}, the mean of the {RECENT} steps before"
    )
