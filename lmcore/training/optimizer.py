"""Which update rule each array of a model follows: AdamW, Muon or a sign step."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map_with_path, tree_unflatten

from lmcore.common.train_params import TrainParams
from lmcore.model.parameter_kinds import BIASES, HIDDEN_MATRICES, Kind, kind_of
from lmcore.training.adamw import adamw
from lmcore.training.muon import muon
from lmcore.training.update_rule import OptimizerState, UpdateRule, scaled
from lmcore.training.weight_decay import DecayForm

Tree = Any  # nested dicts and lists of arrays

# The usual momentum; it needs no tuning (Jordan et al. 2024).
_MUON_MOMENTUM = 0.95


class Optimizer:
    """An update rule for each array of a tree of parameters, by the array's name."""

    def __init__(self, rules: dict[str, UpdateRule]) -> None:
        self.rules = rules

    def init(self, parameters: Tree) -> Tree:
        """Return the state before the first step: a tree of arrays."""
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
        """Return the parameters and the state after one step."""
        gradient_of, states = dict(tree_flatten(gradients)), dict(tree_flatten(state))
        learning_rate, step = mx.array(learning_rate), mx.array(step)
        new_states: list[tuple[str, mx.array]] = []

        def update_one(name: str, parameter: mx.array) -> mx.array:
            rule = self.rules[name]
            own = {key: states[f"{name}.{key}"] for key in rule.init(parameter)}
            parameter, own = rule.step(gradient_of[name], own, parameter, learning_rate, step)
            new_states.extend((f"{name}.{key}", array) for key, array in own.items())
            return parameter

        parameters = tree_map_with_path(update_one, parameters)
        return parameters, tree_unflatten(new_states)


def make_optimizer(train: TrainParams, model: Any) -> Optimizer:
    """Return the optimizer that `train` describes, for the arrays of a `GPT`.

    Weight decay is for matrices: shrinking a bias or a norm's weight towards 0
    makes no model simpler. Muon is for the hidden matrices; the embeddings
    (of values too), the output projection, the routers and all vectors keep AdamW.
    """
    linear = train.weight_decay_schedule == "linear"
    form = DecayForm(train.steps if linear else 0, train.cautious_weight_decay)

    def rule_of(name: str, array: mx.array) -> UpdateRule:
        kind = kind_of(name, array.ndim)
        if kind == Kind.SELECTION_BIAS:
            return sign_sgd(model.config.moe.balance_coefficient)
        decay = 0.0 if kind in BIASES | {Kind.VECTOR} else train.weight_decay
        if train.optimizer == "muon" and kind in HIDDEN_MATRICES:
            rule = muon(_MUON_MOMENTUM, decay, form, **train.muon.model_dump())
        else:
            rule = adamw(train.beta1, train.beta2, train.epsilon, decay, form)
        return scaled(rule, learning_rate_scale(train, kind))

    arrays = tree_flatten(model.trainable_parameters())
    return Optimizer({name: rule_of(name, array) for name, array in arrays})


def learning_rate_scale(train: TrainParams, kind: Kind) -> float:
    """Return the factor of the learning rate for arrays of a kind."""
    scale = train.learning_rate_scale
    if kind in HIDDEN_MATRICES | {Kind.ROUTER}:
        return scale.matrices
    return {Kind.EMBEDDING: scale.embedding, Kind.OUTPUT: scale.output}.get(kind, scale.vectors)


def sign_sgd(step_size: float) -> UpdateRule:
    """Return the rule p = p - step_size sign(g) (Bernstein et al. 2018), without a state.

    It is for the loss-free bias of a router, whose "gradient" is its expert's
    excess load (lmcore/model/load_balance.py). The learning rate plays no part.
    """

    def update(
        gradient: mx.array,
        state: OptimizerState,
        parameter: mx.array,
        learning_rate: mx.array,
        step: mx.array,
    ) -> tuple[mx.array, OptimizerState]:
        return parameter - step_size * mx.sign(gradient), state

    return UpdateRule(lambda parameter: {}, update)
