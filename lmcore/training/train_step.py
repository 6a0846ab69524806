"""What training changes, and how one step changes it.

The state of a run is arrays by name, in up to four parts:

    parameters    the weights, float32
    optimizer     what the optimizer remembers
    average       with train.ema_decay: a moving average of the weights
    scale         with float16: the factor of the loss, the steps it has held, and the
                  steps taken, which are what the optimizer counts

In low precision (Micikevicius et al. 2017) the weights above stay float32, the
masters; each step rounds a copy of them, and activations and gradients are
computed from that. bfloat16 has float32's range and needs no more. float16 has
not: gradients below 6e-8 would vanish, so the loss is multiplied by a large
factor first and the gradients divided by it after. When they overflow, the
step is skipped and the factor halved; after many good steps it is doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten, tree_map, tree_unflatten

from lmcore.backend.dispatch import fusion_barrier, implementation, streams, use_implementation
from lmcore.common.params import TrainParams
from lmcore.model import GPT
from lmcore.model.parameter_kinds import ROUTING, kind_of
from lmcore.training.cross_entropy import loss_terms, token_losses
from lmcore.training.optimizer import clip_factor, global_norm, make_optimizer

Tree = Any  # nested dicts and lists of mx.array
Arrays = dict[str, mx.array]  # by name, as in `blocks.0.attention.query.weight`
State = dict[str, Arrays]

_FIRST_FACTOR = 2.0**16
_GOOD_STEPS = 2000  # before the factor is doubled

# Weights are updated in groups of about this many bytes.
GROUP = 2**26


class TrainStep:
    """A model in training: its state, and what is done with it, compiled."""

    def __init__(self, model: GPT, config: TrainParams) -> None:
        self._model, self._config = model, config
        self._optimizer = make_optimizer(config, model)
        parameters = dict(tree_flatten(model.trainable_parameters()))
        optimizer = dict(tree_flatten(self._optimizer.init(parameters)))
        self.state: State = {"parameters": parameters, "optimizer": optimizer}
        if config.ema_decay:
            self.state["average"] = dict(parameters)
        if config.precision == "float16":
            self.state["scale"] = {
                "factor": mx.array(_FIRST_FACTOR),
                "good_steps": mx.array(0),
                "taken": mx.array(0),
            }
        self._streams = streams()
        groups = _grouped(parameters, len(self._streams))
        self._groups = [[self._keys_of(names) for names in shares] for shares in groups]
        self._compiled_gradients = mx.compile(self._gradients)
        self._compiled_norm = mx.compile(global_norm)
        self._compiled_update = mx.compile(self._update)
        self._compiled_validation_loss = mx.compile(self._validation_loss)

    def gradients(
        self, inputs: mx.array, targets: mx.array, key: mx.array
    ) -> tuple[mx.array, Arrays]:
        """Mean nats on tokens (B, T), and the gradients of all that training minimises.

        `key` decides what is dropped (lmcore/training/cross_entropy.py). The auxiliary losses of
        mixtures are in the gradients and not in the nats, which are those of
        the validation loss.
        """
        factor = self.state["scale"]["factor"] if "scale" in self.state else mx.array(1.0)
        return self._compiled_gradients(self.state["parameters"], factor, inputs, targets, key)

    def update(self, gradients: Arrays, learning_rate: float, step: int) -> float:
        """Takes an optimizer step and returns the norm that the gradients had.

        The weights go group by group, and each group's gradients are used up. MLX
        writes the new in place of the old where nothing else holds it; else both
        stand side by side for one group and not for all.
        """
        norm = self._compiled_norm(gradients)
        taken = self.state["scale"]["taken"] if "scale" in self.state else mx.array(step)
        rate = mx.array(learning_rate)
        for shares in self._groups:
            made = []
            for keys, stream in zip(shares, self._streams, strict=True):
                own = {name: gradients.pop(name) for name in keys["parameters"]}
                with mx.stream(stream):
                    new = self._compiled_update(self._take(keys), own, norm, rate, taken)
                del own
                for part, arrays in new.items():
                    self.state[part].update(arrays)
                made.append(new)
            mx.eval(made)
        if "scale" in self.state:
            self.state["scale"] = next_scale(self.state["scale"], mx.isfinite(norm))
            mx.eval(self.state["scale"])
        return norm.item()

    def validation_loss(self, inputs: mx.array, targets: mx.array) -> mx.array:
        """The mean loss on tokens (B, T) by the weights that would be saved now."""
        return self._compiled_validation_loss(self._outcome, inputs, targets)

    def outcome(self) -> Tree:
        """The weights that a run ends with, as the model takes them."""
        return _tree(self._outcome)

    @property
    def _outcome(self) -> Arrays:
        return self.state.get("average", self.state["parameters"])

    def may_skip(self) -> bool:
        """Whether gradients that are not finite are to be expected: float16 finds its factor."""
        return "scale" in self.state and self.state["scale"]["factor"].item() >= 1

    def _keys_of(self, names: list[str]) -> dict[str, list[str]]:
        """The keys of each part of the state that belong to these weights."""
        keys = {part: names for part in ("parameters", "average") if part in self.state}
        keys["optimizer"] = [
            key for key in self.state["optimizer"] if key.rpartition(".")[0] in names
        ]
        return keys

    def _take(self, keys: dict[str, list[str]]) -> State:
        """The arrays of these keys, out of the state, where their places stay."""
        taken = {part: {key: self.state[part][key] for key in own} for part, own in keys.items()}
        for part, own in keys.items():
            self.state[part].update(dict.fromkeys(own))
        return taken

    def _gradients(
        self,
        parameters: Arrays,
        factor: mx.array,
        inputs: mx.array,
        targets: mx.array,
        key: mx.array,
    ) -> tuple[mx.array, Arrays]:
        def loss(parameters: Arrays) -> tuple[mx.array, mx.array]:
            self._model.update(_tree(cast_parameters(parameters, self._config.precision)))
            recompute = self._config.gradient_checkpointing
            nats, auxiliary = loss_terms(self._model, inputs, targets, key, recompute)
            return factor * (nats + auxiliary), nats

        with _kernels_for(self._config.precision):
            (_, nats), gradients = mx.value_and_grad(loss)(parameters)
        return nats, {name: array / factor for name, array in gradients.items()}

    def _update(
        self, state: State, gradients: Arrays, norm: mx.array, rate: mx.array, step: mx.array
    ) -> State:
        (factor,) = fusion_barrier(clip_factor(norm, self._config.max_grad_norm))
        clipped = {name: array * factor for name, array in gradients.items()}
        parameters, optimizer = self._optimizer.update(
            clipped, state["optimizer"], state["parameters"], rate, step
        )
        new = {"parameters": parameters, "optimizer": dict(tree_flatten(optimizer))}
        if "average" in state:
            (decay,) = fusion_barrier(warmed_up_decay(self._config.ema_decay, step))
            new["average"] = {
                name: decay * old + (1 - decay) * parameters[name]
                for name, old in state["average"].items()
            }
        if self._config.precision != "float16":
            return new
        good = mx.isfinite(norm)
        return {
            part: {name: mx.where(good, now, state[part][name]) for name, now in arrays.items()}
            for part, arrays in new.items()
        }

    def _validation_loss(self, parameters: Arrays, inputs: mx.array, targets: mx.array) -> mx.array:
        self._model.update(_tree(cast_parameters(parameters, self._config.precision)))
        with _kernels_for(self._config.precision):
            return mx.mean(token_losses(self._model, inputs, targets))


def accumulate_gradients(
    micro_batches: Iterator[tuple[mx.array, Arrays]],
) -> tuple[mx.array, Arrays]:
    """The mean of the losses and gradients of micro-batches, those of one beside their sum."""
    total, count = next(micro_batches), 1
    mx.eval(total)
    while (more := next(micro_batches, None)) is not None:
        total, more, count = tree_map(mx.add, total, more), None, count + 1
        mx.eval(total)  # else the graphs of all micro-batches pile up
    return tree_map(lambda array: array / count, total)


def dropout_keys(seed: int, rows: Iterable[int]) -> mx.array:
    """A random key (B, 2) for each row of a run, by its number; runs of other seeds share none."""
    states = [np.random.SeedSequence((seed, int(row))).generate_state(2) for row in rows]
    return mx.array(np.stack(states))


def cast_parameters(parameters: Arrays, precision: str) -> Arrays:
    """A copy rounded to `precision`, but for the routers.

    Rounded scores would choose other experts, and the biases move by tiny steps.
    """
    kind = getattr(mx, precision)
    return {
        name: array if kind_of(name, array.ndim) in ROUTING else array.astype(kind)
        for name, array in parameters.items()
    }


def warmed_up_decay(decay: float, step: mx.array) -> mx.array:
    """min(decay, (1 + step) / (10 + step)): a young average follows the weights closely."""
    return mx.minimum(decay, (1 + step) / (10 + step))


def next_scale(scale: dict[str, mx.array], good: mx.array) -> dict[str, mx.array]:
    """The loss's factor after a step whose gradients were finite (`good`) or not."""
    good_steps = mx.where(good, scale["good_steps"] + 1, 0)
    grown = good_steps == _GOOD_STEPS
    change = mx.where(good, mx.where(grown, 2.0, 1.0), 0.5)
    return {
        "factor": scale["factor"] * change,
        "good_steps": mx.where(grown, 0, good_steps),
        "taken": scale["taken"] + good,
    }


def _grouped(parameters: Arrays, streams: int) -> list[list[list[str]]]:
    """The names in groups, each group a list of names for each of the `streams`.

    The largest arrays come first, each to the stream that has least to do in its
    group; when all have their part of `GROUP` bytes, the next group begins.
    """
    groups: list[list[list[str]]] = []
    sizes = [GROUP] * streams
    for name in sorted(parameters, key=lambda name: -parameters[name].nbytes):
        if min(sizes) >= GROUP / streams:
            groups.append([[] for _ in range(streams)])
            sizes = [0] * streams
        least = sizes.index(min(sizes))
        groups[-1][least].append(name)
        sizes[least] += parameters[name].nbytes
    return groups


def _tree(arrays: Arrays) -> Tree:
    return tree_unflatten(list(arrays.items()))


@contextmanager
def _kernels_for(precision: str) -> Iterator[None]:
    """The CPU's fast forms are for float32; other types take MLX's own kernels."""
    if precision == "float32" or implementation() != "cpu_kernels":
        yield
        return
    with use_implementation("mlx"):
        yield
