"""Low precision, loss scaling and averaged weights, each against its own definition."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.small_params import quickstart
from helpers.variants import NO_EXPERTS, model_of, tokens_of
from mlx.utils import tree_flatten, tree_map

from lmcore.common.train_params import TrainParams
from lmcore.training import train_step as train_step_module
from lmcore.training.clipping import clip_by_global_norm
from lmcore.training.mixed_precision import cast_parameters, next_loss_scale
from lmcore.training.optimizer import make_optimizer
from lmcore.training.train_step import TrainStep, dropout_keys

MIXTURE = {"moe": {**NO_EXPERTS, "experts": 4, "balance": "bias"}}


def config(**changes: Any) -> TrainParams:
    return quickstart().train.model_copy(update=changes)


def step(train_step: TrainStep, number: int = 0, seed: int = 7) -> tuple[float, float]:
    """One step on random tokens: its loss and the norm of its gradients."""
    inputs, targets = (tokens_of(train_step._model, 4, seed=seed + n) for n in (0, 1))
    loss, gradients = train_step.gradients(inputs, targets, mx.random.key(number))
    norm = train_step.update(gradients, 1e-3, number)
    return loss.item(), norm


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_mixtures_loss_is_the_cross_entropy_alone(precision: str) -> None:
    """As in validation; the auxiliary losses are in the gradients."""
    losses, norms = [], []
    for weight in (0.0, 10.0):
        moe = {**NO_EXPERTS, "experts": 4, "balance_coefficient": weight}
        train_step = TrainStep(model_of(moe=moe), config(precision=precision))
        train_step.state.get("loss_scale", {})["scale"] = mx.array(16.0)
        inputs, targets = (tokens_of(train_step._model, 4, seed=seed) for seed in (7, 8))
        losses.append(train_step.gradients(inputs, targets, mx.random.key(0))[0].item())
        assert losses[-1] == pytest.approx(
            train_step.validation_loss(inputs, targets).item(), rel=1e-5
        )
        norms.append(step(train_step)[1])
    assert losses[0] == losses[1] and norms[1] > 1.5 * norms[0]


@pytest.mark.parametrize("max_norm", [1e-7, 1e7])
def test_a_step_is_the_optimizers_on_clipped_gradients(max_norm: float) -> None:
    """1e-7 is so little that even AdamW, which divides by the size, sees it in its epsilon."""
    model = model_of()
    train_step = TrainStep(model, config(optimizer="adamw", max_grad_norm=max_norm))
    parameters = dict(tree_flatten(model.trainable_parameters()))
    inputs, targets = (tokens_of(model, 4, seed=seed) for seed in (7, 8))
    gradients = train_step.gradients(inputs, targets, mx.random.key(0))[1]
    optimizer = make_optimizer(train_step._config, model)
    clipped, norm = clip_by_global_norm(gradients, max_norm)
    expected, _ = optimizer.update(
        clipped, optimizer.init(parameters), parameters, mx.array(1e-3), mx.array(0)
    )
    unclipped, _ = optimizer.update(
        gradients, optimizer.init(parameters), parameters, mx.array(1e-3), mx.array(0)
    )
    expected, unclipped = arrays(expected), arrays(unclipped)
    assert train_step.update(gradients, 1e-3, 0) == pytest.approx(norm.item())
    for name, array in train_step.state["parameters"].items():
        np.testing.assert_allclose(array, expected[name], atol=1e-7, err_msg=name)
    moved = max(np.abs(unclipped[name] - expected[name]).max() for name in expected)
    assert (moved > 1e-4) == (max_norm < 1)


def test_no_two_rows_of_any_seed_have_the_same_dropout_key() -> None:
    keys = [dropout_keys(seed, range(100)).tolist() for seed in (1, 2)]
    assert len({tuple(key) for rows in keys for key in rows}) == 200
    assert dropout_keys(1, range(50, 60)).tolist() == keys[0][50:60]


def arrays(tree: Any) -> dict[str, np.ndarray]:
    return {name: np.array(array) for name, array in tree_flatten(tree)}


@pytest.mark.parametrize(("precision", "digits"), [("bfloat16", 8), ("float16", 11)])
@pytest.mark.parametrize(
    "changes",
    [
        {"norm": "layernorm", "positions": "learned", "bias": True},
        {"positions": "sinusoidal", "feed_forward": "relu2"},
        {"positions": "alibi", "feed_forward": "swiglu", "qk_norm": True},
        {"document_start": 7, "n_kv_heads": 2, "tied_embeddings": False},
        MIXTURE,
    ],
)
def test_low_precision_differs_by_its_rounding_only(
    changes: dict[str, Any], precision: str, digits: int
) -> None:
    """bfloat16 has 8 significant bits and float16 11; a few roundings add up."""
    exact = TrainStep(model_of(**changes), config())
    coarse = TrainStep(model_of(**changes), config(precision=precision))
    (loss, norm), (coarse_loss, coarse_norm) = step(exact), step(coarse)
    assert coarse_loss == pytest.approx(loss, rel=4 * 2.0**-digits)
    assert coarse_norm == pytest.approx(norm, rel=16 * 2.0**-digits)
    assert coarse_loss != loss
    # The masters stay in float32: they hold more than the rounded copies do.
    masters = coarse.state["parameters"]
    assert all(array.dtype == mx.float32 for _, array in tree_flatten(masters))
    kind = getattr(mx, precision)
    rounded = tree_map(lambda array: array.astype(kind).astype(mx.float32), masters)
    assert not mx.array_equal(rounded["embedding.weight"], masters["embedding.weight"])


def test_the_routers_keep_their_precision() -> None:
    low = cast_parameters(dict(tree_flatten(model_of(**MIXTURE).parameters())), "bfloat16")
    kinds = {name: array.dtype for name, array in low.items()}
    routers = {name for name in kinds if name.endswith(("router.weight", "selection_bias"))}
    assert len(routers) == 4 and all(kinds[name] == mx.float32 for name in routers)
    assert {kinds[name] for name in kinds if name not in routers} == {mx.bfloat16}


def test_float16_skips_steps_that_overflow_and_halves_the_factor() -> None:
    train_step = TrainStep(model_of(), config(precision="float16"))
    train_step.state["loss_scale"]["scale"] = mx.array(2.0**30)
    before, factors, norms = arrays(train_step.state["parameters"]), [], []
    for number in range(14):
        norms.append(step(train_step, number)[1])
        factors.append(train_step.state["loss_scale"]["scale"].item())
        if not np.isfinite(norms[-1]):
            now = arrays(train_step.state["parameters"])
            assert all((now[name] == before[name]).all() for name in before)
    skipped = int(np.sum(~np.isfinite(norms)))
    assert 0 < skipped < 14
    assert factors[skipped - 1] == factors[-1] == 2.0 ** (30 - skipped)
    now = arrays(train_step.state["parameters"])
    assert not (now["embedding.weight"] == before["embedding.weight"]).all()
    assert all(np.isfinite(array).all() for array in arrays(train_step.state).values())


def test_a_skipped_step_is_no_step_of_the_optimizers() -> None:
    """Nor of the average's: from the first that is taken on, all is as if it had been the first."""
    changes = {"precision": "float16", "optimizer": "adamw", "ema_decay": 0.9}
    late, prompt = (TrainStep(model_of(), config(**changes)) for _ in range(2))
    late.state["loss_scale"]["scale"] = mx.array(2.0**30)
    skipped = 0
    while not np.isfinite(step(late, skipped)[1]):
        skipped += 1
    assert skipped > 2
    prompt.state["loss_scale"]["scale"] = mx.array(2.0 ** (30 - skipped))
    step(prompt)
    assert (
        late.state["loss_scale"]["optimizer_steps"].item()
        == prompt.state["loss_scale"]["optimizer_steps"].item()
        == 1
    )
    for part in ("parameters", "optimizer", "ema"):
        one, other = arrays(late.state[part]), arrays(prompt.state[part])
        assert all((array == other[name]).all() for name, array in one.items())


def test_a_factor_that_held_long_is_doubled() -> None:
    scale = {"scale": mx.array(8.0), "good_steps": mx.array(1998), "optimizer_steps": mx.array(0)}
    for good, factor, steps in ((True, 8, 1999), (True, 16, 0), (True, 16, 1), (False, 8, 0)):
        scale = next_loss_scale(scale, mx.array(good))
        assert (scale["scale"].item(), scale["good_steps"].item()) == (factor, steps)


def test_scaling_saves_gradients_that_float16_cannot_hold() -> None:
    def smallest(factor: float) -> int:
        train_step = TrainStep(model_of(), config(precision="float16"))
        train_step.state["loss_scale"]["scale"] = mx.array(factor)
        inputs = tokens_of(train_step._model, 4)
        _, found = train_step.gradients(inputs, inputs, mx.random.key(0))
        weight = np.array(found["blocks.0.feed_forward.up.weight"])
        return int((weight == 0).sum())

    assert smallest(2.0**-12) > 1.5 * smallest(2.0**10)


def test_the_average_is_that_of_the_definition() -> None:
    train_step = TrainStep(model_of(), config(ema_decay=0.6))
    expected = arrays(train_step.state["parameters"])
    for number in range(8):
        step(train_step, number, seed=number)
        decay = min(0.6, (1 + number) / (10 + number))
        weights = arrays(train_step.state["parameters"])
        expected = {name: decay * expected[name] + (1 - decay) * weights[name] for name in expected}
    for name, array in arrays(train_step.final_weights).items():
        np.testing.assert_allclose(array, expected[name], atol=1e-6, err_msg=name)
        assert not (array == weights[name]).all() or array.size < 100


def test_without_an_average_the_outcome_is_the_weights() -> None:
    train_step = TrainStep(model_of(), config())
    weights = arrays(train_step.state["parameters"])
    assert all(
        (array == weights[name]).all() for name, array in arrays(train_step.final_weights).items()
    )
    assert "ema" not in train_step.state and "loss_scale" not in train_step.state


def test_groups_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TrainStep(model_of(), config(optimizer="muon"))
    monkeypatch.setattr(train_step_module, "GROUP_BYTES", 5000)
    grouped = TrainStep(model_of(), config(optimizer="muon"))
    assert len(grouped._groups) > 3 and len(whole._groups) == 1
    for number in range(3):
        assert step(whole, number) == step(grouped, number)
    one, other = arrays(whole.state), arrays(grouped.state)
    assert one.keys() == other.keys()
    assert all((array == other[name]).all() for name, array in one.items())
