"""What training changes, and how one step changes it: pure functions over a tree of arrays.

The state of a run is a tree:

    parameters    the weights, float32
    optimizer     what the optimizer remembers
    average       with train.ema_decay: a moving average of the weights
    scale         with float16: the factor of the loss and the steps it has held

In low precision (Micikevicius et al. 2017) the weights above stay float32, the
masters; each step rounds a copy of them, and activations and gradients are
computed from that. bfloat16 has float32's range and needs no more. float16 has
not: gradients below 6e-8 would vanish, so the loss is multiplied by a large
factor first and the gradients divided by it after. When they overflow, the
step is skipped and the factor halved; after many good steps it is doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mlx.core as mx
from mlx.utils import tree_map, tree_map_with_path

from lmcore.fastmath import form, using
from lmcore.losses import next_token_loss, token_losses
from lmcore.model import GPT
from lmcore.optimizers import SELECTION_BIAS, clip_by_global_norm, make_optimizer
from lmcore.params import TrainParams

Tree = Any  # nested dicts and lists of mx.array

_FIRST_FACTOR = 2.0**16
_GOOD_STEPS = 2000  # before the factor is doubled


class Learner:
    """A model's training state and its three functions, compiled.

    `state` is read and replaced by whoever drives the training.
    """

    def __init__(self, model: GPT, config: TrainParams) -> None:
        self._model, self._config = model, config
        self._optimizer = make_optimizer(config, model)
        parameters = model.trainable_parameters()
        self.state: Tree = {
            "parameters": parameters,
            "optimizer": self._optimizer.init(parameters),
        }
        if config.ema_decay:
            self.state["average"] = parameters
        if config.precision == "float16":
            self.state["scale"] = {"factor": mx.array(_FIRST_FACTOR), "good_steps": mx.array(0)}
        # (state, inputs, targets, dropout key) -> (loss, gradients), both in their true size
        self.gradients = mx.compile(self._gradients)
        # (state, gradients, learning rate, step) -> (state, norm of the gradients)
        self.update = mx.compile(self._update)
        # (state, inputs, targets) -> mean loss, by the weights that would be saved now
        self.validation_loss = mx.compile(self._validation_loss)

    @property
    def outcome(self) -> Tree:
        """The weights that a run ends with: their average, if one is kept."""
        return _outcome(self.state)

    def may_skip(self) -> bool:
        """Whether gradients that are not finite are to be expected: float16 finds its factor."""
        return "scale" in self.state and self.state["scale"]["factor"].item() >= 1

    def _gradients(
        self, state: Tree, inputs: mx.array, targets: mx.array, key: mx.array
    ) -> tuple[mx.array, Tree]:
        factor = state["scale"]["factor"] if "scale" in state else 1.0

        def loss(parameters: Tree) -> mx.array:
            self._model.update(lowered(parameters, self._config.precision))
            recompute = self._config.gradient_checkpointing
            return factor * next_token_loss(self._model, inputs, targets, key, recompute)

        with _kernels_for(self._config.precision):
            scaled, gradients = mx.value_and_grad(loss)(state["parameters"])
        return scaled / factor, tree_map(lambda gradient: gradient / factor, gradients)

    def _update(
        self, state: Tree, gradients: Tree, learning_rate: mx.array, step: mx.array
    ) -> tuple[Tree, mx.array]:
        gradients, norm = clip_by_global_norm(gradients, self._config.max_grad_norm)
        parameters, optimizer = self._optimizer.update(
            gradients, state["optimizer"], state["parameters"], learning_rate, step
        )
        new = {"parameters": parameters, "optimizer": optimizer}
        if "average" in state:
            decay = warmed_up_decay(self._config.ema_decay, step)
            new["average"] = tree_map(
                lambda old, now: decay * old + (1 - decay) * now, state["average"], parameters
            )
        if "scale" in state:
            good = mx.isfinite(norm)
            old = {name: state[name] for name in new}
            new = tree_map(lambda now, before: mx.where(good, now, before), new, old)
            new["scale"] = next_scale(state["scale"], good)
        return new, norm

    def _validation_loss(self, state: Tree, inputs: mx.array, targets: mx.array) -> mx.array:
        self._model.update(lowered(_outcome(state), self._config.precision))
        with _kernels_for(self._config.precision):
            return mx.mean(token_losses(self._model, inputs, targets))


def lowered(parameters: Tree, precision: str) -> Tree:
    """A copy rounded to `precision`, but for the experts' biases, which move by tiny steps."""
    if precision == "float32":
        return parameters
    kind = getattr(mx, precision)

    def lower(name: str, array: mx.array) -> mx.array:
        return array if name.endswith(SELECTION_BIAS) else array.astype(kind)

    return tree_map_with_path(lower, parameters)


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
    }


def _outcome(state: Tree) -> Tree:
    return state.get("average", state["parameters"])


@contextmanager
def _kernels_for(precision: str) -> Iterator[None]:
    """The CPU's fast forms are for float32; other types take MLX's own kernels."""
    if precision == "float32" or form() != "cpu":
        yield
        return
    with using("gpu"):
        yield
