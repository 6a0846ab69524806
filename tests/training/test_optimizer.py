"""AdamW by hand and against MLX's and PyTorch's; Muon against its definition; clipping."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import mlx.optimizers
import numpy as np
import pytest
from helpers.small_params import quickstart
from helpers.variants import NO_EXPERTS, model_of
from mlx.utils import tree_flatten

from lmcore.common.params import TrainParams
from lmcore.training.adamw import adamw
from lmcore.training.clipping import clip_by_global_norm
from lmcore.training.muon import muon, newton_schulz
from lmcore.training.optimizer import make_optimizer
from lmcore.training.update_rule import UpdateRule


def train_of(**changes: Any) -> TrainParams:
    return TrainParams(**{**quickstart().train.model_dump(), **changes})


def arrays(count: int, shape: tuple[int, ...] = (6, 4)) -> list[mx.array]:
    return [mx.random.normal(shape, key=mx.random.key(n)) for n in range(count)]


def follow(
    rule: UpdateRule, start: mx.array, gradients: list[mx.array], rates: list[float]
) -> mx.array:
    parameter, state = start, rule.init(start)
    step = mx.compile(rule.step)
    for number, (gradient, rate) in enumerate(zip(gradients, rates, strict=True)):
        parameter, state = step(gradient, state, parameter, mx.array(rate), mx.array(number))
    return parameter


RATES = [0.1, 0.05, 0.2, 0.01, 0.1, 0.1]


def test_adamw_by_hand() -> None:
    """beta1 1/2, beta2 3/4: with gradients 1 and 3 both corrections are whole numbers.

    Step 1: m = 1/2 -> 1, v = 1/4 -> 1, p = 8 - 0.1 (1/1 + 0.5 * 8) = 7.5.
    Step 2: m = 7/4 -> 7/3, v = 39/16 -> 39/7, p = 7.5 - 0.1 (7/3 / sqrt(39/7) + 3.75).
    """
    found = follow(adamw(0.5, 0.75, 0.0, 0.5), mx.array([8.0]), [mx.array([1.0])], [0.1])
    assert found.item() == pytest.approx(7.5)
    gradients = [mx.array([1.0]), mx.array([3.0])]
    found = follow(adamw(0.5, 0.75, 0.0, 0.5), mx.array([8.0]), gradients, [0.1, 0.1])
    assert found.item() == pytest.approx(7.5 - 0.1 * (7 / 3 / (39 / 7) ** 0.5 + 3.75), rel=1e-6)


@pytest.mark.parametrize("rule", [adamw(0.5, 0.75, 1e-8, 0.5), muon(0.9, 0.5)])
def test_rate_and_step_may_be_plain_numbers(rule: UpdateRule) -> None:
    parameter, gradient = arrays(2)
    plain = rule.step(gradient, rule.init(parameter), parameter, 0.1, 3)
    arrays_too = rule.step(gradient, rule.init(parameter), parameter, mx.array(0.1), mx.array(3))
    assert mx.array_equal(plain[0], arrays_too[0]) and not mx.array_equal(plain[0], parameter)


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("epsilon", [1e-8, 1e-2])
def test_adamw_equals_mlxs(decay: float, epsilon: float) -> None:
    start, *gradients = arrays(1 + len(RATES))
    found = follow(adamw(0.9, 0.95, epsilon, decay), start, gradients, RATES)
    theirs = mlx.optimizers.AdamW(0.0, [0.9, 0.95], epsilon, decay, bias_correction=True)
    parameter = {"p": start}
    for gradient, rate in zip(gradients, RATES, strict=True):
        theirs.learning_rate = rate
        parameter = theirs.apply_gradients({"p": gradient}, parameter)
    np.testing.assert_allclose(found, parameter["p"], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("epsilon", [1e-8, 1e-2])
@pytest.mark.parametrize("beta2", [0.95, 0.9999])
def test_adamw_equals_torchs(decay: float, epsilon: float, beta2: float) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch: pip install torch")
    start, *gradients = arrays(1 + len(RATES))
    found = follow(adamw(0.9, beta2, epsilon, decay), start, gradients, RATES)
    parameter = torch.nn.Parameter(torch.tensor(np.array(start)))
    theirs = torch.optim.AdamW([parameter], betas=(0.9, beta2), eps=epsilon, weight_decay=decay)
    for gradient, rate in zip(gradients, RATES, strict=True):
        theirs.param_groups[0]["lr"] = rate
        parameter.grad = torch.tensor(np.array(gradient))
        theirs.step()
    np.testing.assert_allclose(found, parameter.detach(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("betas", [(0.0, 0.0), (0.9, 0.999), (0.9, 0.9999), (0.999, 0.99999)])
def test_the_corrections_are_exact_however_near_1_the_betas_are(
    betas: tuple[float, float],
) -> None:
    """Gradients that stay the same: every step is of one rate, less what epsilon takes."""
    start, gradient = mx.zeros((3,)), mx.array([0.3, -2.0, 1e-3])
    found = follow(adamw(*betas, 1e-12, 0.0), start, [gradient] * len(RATES), RATES)
    np.testing.assert_allclose(found, -sum(RATES) * mx.sign(gradient), rtol=3e-6)


@pytest.mark.parametrize("shape", [(8, 8), (5, 12), (12, 5), (3, 6, 9)])
def test_orthogonalized_keeps_directions_and_evens_sizes(shape: tuple[int, ...]) -> None:
    matrix = np.random.default_rng(1).normal(size=shape)
    found = np.array(newton_schulz(mx.array(matrix.astype(np.float32))), np.float64)
    u, sizes, vt = np.linalg.svd(matrix, full_matrices=False)
    inside = u.swapaxes(-1, -2) @ found @ vt.swapaxes(-1, -2)  # nearly a diagonal
    diagonal = np.diagonal(inside, axis1=-2, axis2=-1)
    strong = sizes > 0.1 * sizes.max(-1, keepdims=True)
    assert diagonal[strong].min() > 0.65 and diagonal.max() < 1.25
    outside = inside - diagonal[..., None] * np.eye(inside.shape[-1])
    assert np.abs(outside).max() < 1e-3


def test_muon_against_numpy() -> None:
    start, *gradients = arrays(4, (6, 4))
    found = follow(muon(0.95, 0.1), start, gradients, RATES[:3])
    parameter, average = np.array(start, np.float64), 0.0
    for gradient, rate in zip(gradients, RATES[:3], strict=True):
        gradient = np.array(gradient, np.float64)
        average = 0.95 * average + gradient
        x = gradient + 0.95 * average
        x = (x / (np.linalg.norm(x) + 1e-7)).T
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
        parameter -= rate * (0.2 * 6**0.5 * x.T + 0.1 * parameter)
    np.testing.assert_allclose(found, parameter, rtol=1e-4, atol=1e-5)


def test_muon_is_near_torchs() -> None:
    """PyTorch iterates in bfloat16, hence the tolerance."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch: pip install torch")
    start, *gradients = arrays(1 + len(RATES), (12, 20))
    found = follow(muon(0.95, 0.1), start, gradients, RATES)
    parameter = torch.nn.Parameter(torch.tensor(np.array(start)))
    # Theirs averages: m = 0.95 m + 0.05 g. The direction is the same but for scale.
    theirs = torch.optim.Muon([parameter], weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for gradient, rate in zip(gradients, RATES, strict=True):
        theirs.param_groups[0]["lr"] = rate
        parameter.grad = torch.tensor(np.array(gradient))
        theirs.step()
    moved = np.abs(np.array(start) - parameter.detach().numpy()).max()
    np.testing.assert_allclose(found, parameter.detach(), atol=0.03 * moved)


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


def test_clipping_by_hand() -> None:
    gradients = {"a": mx.array([3.0, 0.0]), "b": [mx.array([[4.0]])]}
    clipped, norm = clip_by_global_norm(gradients, 1.0)
    assert norm.item() == 5
    np.testing.assert_allclose(clipped["a"], [0.6, 0], rtol=1e-5)
    np.testing.assert_allclose(clipped["b"][0], [[0.8]], rtol=1e-5)
    kept, _ = clip_by_global_norm(gradients, 6.0)
    assert kept["a"].tolist() == [3, 0]


def test_clipping_does_not_count_excess_loads() -> None:
    gradients = {"router": {"selection_bias": mx.array([100.0]), "weight": mx.array([[3.0]])}}
    _, norm = clip_by_global_norm(gradients, 1.0)
    assert norm.item() == 3
