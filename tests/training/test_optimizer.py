"""Each array gets its update rule, and weight decay where it belongs."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.small_params import quickstart
from helpers.variants import NO_EXPERTS, model_of
from mlx.utils import tree_flatten, tree_unflatten

from lmcore.common.train_params import TrainParams
from lmcore.training.optimizer import make_optimizer


def train_of(**changes: Any) -> TrainParams:
    """Return the quickstart's parameters, one learning rate for all, and `changes`."""
    plain = {
        "muon": {"momentum_warmup_steps": 0, "normalize_rows": False},
        "learning_rate_scale": dict.fromkeys(("embedding", "output", "matrices", "vectors"), 1.0),
    }
    return TrainParams(**{**quickstart().train.model_dump(), **plain, **changes})


def rules(model: Any, **changes: Any) -> dict[str, str]:
    optimizer = make_optimizer(train_of(**changes), model)
    return {name: rule.step.__qualname__.split(".")[0] for name, rule in optimizer.rules.items()}


def test_muon_takes_the_hidden_matrices_only() -> None:
    experts = {**NO_EXPERTS, "experts": 4, "every": 2, "balance": "bias"}
    tables = {"positions": "learned", "value_embeddings": 1, "residual_scalars": True}
    model = model_of(bias=True, tied_embeddings=False, moe=experts, **tables)
    found = rules(model, optimizer="muon")
    kinds = {
        "embedding.weight": "adamw",
        "positions.weight": "adamw",
        "output.weight": "adamw",
        "residual_scalars.0.scalars": "adamw",
        "blocks.1.attention.value.weight": "muon",
        "blocks.1.attention.value_embedding.table.weight": "adamw",
        "blocks.1.attention.value_embedding.scalars": "adamw",
        "final_norm.weight": "adamw",
        "blocks.0.attention.query.weight": "muon",
        "blocks.0.attention.query.bias": "adamw",
        "blocks.0.feed_forward.down.weight": "muon",
        "blocks.1.feed_forward.up.weight": "muon",
        "blocks.1.feed_forward.up.bias": "adamw",
        "blocks.1.feed_forward.router.weight": "adamw",
        "blocks.1.feed_forward.router.selection_bias": "sign_sgd",
    }
    assert {name: found[name] for name in kinds} == kinds
    assert "muon" not in rules(model, optimizer="adamw").values()


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_decay_shrinks_matrices_and_nothing_else(optimizer: str) -> None:
    experts = {**NO_EXPERTS, "experts": 3}
    learned = {"value_embeddings": 1, "residual_scalars": True}
    model = model_of(bias=True, norm="layernorm", moe=experts, **learned)
    parameters = model.trainable_parameters()
    made = make_optimizer(train_of(optimizer=optimizer, weight_decay=0.5), model)
    still = {name: mx.zeros_like(array) for name, array in tree_flatten(parameters)}
    model.load_weights(list(still.items()))
    gradients = model.trainable_parameters()
    after, _ = made.update(gradients, made.init(parameters), parameters, 0.1, 0)
    before = dict(tree_flatten(parameters))
    for name, array in tree_flatten(after):
        factor = 1.0 if name.endswith(("bias", "scalars")) or "norm" in name else 0.95
        np.testing.assert_allclose(array, factor * before[name], rtol=1e-5, err_msg=name)


def test_each_kind_has_its_own_learning_rate() -> None:
    scale = {"embedding": 2.0, "output": 3.0, "matrices": 0.0, "vectors": 5.0}
    model = model_of(tied_embeddings=False, moe={**NO_EXPERTS, "experts": 2, "every": 2})
    parameters = model.trainable_parameters()
    before = dict(tree_flatten(parameters))

    def moved(**changes: Any) -> dict[str, float]:
        made = make_optimizer(train_of(optimizer="adamw", weight_decay=0.5, **changes), model)
        after, _ = made.update(parameters, made.init(parameters), parameters, 1e-3, 0)
        flat = tree_flatten(after)
        return {name: mx.abs(array - before[name]).sum().item() for name, array in flat}

    plain = moved()
    for name, distance in moved(learning_rate_scale=scale).items():
        kind = "embedding" if name == "embedding.weight" else "matrices"
        kind = "output" if name == "output.weight" else kind
        kind = "vectors" if "norm" in name else kind
        assert distance == pytest.approx(scale[kind] * plain[name], rel=1e-3), name


def test_the_variants_reach_their_arrays() -> None:
    """Decay that is linear is 0 at the last step; cautious decay spares what grows."""
    model = model_of()
    parameters = model.trainable_parameters()
    flat = dict(tree_flatten(parameters))

    def after(step: int, sign: float, **changes: Any) -> dict[str, mx.array]:
        made = make_optimizer(train_of(**{"weight_decay": 0.5, "steps": 100, **changes}), model)
        gradients = tree_unflatten([(name, sign * array) for name, array in flat.items()])
        new, _ = made.update(gradients, made.init(parameters), parameters, 0.1, step)
        return dict(tree_flatten(new))

    muon = {"momentum_warmup_steps": 0, "normalize_rows": True}
    for name in ("embedding.weight", "blocks.0.attention.query.weight"):
        plain, none = after(100, 1.0)[name], after(100, 1.0, weight_decay_schedule="linear")[name]
        np.testing.assert_allclose(none - plain, 0.05 * flat[name], rtol=1e-3, atol=1e-6)
        half = after(50, 1.0, weight_decay_schedule="linear")[name]
        full = after(50, 1.0)[name]
        np.testing.assert_allclose(half - full, 0.025 * flat[name], rtol=1e-3, atol=1e-6)
    grows = after(0, -1.0, cautious_weight_decay=True)["embedding.weight"]
    np.testing.assert_allclose(
        grows - after(0, -1.0)["embedding.weight"], 0.05 * flat["embedding.weight"], atol=1e-6
    )
    state = make_optimizer(train_of(muon=muon), model).init(parameters)
    assert "row_mean_square" in state["blocks"][0]["attention"]["query"]["weight"]


def test_the_loss_free_bias_moves_a_fixed_step_against_its_excess() -> None:
    experts = {**NO_EXPERTS, "experts": 3, "balance": "bias", "balance_coefficient": 0.25}
    model = model_of(n_layers=1, moe=experts)
    made = make_optimizer(train_of(), model)
    rule = made.rules["blocks.0.feed_forward.router.selection_bias"]
    found, _ = rule.step(mx.array([0.4, -0.4, 0.0]), {}, mx.array([1.0, 1, 1]), 0.003, 5)
    assert found.tolist() == [0.75, 1.25, 1.0]


def test_the_state_can_be_saved_and_the_trees_keep_their_shape() -> None:
    model = model_of()
    parameters = model.trainable_parameters()
    made = make_optimizer(train_of(optimizer="adamw"), model)
    state = made.init(parameters)
    after, new_state = made.update(parameters, state, parameters, 0.1, 0)
    shapes = lambda tree: {name: array.shape for name, array in tree_flatten(tree)}  # noqa: E731
    assert shapes(after) == shapes(parameters) and after.keys() == parameters.keys()
    assert shapes(new_state) == shapes(state)
    assert len(tree_flatten(state)) == 2 * len(tree_flatten(parameters))
