"""Optimizers as pure functions: gradients, state and parameters in, new ones out.

Nothing is hidden in objects, so a step can be compiled, checkpointed and
repeated bit for bit. `step` counts from 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map, tree_unflatten

from lmcore.params import TrainParams

Tree = Any  # nested dicts and lists of arrays
State = dict[str, mx.array]


@dataclass(frozen=True)
class Rule:
    """How one array is updated: its first state, and a step.

    `step(gradient, state, parameter, learning_rate, step) -> (parameter, state)`
    """

    init: Callable[[mx.array], State]
    step: Callable[..., tuple[mx.array, State]]


def adamw(train: TrainParams) -> Rule:
    """AdamW (Loshchilov and Hutter 2017, algorithm 2), written out.

        m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
        p = p - rate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + decay p)

    with t = step + 1, and decay only for matrices: shrinking a bias or a
    norm's weight towards 0 makes no model simpler.
    """
    beta1, beta2 = train.beta1, train.beta2

    def init(parameter: mx.array) -> State:
        return {"mean": mx.zeros_like(parameter), "square": mx.zeros_like(parameter)}

    def update(
        gradient: mx.array,
        state: State,
        parameter: mx.array,
        learning_rate: mx.array,
        step: mx.array,
    ) -> tuple[mx.array, State]:
        time = mx.array(step + 1, mx.float32)
        mean = beta1 * state["mean"] + (1 - beta1) * gradient
        square = beta2 * state["square"] + (1 - beta2) * mx.square(gradient)
        unbiased = mx.sqrt(square / (1 - beta2**time)) + train.epsilon
        change = mean / (1 - beta1**time) / unbiased
        decay = train.weight_decay if parameter.ndim >= 2 else 0.0
        parameter = parameter - learning_rate * (change + decay * parameter)
        return parameter, {"mean": mean, "square": square}

    return Rule(init, update)


class Optimizer:
    """A rule for every array of a tree of parameters, by the array's name."""

    def __init__(self, rules: dict[str, Rule]) -> None:
        self._rules = rules

    def init(self, parameters: Tree) -> Tree:
        """The state before the first step: the parameters' tree, an array dict per leaf."""
        return tree_unflatten(
            [
                (f"{name}.{key}", array)
                for name, parameter in tree_flatten(parameters)
                for key, array in self._rules[name].init(parameter).items()
            ]
        )

    def update(
        self,
        gradients: Tree,
        state: Tree,
        parameters: Tree,
        learning_rate: mx.array | float,
        step: mx.array | int,
    ) -> tuple[Tree, Tree]:
        """One step; returns the new parameters and the new state."""
        gradient_of, states = dict(tree_flatten(gradients)), dict(tree_flatten(state))
        new_parameters, new_states = [], []
        for name, parameter in tree_flatten(parameters):
            rule = self._rules[name]
            own = {key: states[f"{name}.{key}"] for key in rule.init(parameter)}
            parameter, own = rule.step(gradient_of[name], own, parameter, learning_rate, step)
            new_parameters.append((name, parameter))
            new_states += [(f"{name}.{key}", array) for key, array in own.items()]
        return tree_unflatten(new_parameters), tree_unflatten(new_states)


def make_optimizer(train: TrainParams, model: Any) -> Optimizer:
    """The optimizer that `train` describes, for the model's trainable arrays."""
    return Optimizer({name: adamw(train) for name, _ in tree_flatten(model.trainable_parameters())})


def clip_by_global_norm(gradients: Tree, max_norm: float) -> tuple[Tree, mx.array]:
    """Scales all gradients so that their joint norm is at most `max_norm`.

    Returns them with the norm before scaling (Pascanu et al. 2013).
    """
    norm = mx.sqrt(sum(mx.sum(mx.square(array)) for _, array in tree_flatten(gradients)))
    scale = mx.minimum(1.0, max_norm / (norm + 1e-6))
    return tree_map(lambda array: array * scale, gradients), norm
