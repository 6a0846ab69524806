"""Model, loss and optimizer together: they learn, and to the same bits each time."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.small_params import quickstart
from helpers.variants import NO_EXPERTS, config_of, tokens_of
from mlx.utils import tree_flatten

from lmcore.model import GPT
from lmcore.training.clipping import clip_by_global_norm
from lmcore.training.cross_entropy import next_token_loss
from lmcore.training.optimizer import make_optimizer


def overfit(steps: int, optimizer: str = "adamw", **changes: Any) -> tuple[list[float], GPT]:
    """Trains on one batch; returns the loss at each step and the model."""
    train = quickstart().train.model_copy(update={"optimizer": optimizer, "weight_decay": 0.0})
    model = GPT(config_of(**changes), seed=1)
    inputs, targets = tokens_of(model, length=24), tokens_of(model, length=24, seed=8)
    made = make_optimizer(train, model)
    parameters = model.trainable_parameters()
    state, losses = made.init(parameters), []

    def loss_of(parameters: Any) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, inputs, targets)[0]

    for step in range(steps):
        loss, gradients = mx.value_and_grad(loss_of)(parameters)
        gradients, _ = clip_by_global_norm(gradients, 1.0)
        parameters, state = made.update(gradients, state, parameters, 0.01, step)
        mx.eval(parameters, state, loss)
        losses.append(loss.item())
    model.update(parameters)
    return losses, model


EXPERTS = {**NO_EXPERTS, "experts": 4, "balance_coefficient": 0.0, "z_loss_coefficient": 0.0}


@pytest.mark.parametrize(
    ("optimizer", "changes"),
    [
        ("adamw", {}),
        ("muon", {"feed_forward": "relu2", "qk_norm": True}),
        ("adamw", {"norm_placement": "post", "positions": "learned"}),
        ("adamw", {"moe": EXPERTS, "feed_forward": "swiglu"}),
        ("muon", {"moe": {**EXPERTS, "balance": "bias"}}),
    ],
)
def test_one_batch_is_learnt_by_heart(optimizer: str, changes: dict[str, Any]) -> None:
    losses, _ = overfit(120, optimizer, **changes)
    assert losses[0] == pytest.approx(np.log(61), rel=0.05)
    assert losses[-1] < 0.1


def test_two_runs_end_with_the_same_bits() -> None:
    changes = {"moe": {**EXPERTS, "balance_coefficient": 0.01}, "positions": "alibi"}
    (losses, one), (again, two) = (overfit(5, **changes) for _ in range(2))
    assert losses == again
    for (name, a), (_, b) in zip(
        tree_flatten(one.parameters()), tree_flatten(two.parameters()), strict=True
    ):
        assert mx.array_equal(a, b).item(), name


def test_the_loss_free_bias_evens_the_load() -> None:
    """A router that starts out favouring one expert is brought back by the bias alone."""
    moe = {**EXPERTS, "balance": "bias", "balance_coefficient": 0.02, "top_k": 1}
    model = GPT(config_of(n_layers=1, moe=moe), seed=1)
    made = make_optimizer(quickstart().train, model)
    name = "blocks.0.feed_forward.router.selection_bias"
    model.blocks[0].feed_forward.router.selection_bias = mx.array([0.5, 0, 0, 0])
    tokens = tokens_of(model)

    def loss_of(parameters: Any) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, tokens, tokens)[0]

    loads = []
    for step in range(60):
        gradients = mx.grad(loss_of)(model.trainable_parameters())
        loads.append(dict(tree_flatten(gradients))[name] + 0.25)
        parameters = model.trainable_parameters()
        # With a learning rate of 0, nothing but the bias moves.
        parameters, _ = made.update(gradients, made.init(parameters), parameters, 0.0, step)
        model.update(parameters)
        mx.eval(parameters)
    assert loads[0].tolist() == pytest.approx([1, 0, 0, 0], abs=1e-6)
    late = np.mean([np.array(load) for load in loads[-20:]], axis=0)
    np.testing.assert_allclose(late, 0.25, atol=0.1)
