"""The auxiliary losses by hand, over the parts of a batch, and as gradients."""

from __future__ import annotations

import math
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, config_of, loss_and_gradients, model_of, tokens_of

from lmcore.model import ForwardContext
from lmcore.model.load_balance import Balance, auxiliary_loss, load_balancing_loss
from lmcore.model.routing import Routing


def moe(**changes: Any) -> dict[str, Any]:
    return {"moe": {**NO_EXPERTS, "experts": 5, **changes}}


def routing_of(logits: list[list[float]], top_k: int) -> Routing:
    array = mx.array(logits)
    p = mx.softmax(array, axis=-1)
    chosen = mx.argsort(-array, axis=-1)[:, :top_k]
    return Routing(array, p, chosen, mx.take_along_axis(p, chosen, axis=-1), None)


def test_balance_loss_by_hand() -> None:
    """Even routing gives 1; all to one expert of E, with certainty, gives E."""
    even = Balance.of(routing_of([[50.0, 0, 0], [0, 50, 0], [0, 0, 50]], 1))
    assert load_balancing_loss(even).item() == pytest.approx(1)
    one = Balance.of(routing_of([[50.0, 0, 0]] * 4, 1))
    assert load_balancing_loss(one).item() == pytest.approx(3)
    assert one.z_loss.item() == pytest.approx(2500)
    # ln 3 and ln 1: probabilities 3/4, 1/4; loads 1, 0 (both tokens choose expert 0)
    some = Balance.of(routing_of([[math.log(3), 0.0]] * 2, 1))
    assert load_balancing_loss(some).item() == pytest.approx(2 * (1 * 3 / 4))
    assert some.z_loss.item() == pytest.approx(math.log(4) ** 2)


def test_the_auxiliary_losses_are_weighted_and_added_over_layers() -> None:
    config = config_of(**moe(balance_coefficient=0.5, z_loss_coefficient=0.25))
    balance = Balance.of(routing_of([[math.log(3), 0.0]] * 2, 1))
    expected = 2 * (0.5 * 1.5 + 0.25 * math.log(4) ** 2)
    assert auxiliary_loss(config, [balance, balance]).item() == pytest.approx(expected)


def test_the_parts_of_a_batch_balance_together() -> None:
    logits = np.random.default_rng(0).normal(size=(40, 5)).tolist()
    whole = Balance.of(routing_of(logits, 2))
    parts = Balance.mean([Balance.of(routing_of(half, 2)) for half in (logits[:20], logits[20:])])
    assert load_balancing_loss(parts).item() == pytest.approx(
        load_balancing_loss(whole).item(), rel=1e-6
    )
    assert parts.z_loss.item() == pytest.approx(whole.z_loss.item(), rel=1e-6)


def test_the_loss_free_bias_costs_nothing_and_learns_the_excess_load() -> None:
    model = model_of(**moe(balance="bias", z_loss_coefficient=0.0))
    _, gradients = loss_and_gradients(model, "cpu_kernels")
    context = ForwardContext()
    model.hidden(tokens_of(model), context)
    for layer in range(2):
        excess = np.array(Balance.of(context.routings[layer]).load) - 1 / 5
        name = f"blocks.{layer}.feed_forward.router.selection_bias"
        np.testing.assert_allclose(gradients[name], excess, atol=1e-6)
