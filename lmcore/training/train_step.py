"""One step of training: what it changes, and how.

The state of a run is arrays by name, in up to four parts:

    parameters    the weights, float32
    optimizer     such as AdamW's m and v of each weight
    ema           with train.ema_decay: the moving average of the weights
    loss_scale    with float16 (lmcore/training/mixed_precision.py)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten, tree_map, tree_unflatten

from lmcore.backend.dispatch import streams
from lmcore.common.train_params import TrainParams
from lmcore.model import GPT
from lmcore.training.clipping import clip_by_global_norm, global_norm
from lmcore.training.cross_entropy import next_token_loss, token_losses
from lmcore.training.distributed import ALONE, Workers
from lmcore.training.ema import update_ema
from lmcore.training.memory import check_training_fits
from lmcore.training.mixed_precision import (
    cast_parameters,
    initial_loss_scale,
    kernels_for,
    next_loss_scale,
)
from lmcore.training.optimizer import make_optimizer

Tree = Any  # nested dicts and lists of mx.array
Arrays = dict[str, mx.array]  # by name, as in `blocks.0.attention.query.weight`
State = dict[str, Arrays]
MicroBatch = tuple[mx.array, mx.array, mx.array]  # inputs (B, T), targets (B, T), dropout keys

# The update goes through the weights in groups of about this many bytes.
GROUP_BYTES = 2**26


@dataclass(frozen=True)
class StepResult:
    """What one step of training found."""

    loss: float  # nats per token, before the update
    gradient_norm: float  # before clipping
    stop: bool  # whether any worker was asked to stop


class TrainStep:
    """A model in training: calling it takes one optimizer step; `state` is what that changes."""

    def __init__(self, model: GPT, config: TrainParams, workers: Workers = ALONE) -> None:
        self._model, self._config, self._workers = model, config, workers
        self._optimizer = make_optimizer(config, model)
        parameters = dict(tree_flatten(model.trainable_parameters()))
        optimizer = dict(tree_flatten(self._optimizer.init(parameters)))
        self.state: State = {"parameters": parameters, "optimizer": optimizer}
        if config.ema_decay:
            self.state["ema"] = dict(parameters)
        if config.precision == "float16":
            self.state["loss_scale"] = initial_loss_scale()
        check_training_fits(self.state, model.config, config, workers)  # its arrays are lazy
        self._streams = streams()
        groups = _update_groups(parameters, len(self._streams))
        self._groups = [[self._keys_of(names) for names in per_stream] for per_stream in groups]
        self._compiled_gradients = mx.compile(self._gradients)
        self._compiled_update = mx.compile(self._update)
        self._compiled_validation_loss = mx.compile(self._validation_loss)

    def __call__(
        self,
        micro_batches: Iterable[MicroBatch],
        learning_rate: float,
        step: int,
        stop: bool = False,
    ) -> StepResult:
        """Take optimizer step `step` (from 0) on the mean gradient of all micro-batches.

        `stop` says that this worker was asked to stop. It travels with the gradients,
        so that all workers agree on the step after which they do.
        """
        # 1. Forward and backward pass of this worker's rows.
        # 2. The mean over workers is the gradient of the whole batch.
        loss, gradients, stopping = self._workers.all_reduce_mean(
            (*self.accumulate_gradients(micro_batches), mx.array([float(stop)]))
        )
        # 3. Clip the gradients and update the weights.
        norm = self.update(gradients, learning_rate, step)
        return StepResult(loss.item(), norm, stopping.item() > 0)

    def accumulate_gradients(self, micro_batches: Iterable[MicroBatch]) -> tuple[mx.array, Arrays]:
        """Return the mean loss and gradients of micro-batches of equal size.

        In memory are one micro-batch's gradients beside the sum.
        """
        total, count = None, 0
        for inputs, targets, keys in micro_batches:
            new = self.gradients(inputs, targets, keys)
            total = new if total is None else tree_map(mx.add, total, new)
            del new  # so that the sum can be written in its place
            mx.eval(total)  # else the graphs of all micro-batches pile up
            count += 1
        return tree_map(lambda array: array / count, total)

    def gradients(
        self, inputs: mx.array, targets: mx.array, key: mx.array
    ) -> tuple[mx.array, Arrays]:
        """Return the mean loss on tokens (B, T) in nats, and the gradients of what is minimised.

        `key` decides what is dropped (lmcore/training/cross_entropy.py). The auxiliary losses
        of mixtures are in the gradients and not in the loss, which can thus be
        compared with the validation loss.
        """
        scale = self.state["loss_scale"]["scale"] if "loss_scale" in self.state else mx.array(1.0)
        return self._compiled_gradients(self.state["parameters"], scale, inputs, targets, key)

    def update(self, gradients: Arrays, learning_rate: float, step: int) -> float:
        """Update the weights and return the norm that the gradients had.

        The weights go group by group, and each group's gradients are removed from
        `gradients`. MLX writes new arrays in place of old ones that nothing else holds;
        where it cannot, both exist for one group and not for all.
        """
        norm = global_norm(gradients)
        scaling = self.state.get("loss_scale")
        taken = mx.array(step) if scaling is None else scaling["optimizer_steps"]
        rate = mx.array(learning_rate)
        for group in self._groups:
            updated = []
            for keys, stream in zip(group, self._streams, strict=True):
                own = {name: gradients.pop(name) for name in keys["parameters"]}
                with mx.stream(stream):
                    new = self._compiled_update(self._take(keys), own, norm, rate, taken)
                del own
                for part, arrays in new.items():
                    self.state[part].update(arrays)
                updated.append(new)
            mx.eval(updated)
        if scaling is not None:
            self.state["loss_scale"] = next_loss_scale(scaling, mx.isfinite(norm))
            mx.eval(self.state["loss_scale"])
        return norm.item()

    def validation_loss(self, inputs: mx.array, targets: mx.array) -> mx.array:
        """Return the mean loss on tokens (B, T) of the weights that would be final now."""
        return self._compiled_validation_loss(self.final_weights, inputs, targets)

    @property
    def final_weights(self) -> Arrays:
        """The weights that a run ends with: the moving average, if there is one."""
        return self.state.get("ema", self.state["parameters"])

    @property
    def tolerates_overflow(self) -> bool:
        """Whether an overflow is tolerated because the loss scale is still being searched."""
        return "loss_scale" in self.state and self.state["loss_scale"]["scale"].item() >= 1

    def _keys_of(self, names: list[str]) -> dict[str, list[str]]:
        """Return the keys of each part of the state that belong to these weights."""
        keys: dict[str, list[str]] = {
            part: names for part in ("parameters", "ema") if part in self.state
        }
        own = set(names)
        keys["optimizer"] = [
            key for key in self.state["optimizer"] if key.rpartition(".")[0] in own
        ]
        return keys

    def _take(self, keys: dict[str, list[str]]) -> State:
        """Return the arrays of these keys, and leave None in their place, so that none is held."""
        taken = {part: {key: self.state[part][key] for key in own} for part, own in keys.items()}
        for part, own in keys.items():
            self.state[part].update(dict.fromkeys(own))
        return taken

    def _gradients(
        self,
        parameters: Arrays,
        loss_scale: mx.array,
        inputs: mx.array,
        targets: mx.array,
        key: mx.array,
    ) -> tuple[mx.array, Arrays]:
        def scaled_loss(parameters: Arrays) -> tuple[mx.array, mx.array]:
            self._model.update(as_tree(cast_parameters(parameters, self._config.precision)))
            loss, nats = next_token_loss(
                self._model, inputs, targets, key, self._config.gradient_checkpointing
            )
            return loss_scale * loss, nats

        with kernels_for(self._config.precision):
            (_, loss), gradients = mx.value_and_grad(scaled_loss)(parameters)
        return loss, {name: array / loss_scale for name, array in gradients.items()}

    def _update(
        self, state: State, gradients: Arrays, norm: mx.array, rate: mx.array, step: mx.array
    ) -> State:
        gradients, _ = clip_by_global_norm(gradients, self._config.max_grad_norm, norm)
        parameters, optimizer = self._optimizer.update(
            gradients, state["optimizer"], state["parameters"], rate, step
        )
        new = {"parameters": parameters, "optimizer": dict(tree_flatten(optimizer))}
        if "ema" in state:
            new["ema"] = update_ema(state["ema"], parameters, self._config.ema_decay, step)
        if self._config.precision != "float16":
            return new
        # A step whose gradients overflowed is skipped.
        finite = mx.isfinite(norm)
        return {
            part: {name: mx.where(finite, now, state[part][name]) for name, now in arrays.items()}
            for part, arrays in new.items()
        }

    def _validation_loss(self, parameters: Arrays, inputs: mx.array, targets: mx.array) -> mx.array:
        self._model.update(as_tree(cast_parameters(parameters, self._config.precision)))
        with kernels_for(self._config.precision):
            return mx.mean(token_losses(self._model, inputs, targets))


def dropout_keys(seed: int, rows: Iterable[int]) -> mx.array:
    """Return a random key (B, 2) for each row, by its number in the run's sequence of rows.

    A row drops the same activations however the batch is split into micro-batches
    and among workers. Runs of different seeds share no key.
    """
    states = [np.random.SeedSequence((seed, int(row))).generate_state(2) for row in rows]
    return mx.array(np.stack(states))


def as_tree(arrays: Arrays) -> Tree:
    """Return arrays by name as the tree that a model takes."""
    return tree_unflatten(list(arrays.items()))


def _update_groups(parameters: Arrays, streams: int) -> list[list[list[str]]]:
    """Return the names in groups; a group is one list of names for each of the `streams`.

    The largest arrays come first, each to the stream that has the least to do in its
    group; when each stream has its part of `GROUP_BYTES`, the next group begins.
    """
    groups: list[list[list[str]]] = []
    sizes = [GROUP_BYTES] * streams
    for name in sorted(parameters, key=lambda name: -parameters[name].nbytes):
        if min(sizes) >= GROUP_BYTES / streams:
            groups.append([[] for _ in range(streams)])
            sizes = [0] * streams
        smallest = sizes.index(min(sizes))
        groups[-1][smallest].append(name)
        sizes[smallest] += parameters[name].nbytes
    return groups
