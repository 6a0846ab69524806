"""The training loop: batches in, weights and curves out, the same bits every time.

A step is a pure function of (weights, optimizer state, batch, learning rate),
and the batch one of (seed, step). So a run is decided by its parameters, its
tokens and the code; a checkpoint is the weights, the optimizer state and the
curves so far; and resuming is loading those and going on.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import click
import mlx.core as mx
from mlx.utils import tree_flatten

from lmcore import backend
from lmcore.common.atomic_files import write_json, write_text
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params
from lmcore.common.parent_process import parent_died
from lmcore.common.progress import progress
from lmcore.dataset.batches import Batches
from lmcore.dataset.shards import TokenShards
from lmcore.model import GPT, ModelConfig, save_model
from lmcore.training.checkpoints import Checkpoint, CheckpointFolder, lock_folder, run_key
from lmcore.training.distributed import Workers, stop_requests
from lmcore.training.kept_checkpoints import KeptCheckpoints, steps_to_keep
from lmcore.training.schedules import learning_rate_at
from lmcore.training.train_step import TrainStep, Tree, accumulate_gradients, dropout_keys

# The columns of the curves, in the order of the CSV files.
_TRAINING = ("step", "tokens", "loss", "learning_rate", "gradient_norm")
_VALIDATION = ("step", "tokens", "loss", "bits_per_byte")

# The training curve has about this many rows, each the mean over its steps.
_CURVE_ROWS = 500

# How MLX begins what it says when another process is gone.
_TRANSPORTS = ("[ring]", "[mpi]", "[nccl]", "[jaccl]")

# How often a run is saved and when it is given up change no bit of its result.
_UNDECIDING = {"checkpoint_every", "max_loss_spike"}

# A spike is measured from the mean of so many losses.
_RECENT = 32


@dataclass
class Curves:
    """What training looked like, row by row; saved with every checkpoint."""

    training: list[dict[str, float]] = field(default_factory=list)
    validation: list[dict[str, float]] = field(default_factory=list)
    pending: list[list[float]] = field(default_factory=list)  # [loss, gradient norm] a step
    recent: list[float] = field(default_factory=list)  # the last losses, to know a spike by

    def best_validation_loss(self) -> float:
        return min((row["loss"] for row in self.validation), default=math.inf)


@dataclass(frozen=True)
class TrainedModel:
    """The outcome of a run."""

    model: GPT
    curves: Curves
    kept: KeptCheckpoints
    tokens_seen: int
    seconds: float  # wall clock of the steps this process took
    tokens_per_second: float


def train(params: Params, tokens: Path, checkpoints: Path, workers: Workers) -> TrainedModel:
    """Trains a model on the shards in `tokens/train`, resuming where it can.

    Every worker returns the same model; only the leading one writes
    checkpoints. Raises `LmcoreError` when the data is shorter than a window,
    when the loss stops being a number, and when asked to stop by Ctrl-C or
    SIGTERM (after saving); at the latter two, workers that do not lead exit.
    """
    data = {split: TokenShards(tokens / split) for split in ("train", "validation")}
    folder = checkpoints / run_key(run_fingerprint(params, data))
    with lock_folder(folder) if workers.is_rank_0 else nullcontext():
        run = Trainer(params, data, CheckpointFolder(folder), workers)
        try:
            outcome = run.run()
        except RuntimeError as error:
            if not any(transport in str(error) for transport in _TRANSPORTS):
                raise
            raise LmcoreError(f"Training worker {workers.rank} lost the others.") from None
        if workers.is_rank_0:
            run.checkpoints.finish()
        return outcome


class Trainer:
    """One run: its state, and the functions that take it a step further."""

    def __init__(
        self,
        params: Params,
        data: dict[str, TokenShards],
        checkpoints: CheckpointFolder,
        workers: Workers,
    ) -> None:
        self.params, self.config = params, params.train
        self.checkpoints, self.workers = checkpoints, workers
        self.kept = KeptCheckpoints(
            checkpoints.folder / "kept",
            steps_to_keep(self.config.steps, self.config.kept_checkpoints),
        )
        self.model = new_model(params, data["train"])
        self.learner = TrainStep(self.model, self.config)
        self.step = 0
        self.curves = Curves()
        self.batches = {
            split: Batches(
                shards, params.model.context_length, self.config.batch_size, self.config.seed
            )
            for split, shards in data.items()
        }
        self.bytes_per_token = data["validation"].bytes / data["validation"].tokens

    def run(self) -> TrainedModel:
        """Takes the steps that are left and returns the trained model."""
        self._resume()
        first, started, abandoned = self.step, time.perf_counter(), parent_died()
        with (
            stop_requests(self.workers.is_rank_0) as stop,
            progress(
                self.config.steps,
                "train",
                "step",
                initial=self.step,
                leave=self.workers.is_rank_0,
                position=self.workers.rank,
            ) as bar,
        ):
            while self.step < self.config.steps:
                loss, stopping = self._take_step(lambda: stop.requested or abandoned())
                validated = self._validate_when_due()
                self._save_when_due(stopping, validated)
                bar.update()
                bar.set_postfix_str(self._rate(bar, loss), refresh=False)
                if stopping:
                    # All wait for the leader to have saved: who launched them stops
                    # those that are left when one has ended.
                    self.workers.broadcast(mx.array(self.step))
                    self._end(
                        f"Training stopped at step {self.step} of {self.config.steps} as asked; "
                        "its checkpoint is kept, and running again goes on from there."
                    )
        seconds = time.perf_counter() - started
        self.model.update(self.learner.outcome())
        return TrainedModel(
            self.model,
            self.curves,
            self.kept,
            self.step * self._tokens_per_step,
            seconds,
            (self.step - first) * self._tokens_per_step / max(seconds, 1e-9),
        )

    @property
    def _tokens_per_step(self) -> int:
        c = self.config
        return c.batch_size * c.gradient_accumulation * self.params.model.context_length

    def _take_step(self, asked_to_stop: Callable[[], bool]) -> tuple[float, bool]:
        """One optimizer step; returns the loss, and whether any worker must stop."""
        micro = self.config.gradient_accumulation
        means = accumulate_gradients(
            self._gradients_at(self.step * micro + n) for n in range(micro)
        )
        # The wish to stop travels with the gradients, so that all workers
        # agree on the step at which they do.
        loss, gradients, stop = self.workers.all_reduce_mean(
            (*means, mx.array([float(asked_to_stop())]))
        )
        del means  # else the update would find them in memory beside its own
        rate = learning_rate_at(self.config, self.step)
        norm = self.learner.update(gradients, rate, self.step)
        self._check(loss.item(), norm)
        self.step += 1
        self._record(loss.item(), norm)
        return loss.item(), stop.item() > 0

    def _gradients_at(self, index: int) -> tuple[mx.array, Tree]:
        """Loss and gradients of this worker's share of the `index`-th batch."""
        inputs, targets = self.batches["train"].micro_batch(index)
        rows = range(index * len(inputs), (index + 1) * len(inputs))
        return self.learner.gradients(
            mx.array(self.workers.local_rows(inputs)),
            mx.array(self.workers.local_rows(targets)),
            dropout_keys(self.config.seed, self.workers.local_rows(rows)),
        )

    def _check(self, loss: float, norm: float) -> None:
        """Ends the run when the loss is no number, or is out of all proportion."""
        recent, limit = self.curves.recent, self.config.max_loss_spike
        if not (math.isfinite(loss) and (math.isfinite(norm) or self.learner.may_skip())):
            found = f"the loss is {loss} and the gradient norm {norm}"
        elif limit and len(recent) == _RECENT and loss > math.fsum(recent) / _RECENT + limit:
            found = (
                f"the loss is {loss:.3f}, more than train.max_loss_spike ({limit}) above "
                f"{math.fsum(recent) / _RECENT:.3f}, the mean of the {_RECENT} steps before"
            )
        else:
            return
        self._end_diverged(self.step + 1, found)

    def _end_diverged(self, step: int, found: str) -> NoReturn:
        """Ends the run, leaving the newest checkpoint that is known to be good."""
        if self.workers.is_rank_0:
            # Saved before its loss was seen, the present state may be what diverged.
            self.checkpoints.drop_from(self.step + self._was_seen_good())
        good = self.checkpoints.steps()
        kept = f"The checkpoint of step {good[-1]} is kept." if good else "No checkpoint was kept."
        self._end(
            f"Training diverged at step {step}: {found}. {kept} A lower train.learning_rate (now "
            f"{self.config.learning_rate}) or a longer train.warmup_steps usually helps, and "
            "makes a new run, from step 0."
        )

    def _was_seen_good(self) -> bool:
        """Whether the present state has been validated, and its loss was in proportion."""
        rows, limit = self.curves.validation, self.config.max_loss_spike
        if not rows or rows[-1]["step"] != self.step:
            return False
        recent = self.curves.recent
        return not limit or rows[-1]["loss"] <= math.fsum(recent) / len(recent) + limit

    def _end(self, reason: str) -> NoReturn:
        """Ends all workers at a step at which all of them end; the leader says why."""
        if self.workers.is_rank_0:
            raise LmcoreError(reason)
        raise SystemExit(1)

    def _record(self, loss: float, norm: float) -> None:
        """Adds a row to the training curve when enough steps have gathered."""
        self.curves.recent = [*self.curves.recent, loss][-_RECENT:]
        pending = self.curves.pending
        pending.append([loss, norm if math.isfinite(norm) else 0.0])  # a skipped step moved nothing
        if (
            len(pending) < max(1, self.config.steps // _CURVE_ROWS)
            and self.step < self.config.steps
        ):
            return
        losses, norms = zip(*pending, strict=True)
        self.curves.training.append(
            {
                "step": self.step,
                "tokens": self.step * self._tokens_per_step,
                "loss": math.fsum(losses) / len(losses),
                "learning_rate": learning_rate_at(self.config, self.step - 1),
                "gradient_norm": math.fsum(norms) / len(norms),
            }
        )
        pending.clear()

    def _validate_when_due(self) -> bool:
        """Looks at the validation split every `eval_every` steps and at the end."""
        if self.step % self.config.eval_every and self.step < self.config.steps:
            return False
        losses = []
        for index in range(self.config.eval_batches):
            inputs, targets = map(
                self.workers.local_rows, self.batches["validation"].micro_batch(index)
            )
            losses.append(self.learner.validation_loss(mx.array(inputs), mx.array(targets)))
            mx.eval(losses)
        loss = self.workers.all_reduce_mean(mx.mean(mx.stack(losses))[None]).item()
        if not math.isfinite(loss):
            self._end_diverged(self.step, f"the validation loss is {loss}")
        self.curves.validation.append(
            {
                "step": self.step,
                "tokens": self.step * self._tokens_per_step,
                "loss": loss,
                "bits_per_byte": loss / math.log(2) / self.bytes_per_token,
            }
        )
        return True

    def _save_when_due(self, stopping: bool, validated: bool) -> None:
        rows = self.curves.validation
        best = validated and rows[-1]["loss"] <= self.curves.best_validation_loss()
        due = self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps
        if not self.workers.is_rank_0:
            return
        if self.step in self.kept.steps:
            # Before the checkpoint: a run that resumes from that has the weights kept.
            self.kept.save(self.step, dict(tree_flatten(self.learner.outcome())))
        if not (stopping or due or best):
            return
        arrays = dict(tree_flatten(self.learner.state))
        checkpoint = Checkpoint(self.step, arrays, asdict(self.curves))
        self.checkpoints.save(checkpoint, best=best)

    def _resume(self) -> None:
        """Goes on from the newest whole checkpoint, if there is one."""
        checkpoint = self._newest_checkpoint() if self.workers.is_rank_0 else None
        if checkpoint is not None:
            # In the order they had: it decides the order of summation in the global norm.
            self.learner.state = {
                part: {name: checkpoint.arrays[f"{part}.{name}"] for name in arrays}
                for part, arrays in self.learner.state.items()
            }
            self.step, self.curves = checkpoint.step, Curves(**checkpoint.state)
        elif self.workers.is_rank_0 and self.checkpoints.other_runs():
            click.echo(
                f"Training begins at step 0: the checkpoints in {self.checkpoints.folder.parent} "
                "are of runs with other parameters, tokens or code.",
                err=True,
            )
        # Only the leader is sure to see the folder: the others may be elsewhere.
        self.step = self.workers.broadcast(mx.array(self.step)).item()
        self.learner.state = self.workers.broadcast(self.learner.state)
        # They judge each loss by those before, and must come to the same end.
        recent = [*self.curves.recent, *[math.nan] * _RECENT][:_RECENT]
        recent = self.workers.broadcast(mx.array(recent)).tolist()
        self.curves.recent = [loss for loss in recent if not math.isnan(loss)]

    def _newest_checkpoint(self) -> Checkpoint | None:
        """The newest whole checkpoint before which no kept weights are missing."""
        steps = self.checkpoints.steps()
        if steps and (missing := self.kept.first_missing(until=steps[-1])) is not None:
            click.echo(
                f"The weights kept at step {missing} are missing or damaged: "
                "training goes on from before that step.",
                err=True,
            )
            self.checkpoints.drop_from(missing)
        return self.checkpoints.newest()

    def _rate(self, bar: Any, loss: float) -> str:
        rate = bar.format_dict["rate"] or 0.0
        return f"loss {loss:.3f}, {rate * self._tokens_per_step:,.0f} tokens/s"


def new_model(params: Params, tokens: TokenShards) -> GPT:
    """An untrained model for these tokens, its weights drawn from train.seed."""
    config = ModelConfig(
        **params.model.model_dump(),
        vocab_size=tokens.vocab_size,
        document_start=tokens.end_of_text if params.train.mask_documents else None,
    )
    return GPT(config, params.train.seed)


def save_run(
    outcome: TrainedModel, tokenizer: Path, model: Path, kept: Path, plots: Path, metrics: Path
) -> None:
    """Write the model folder, the kept weights, the curves as CSV and the figures as JSON."""
    curves = outcome.curves
    save_model(model, outcome.model, tokenizer)
    outcome.kept.publish(kept, outcome.model.config, tokenizer)
    write_text(plots / "training.csv", _csv(curves.training, _TRAINING))
    write_text(plots / "validation.csv", _csv(curves.validation, _VALIDATION))
    write_json(
        metrics,
        {
            "parameters": sum(array.size for _, array in tree_flatten(outcome.model.parameters())),
            "tokens_seen": outcome.tokens_seen,
            "final_training_loss": curves.training[-1]["loss"],
            "final_validation_loss": curves.validation[-1]["loss"],
            "best_validation_loss": curves.best_validation_loss(),
        },
    )


def run_fingerprint(params: Params, data: dict[str, TokenShards]) -> dict[str, Any]:
    """Everything that decides the bits of the result, for the run's key."""
    return {
        "model": params.model.model_dump(),
        "train": params.train.model_dump(exclude=_UNDECIDING),
        "tokens": {split: shards.index for split, shards in data.items()},
        "backend": asdict(backend.setup()),
        "code": _code_version(),
    }


def _code_version() -> str:
    """A hash of the source of every module of this library that is loaded."""
    digest = hashlib.sha256()
    for name in sorted(name for name in sys.modules if name.partition(".")[0] == "lmcore"):
        source = getattr(sys.modules[name], "__file__", None)
        if source:
            digest.update(name.encode() + b"\0" + Path(source).read_bytes())
    return digest.hexdigest()


def _csv(rows: list[dict[str, float]], columns: tuple[str, ...]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
