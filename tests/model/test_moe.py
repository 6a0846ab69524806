"""Mixture of experts: the grouped products against the plain loop, routing and balance."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import (
    NO_EXPERTS,
    loss_and_gradients,
    model_of,
    tokens_of,
    weights_of,
)

from lmcore.backend.dispatch import use_implementation
from lmcore.model import ForwardContext
from lmcore.model.moe import EXPERT_MATMULS


def moe(**changes: Any) -> dict[str, Any]:
    return {"moe": {**NO_EXPERTS, "experts": 5, **changes}}


CASES: dict[str, dict[str, Any]] = {
    "top 2": moe(),
    "top 1": moe(top_k=1),
    "all": moe(top_k=5),
    "every second": moe(every=2),
    "bias balance": moe(balance="bias"),
    "biases": {**moe(), "bias": True, "feed_forward": "relu"},
    "swiglu": {**moe(experts=8), "feed_forward": "swiglu", "bias": True},
}


@pytest.mark.parametrize("implementation", ["cpu_kernels", "mlx"])
@pytest.mark.parametrize("case", CASES)
def test_grouped_experts_equal_the_loop(case: str, implementation: str) -> None:
    model = model_of(**CASES[case])
    expected, expected_gradients = loss_and_gradients(model, "reference")
    found, gradients = loss_and_gradients(model, implementation)
    assert found == pytest.approx(expected, rel=1e-5)
    for name, gradient in gradients.items():
        scale = np.abs(expected_gradients[name]).max()
        np.testing.assert_allclose(
            gradient, expected_gradients[name], rtol=1e-3, atol=2e-5 * scale, err_msg=name
        )


def numpy_mixture(weights: dict, at: str, x: np.ndarray, top_k: int) -> np.ndarray:
    """One token at a time, by the formula, ReLU experts with biases."""
    out = np.zeros_like(x)
    for token, state in enumerate(x):
        logits = weights[at + "router.weight"] @ state
        chosen = np.argsort(-logits)[:top_k]
        shares = np.exp(logits[chosen] - logits.max())
        for expert, share in zip(chosen, shares / shares.sum(), strict=True):
            up = weights[at + "up.weight"][expert] @ state + weights[at + "up.bias"][expert]
            down = weights[at + "down.weight"][expert] @ np.maximum(up, 0)
            out[token] += share * (down + weights[at + "down.bias"][expert])
    return out


@pytest.mark.parametrize("implementation", ["reference", "cpu_kernels", "mlx"])
def test_a_layer_equals_numpys(implementation: str) -> None:
    model = model_of(**CASES["biases"])
    x = mx.random.normal((2, 9, 24), key=mx.random.key(5))
    with use_implementation(implementation):
        found = model.blocks[1].feed_forward(x, ForwardContext())
    states = np.array(x, np.float64).reshape(-1, 24)
    expected = numpy_mixture(weights_of(model), "blocks.1.feed_forward.", states, 2)
    np.testing.assert_allclose(np.array(found).reshape(-1, 24), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("everyone_to", [0, 3, 4])
def test_no_token_is_dropped_when_all_want_one_expert(everyone_to: int) -> None:
    model = model_of(**moe(top_k=1))
    layer = model.blocks[0].feed_forward
    layer.router.weight = mx.zeros_like(layer.router.weight)
    layer.router.weight[everyone_to] = 1.0
    x = mx.abs(mx.random.normal((2, 100, 24), key=mx.random.key(5)))
    hidden = layer._activation(layer.up(x, everyone_to))
    np.testing.assert_allclose(
        layer(x, ForwardContext()), layer.down(hidden, everyone_to), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("implementation", EXPERT_MATMULS)
def test_each_block_of_rows_meets_its_experts_matrix(implementation: str) -> None:
    x = mx.random.normal((7, 2, 5), key=mx.random.key(0))
    weight = mx.random.normal((4, 6, 5), key=mx.random.key(1))
    experts = [0, 0, 1, 1, 1, 3, 3]
    product = EXPERT_MATMULS[implementation](x, weight, mx.array(experts))
    expected = [np.array(x[i]) @ np.array(weight[e]).T for i, e in enumerate(experts)]
    np.testing.assert_allclose(product, expected, rtol=1e-5, atol=1e-5)


def test_the_bias_sways_the_choice_but_not_the_weights() -> None:
    model = model_of(**moe(balance="bias"))
    router = model.blocks[0].feed_forward.router
    x = mx.random.normal((50, 24), key=mx.random.key(2))
    router.selection_bias = mx.array([0.0, 0, 2, 0, 0])
    routing = router(x)
    assert (np.array(routing.chosen)[:, 0] == 2).all()
    p = np.take_along_axis(np.array(routing.probabilities), np.array(routing.chosen), -1)
    np.testing.assert_allclose(routing.weights, p / p.sum(-1, keepdims=True), rtol=1e-5)


def test_one_expert_answers_with_its_probability_and_so_teaches_the_router() -> None:
    """Switch, equation 2; without the auxiliary losses nothing else reaches the router."""
    silent = {"balance_coefficient": 0.0, "z_loss_coefficient": 0.0}
    model = model_of(**moe(top_k=1, **silent))
    x = mx.random.normal((50, 24), key=mx.random.key(2))
    routing = model.blocks[0].feed_forward.router(x)
    np.testing.assert_array_equal(routing.weights[:, 0], mx.max(routing.probabilities, axis=-1))
    for implementation in ("reference", "cpu_kernels"):
        _, gradients = loss_and_gradients(model, implementation)
        assert np.abs(gradients["blocks.0.feed_forward.router.weight"]).max() > 1e-4


@pytest.mark.parametrize("kind", [mx.bfloat16, mx.float16])
def test_the_router_computes_in_float32(kind: mx.Dtype) -> None:
    router = model_of(**moe()).blocks[0].feed_forward.router
    router.weight = router.weight.astype(kind)
    x = mx.random.normal((50, 24), key=mx.random.key(2)).astype(kind)
    weight = np.array(router.weight.astype(mx.float32), np.float64)
    expected = np.array(x.astype(mx.float32), np.float64) @ weight.T
    np.testing.assert_allclose(router(x).logits, expected, rtol=1e-4, atol=1e-5)


def test_every_nth_block_is_a_mixture() -> None:
    model = model_of(**{**moe(every=2), "n_layers": 5})
    context = ForwardContext()
    model.hidden(tokens_of(model), context)
    assert sorted(context.routings) == [1, 3]
    mixtures = {name.split(".")[1] for name in weights_of(model) if "router" in name}
    assert mixtures == {"1", "3"}
