"""The training loop: batches in, weights and curves out, the same bits every time.

A step is a pure function of (weights, optimizer state, batch, learning rate),
and the batch one of (seed, step). So a run is decided by its parameters, its
tokens and the code; a checkpoint is the weights, the optimizer state and the
curves so far; and resuming is loading those and going on.
"""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import click
import mlx.core as mx
from mlx.utils import tree_flatten

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params
from lmcore.common.parent_process import parent_died
from lmcore.common.progress import progress
from lmcore.dataset.batches import Batches
from lmcore.dataset.shards import TokenShards
from lmcore.model import GPT, ModelConfig, save_model
from lmcore.training.checkpoints import Checkpoint, CheckpointFolder, lock_folder
from lmcore.training.curves import RECENT, Curves, loss_spike, tokens_before, tokens_per_step
from lmcore.training.distributed import Workers, stop_requests
from lmcore.training.fingerprint import run_fingerprint, run_key
from lmcore.training.kept_checkpoints import KeptCheckpoints, steps_to_keep
from lmcore.training.schedules import learning_rate_at, micro_batches_at, micro_batches_before
from lmcore.training.train_step import MicroBatch, StepResult, TrainStep, as_tree, dropout_keys

# How MLX's messages begin when another process is gone.
_TRANSPORTS = ("[ring]", "[mpi]", "[nccl]", "[jaccl]")


@dataclass(frozen=True)
class TrainedModel:
    """The result of a run."""

    model: GPT
    curves: Curves
    kept: KeptCheckpoints
    tokens_seen: int
    seconds: float  # wall clock of the steps this process took
    tokens_per_second: float


def train(params: Params, tokens: Path, checkpoints: Path, workers: Workers) -> TrainedModel:
    """Return a model trained on the shards in `tokens`/train, resuming where possible.

    Every worker returns the same model; only rank 0 writes
    checkpoints. Raises `LmcoreError` when the data is shorter than a window,
    when the loss stops being a number, and when asked to stop by Ctrl-C or
    SIGTERM (after saving); in the last two cases, the other workers exit.
    """
    data = {split: TokenShards(tokens / split) for split in ("train", "validation")}
    folder = checkpoints / run_key(run_fingerprint(params, data))
    with lock_folder(folder) if workers.is_rank_0 else nullcontext():
        trainer = Trainer(params, data, CheckpointFolder(folder), workers)
        try:
            trained = trainer.run()
        except RuntimeError as error:
            if not any(transport in str(error) for transport in _TRANSPORTS):
                raise
            raise LmcoreError(f"Training worker {workers.rank} lost the others.") from None
        if workers.is_rank_0:
            trainer.checkpoints.finish()
        return trained


class Trainer:
    """One run: its state, and the methods that take it a step further."""

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
        self.train_step = TrainStep(self.model, self.config, workers)
        self.step = 0  # optimizer steps taken
        self.curves = Curves()
        self.batches = {
            split: Batches(
                shards,
                params.model.context_length,
                self.config.batch_size,
                self.config.seed,
                self.config.align_documents,
            )
            for split, shards in data.items()
        }
        self.bytes_per_token = data["validation"].bytes / data["validation"].tokens

    def run(self) -> TrainedModel:
        """Take the steps that are left and return the trained model."""
        self.resume()
        first, started, abandoned = self.step, time.perf_counter(), parent_died()
        with (
            stop_requests(self.workers.is_rank_0) as stop,
            progress(
                self.config.steps, "train", "step", initial=self.step, rank=self.workers.rank
            ) as bar,
        ):
            while self.step < self.config.steps:
                # 1. Gradients of the batch, and the update of the weights.
                result = self._take_step(stop.requested or abandoned())
                # 2. The loss on the validation split, every `eval_every` steps.
                validated = self._validate_when_due()
                # 3. Weights for the report, and a checkpoint to resume from.
                # (The weights first: a run that resumes from the checkpoint has them.)
                if self.workers.is_rank_0 and self.step in self.kept.steps:
                    self.kept.save(self.step, self.train_step.final_weights)
                self._save_when_due(result.stop, validated)
                rate = bar.rate * tokens_per_step(self.params)
                bar.update(message=f"loss {result.loss:.3f}, {rate:,.0f} tokens/s")
                if result.stop:
                    self._end_stopped()
        seconds = time.perf_counter() - started
        self.model.update(as_tree(self.train_step.final_weights))
        read = tokens_before(self.params, self.step) - tokens_before(self.params, first)
        return TrainedModel(
            self.model,
            self.curves,
            self.kept,
            tokens_before(self.params, self.step),
            seconds,
            read / max(seconds, 1e-9),
        )

    def resume(self) -> None:
        """Continue from the newest whole checkpoint, if there is one."""
        checkpoint = self._newest_checkpoint() if self.workers.is_rank_0 else None
        if checkpoint is not None:
            # In the order they had: it decides the order of summation in the global norm.
            self.train_step.state = {
                part: {name: checkpoint.arrays[f"{part}.{name}"] for name in arrays}
                for part, arrays in self.train_step.state.items()
            }
            self.step, self.curves = checkpoint.step, Curves(**checkpoint.state)
            click.echo(f"Training resumes from step {self.step} of {self.config.steps}.", err=True)
        elif self.workers.is_rank_0 and self.checkpoints.other_runs():
            click.echo(
                f"Training begins at step 0: the checkpoints in {self.checkpoints.folder.parent} "
                "are of runs with other parameters, tokens or code.",
                err=True,
            )
        # Only rank 0 is sure to see the folder: the others may be on other machines.
        self.step = self.workers.broadcast(mx.array(self.step)).item()
        self.train_step.state = self.workers.broadcast(self.train_step.state)
        # Each worker compares a loss with those before, and all must come to the same end.
        recent = [*self.curves.recent, *[math.nan] * RECENT][:RECENT]
        recent = self.workers.broadcast(mx.array(recent)).tolist()
        self.curves.recent = [loss for loss in recent if not math.isnan(loss)]

    def _newest_checkpoint(self) -> Checkpoint | None:
        """Return the newest whole checkpoint before which no kept weights are missing."""
        steps = self.checkpoints.steps()
        if steps and (missing := self.kept.first_missing(until=steps[-1])) is not None:
            click.echo(
                f"The weights kept at step {missing} are missing or damaged: "
                "training resumes from before that step.",
                err=True,
            )
            self.checkpoints.drop_from(missing)
        return self.checkpoints.newest()

    def _take_step(self, stop: bool) -> StepResult:
        """Take one optimizer step and record it."""
        first = micro_batches_before(self.config, self.step)
        indices = range(first, first + micro_batches_at(self.config, self.step))
        rate = learning_rate_at(self.config, self.step)
        result = self.train_step(map(self.micro_batch, indices), rate, self.step, stop)
        # End the run when the loss is not a number or rises beyond `max_loss_spike`.
        loss, norm = result.loss, result.gradient_norm
        is_finite = math.isfinite(norm) or self.train_step.tolerates_overflow
        if not math.isfinite(loss) or not is_finite:
            self._end_diverged(self.step + 1, f"the loss is {loss} and the gradient norm {norm}")
        spike = loss_spike(loss, self.curves.recent, self.config.max_loss_spike)
        if spike is not None:
            self._end_diverged(self.step + 1, spike)
        self.step += 1
        self.curves.add_step(self.params, self.step, result.loss, result.gradient_norm)
        return result

    def micro_batch(self, index: int) -> MicroBatch:
        """Return this worker's rows of the run's micro-batch `index`, with their dropout keys."""
        inputs, targets = self.batches["train"].micro_batch(index)
        rows = range(index * len(inputs), (index + 1) * len(inputs))
        return (
            mx.array(self.workers.local_rows(inputs)),
            mx.array(self.workers.local_rows(targets)),
            dropout_keys(self.config.seed, self.workers.local_rows(rows)),
        )

    def _validate_when_due(self) -> bool:
        """Measure the validation loss every `eval_every` steps and at the end."""
        if self.step % self.config.eval_every and self.step < self.config.steps:
            return False
        losses = []
        for index in range(self.config.eval_batches):
            inputs, targets = map(
                self.workers.local_rows, self.batches["validation"].micro_batch(index)
            )
            losses.append(self.train_step.validation_loss(mx.array(inputs), mx.array(targets)))
            mx.eval(losses)
        loss = self.workers.all_reduce_mean(mx.mean(mx.stack(losses))[None]).item()
        if not math.isfinite(loss):
            self._end_diverged(self.step, f"the validation loss is {loss}")
        self.curves.add_validation(self.params, self.step, loss, self.bytes_per_token)
        return True

    def _save_when_due(self, stopping: bool, validated: bool) -> None:
        rows = self.curves.validation
        best = validated and rows[-1]["loss"] <= self.curves.best_validation_loss()
        due = self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps
        if self.workers.is_rank_0 and (stopping or due or best):
            arrays = dict(tree_flatten(self.train_step.state))
            checkpoint = Checkpoint(self.step, arrays, asdict(self.curves))
            self.checkpoints.save(checkpoint, best=best)

    def _end_diverged(self, step: int, reason: str) -> NoReturn:
        """End the run, leaving the newest checkpoint that is known to be good."""
        if self.workers.is_rank_0:
            # The present state was saved before its loss was known: it may have diverged,
            # unless these weights have a validation loss without a spike.
            rows, limit = self.curves.validation, self.config.max_loss_spike
            is_good = bool(rows) and rows[-1]["step"] == self.step
            if is_good and limit:
                recent = self.curves.recent
                is_good = rows[-1]["loss"] <= math.fsum(recent) / len(recent) + limit
            self.checkpoints.drop_from(self.step + is_good)
        steps = self.checkpoints.steps()
        newest = (
            f"The checkpoint of step {steps[-1]} is kept." if steps else "No checkpoint was kept."
        )
        self._end(
            f"Training diverged at step {step}: {reason}. {newest} A lower train.learning_rate "
            f"(now {self.config.learning_rate}) or a longer train.warmup_steps usually helps, and "
            "makes a new run, from step 0."
        )

    def _end_stopped(self) -> NoReturn:
        """End the run after this step, as asked; its checkpoint is saved."""
        # Barrier: the launcher stops the others once one exits, so wait until rank 0 has saved.
        self.workers.broadcast(mx.array(self.step))
        self._end(
            f"Training stopped at step {self.step} of {self.config.steps} as asked; "
            "its checkpoint is kept, and running again resumes from there."
        )

    def _end(self, reason: str) -> NoReturn:
        """End all workers, which all call this after the same step; rank 0 gives the reason."""
        if self.workers.is_rank_0:
            raise LmcoreError(reason)
        raise SystemExit(1)


def new_model(params: Params, tokens: TokenShards) -> GPT:
    """Return an untrained model for these tokens, its weights drawn from train.seed."""
    config = ModelConfig(
        **params.model.model_dump(),
        vocab_size=tokens.vocab_size,
        document_start=tokens.end_of_text if params.train.mask_documents else None,
    )
    return GPT(config, params.train.seed)


def save_run(
    trained: TrainedModel,
    tokenizer: Path,
    model: Path,
    checkpoints: Path,
    plots: Path,
    figures: Path,
) -> None:
    """Write the model folder, the kept weights, the curves as CSV and the figures as JSON."""
    curves = trained.curves
    save_model(model, trained.model, tokenizer)
    trained.kept.publish(checkpoints, trained.model.config, tokenizer)
    curves.save(plots)
    hashes = {name: sha256_of(plots / name) for name in ("training.csv", "validation.csv")}
    write_json(figures / "curves.json", hashes, checksum=True)
    write_json(
        figures / "train.json",
        {
            "parameters": sum(array.size for _, array in tree_flatten(trained.model.parameters())),
            "tokens_seen": trained.tokens_seen,
            "final_training_loss": curves.training[-1]["loss"],
            "final_validation_loss": curves.validation[-1]["loss"],
            "best_validation_loss": curves.best_validation_loss(),
        },
        checksum=True,
    )
