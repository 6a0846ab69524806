"""Optimizers as pure functions: gradients, state and parameters in, new ones out.

Nothing is hidden in objects, so a step can be compiled, checkpointed and
repeated bit for bit. `step` counts from 0. Each array of a model follows a
`UpdateRule`, chosen by its name in `make_optimizer`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map, tree_map_with_path, tree_unflatten

from lmcore.backend.dispatch import fusion_barrier
from lmcore.common.params import TrainParams
from lmcore.model.parameter_kinds import BIASES, HIDDEN_MATRICES, Kind, kind_of

Tree = Any  # nested dicts and lists of arrays
State = dict[str, mx.array]


@dataclass(frozen=True)
class UpdateRule:
    """How one array is updated: its state before the first step, and a step.

    `step(gradient, state, parameter, learning_rate, step) -> (parameter, state)`
    """

    init: Callable[[mx.array], State]
    step: Callable[[mx.array, State, mx.array, mx.array, mx.array], tuple[mx.array, State]]


def adamw(beta1: float, beta2: float, epsilon: float, decay: float) -> UpdateRule:
    """AdamW (Loshchilov and Hutter 2017, algorithm 2), with t = step + 1:

    m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
    p = p - rate * (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + decay p)
    """

    def init(parameter: mx.array) -> State:
        return {"mean": mx.zeros_like(parameter), "square": mx.zeros_like(parameter)}

    def update(
        gradient: mx.array, state: State, parameter: mx.array, rate: mx.array, step: mx.array
    ) -> tuple[mx.array, State]:
        t = mx.array(step, mx.float32) + 1
        mean = beta1 * state["mean"] + (1 - beta1) * gradient
        square = beta2 * state["square"] + (1 - beta2) * mx.square(gradient)
        mean_scale, root_scale, shrinking = fusion_barrier(
            rate / _one_minus_power(beta1, t), mx.rsqrt(_one_minus_power(beta2, t)), rate * decay
        )
        mean, square = fusion_barrier(mean, square)
        change = mean_scale * mean / (root_scale * mx.sqrt(square) + epsilon)
        return parameter - (change + shrinking * parameter), {"mean": mean, "square": square}

    return UpdateRule(init, update)


def _one_minus_power(beta: float, t: mx.array) -> mx.array:
    """1 - beta^t; subtracted in float32, 1 - 0.99999 would keep three digits."""
    return -mx.expm1(t * math.log(beta or _TINY))


_TINY = 1e-300  # a power of it is 0 in float32, and it has a logarithm


def newton_schulz(matrix: mx.array, steps: int = 5) -> mx.array:
    """About U V^T where `matrix` (..., R, C) is U S V^T: every singular value near 1.

    Newton-Schulz iteration with the quintic of Jordan et al. (2024), in
    float32, since bfloat16 has given NaNs. Its coefficients are chosen for
    speed: singular values end between about 0.7 and 1.2.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrix.shape[-2] <= matrix.shape[-1]
    x = (matrix if wide else matrix.swapaxes(-1, -2)).astype(mx.float32)
    x = x / (mx.sqrt(mx.sum(mx.square(x), axis=(-2, -1), keepdims=True)) + 1e-7)
    for _ in range(steps):
        gram = x @ x.swapaxes(-1, -2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x if wide else x.swapaxes(-1, -2)


def muon(momentum: float, decay: float) -> UpdateRule:
    """Muon (Jordan et al. 2024): momentum, made orthogonal, as the step of a matrix.

        m = momentum m + g
        p = p - rate * (0.2 sqrt(max(R, C)) newton_schulz(g + momentum m) + decay p)

    The factor gives the step the size of AdamW's, so that both can share one
    learning rate (Liu et al. 2025, section 2.2).
    """

    def init(parameter: mx.array) -> State:
        return {"momentum": mx.zeros_like(parameter)}

    def update(
        gradient: mx.array, state: State, parameter: mx.array, rate: mx.array, step: mx.array
    ) -> tuple[mx.array, State]:
        average = momentum * state["momentum"] + gradient
        direction = newton_schulz(gradient + momentum * average).astype(parameter.dtype)
        scale = 0.2 * max(parameter.shape[-2:]) ** 0.5
        return parameter - rate * (scale * direction + decay * parameter), {"momentum": average}

    return UpdateRule(init, update)


def against_the_sign(size: float) -> UpdateRule:
    """A step of fixed size against the gradient's sign, whatever the learning rate.

    For the loss-free bias of a router, whose "gradient" is its expert's excess
    load (lmcore/model/moe.py).
    """

    def update(
        gradient: mx.array, state: State, parameter: mx.array, rate: mx.array, step: mx.array
    ) -> tuple[mx.array, State]:
        return parameter - size * mx.sign(gradient), state

    return UpdateRule(lambda parameter: {}, update)


class Optimizer:
    """A rule for every array of a tree of parameters, by the array's name."""

    def __init__(self, rules: dict[str, UpdateRule]) -> None:
        self.rules = rules

    def init(self, parameters: Tree) -> Tree:
        """The state before the first step: a tree of arrays."""
        return tree_unflatten(
            [
                (f"{name}.{key}", array)
                for name, parameter in tree_flatten(parameters)
                for key, array in self.rules[name].init(parameter).items()
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
        learning_rate, step = mx.array(learning_rate), mx.array(step)
        new_states: list[tuple[str, mx.array]] = []

        def one(name: str, parameter: mx.array) -> mx.array:
            rule = self.rules[name]
            own = {key: states[f"{name}.{key}"] for key in rule.init(parameter)}
            parameter, own = rule.step(gradient_of[name], own, parameter, learning_rate, step)
            new_states.extend((f"{name}.{key}", array) for key, array in own.items())
            return parameter

        parameters = tree_map_with_path(one, parameters)
        return parameters, tree_unflatten(new_states)


# The usual momentum; it has no need of tuning (Jordan et al. 2024).
_MUON_MOMENTUM = 0.95


def make_optimizer(train: TrainParams, model: Any) -> Optimizer:
    """The optimizer that `train` describes, for the arrays of a `GPT`.

    Weight decay is for matrices: shrinking a bias or a norm's weight towards 0
    makes no model simpler. Muon is for the hidden matrices; the embeddings
    (of values too), the output projection, the routers and all vectors keep AdamW.
    """

    def rule_of(name: str, array: mx.array) -> UpdateRule:
        kind = kind_of(name, array.ndim)
        if kind == Kind.SELECTION_BIAS:
            return against_the_sign(model.config.moe.balance_coefficient)
        decay = 0.0 if kind in BIASES | {Kind.VECTOR} else train.weight_decay
        if train.optimizer == "muon" and kind in HIDDEN_MATRICES:
            return muon(_MUON_MOMENTUM, decay)
        return adamw(train.beta1, train.beta2, train.epsilon, decay)

    arrays = tree_flatten(model.trainable_parameters())
    return Optimizer({name: rule_of(name, array) for name, array in arrays})


def clip_by_global_norm(gradients: Tree, max_norm: float) -> tuple[Tree, mx.array]:
    """Scales all gradients so that their joint norm is at most `max_norm`.

    Returns them with the norm before scaling (Pascanu et al. 2013). A router's
    loss-free bias takes no part: what it has is no gradient of the loss.
    """
    norm = global_norm(gradients)
    factor = clip_factor(norm, max_norm)
    return tree_map(lambda array: array * factor, gradients), norm


def global_norm(gradients: Tree) -> mx.array:
    """The norm of all gradients as one vector, without the loss-free biases'."""
    squares = [
        mx.sum(mx.square(array))
        for name, array in tree_flatten(gradients)
        if kind_of(name, array.ndim) != Kind.SELECTION_BIAS
    ]
    return mx.sqrt(sum(squares))


def clip_factor(norm: mx.array, max_norm: float) -> mx.array:
    """What gradients of this norm are multiplied by, so that it is at most `max_norm`."""
    return mx.minimum(1.0, max_norm / (norm + 1e-6))
