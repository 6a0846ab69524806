"""The loss against its definition, fused or not."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from model.variants import model_of, numpy_loss, tokens_of, weights_of

from lmcore import losses
from lmcore.fastmath import using
from lmcore.losses import CROSS_ENTROPIES, MEAN_LOSSES, next_token_loss, token_losses

ROWS = [1, 7, 512, 1100]  # below, at and beyond one chunk of the fused loss


@pytest.mark.parametrize("form", CROSS_ENTROPIES)
def test_cross_entropy_by_hand(form: str) -> None:
    """Probabilities 1/8, 2/8, 5/8: -ln of the target's."""
    logits = mx.log(mx.array([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]])) + 7
    found = CROSS_ENTROPIES[form](logits, mx.array([0, 2]))
    np.testing.assert_allclose(found, [math.log(8), math.log(8 / 5)], rtol=1e-5)


@pytest.mark.parametrize("form", CROSS_ENTROPIES)
def test_huge_logits_stay_finite(form: str) -> None:
    logits = mx.array([[1e4, 0.0], [-1e4, 0.0]])
    np.testing.assert_allclose(CROSS_ENTROPIES[form](logits, mx.array([0, 0])), [0, 1e4])


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("chunk", [1, 50 * 512])
@pytest.mark.parametrize("cap", [0.0, 3.0])
def test_the_fused_loss_equals_the_formula_in_float64(
    rows: int, chunk: int, cap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(losses, "CHUNK", chunk)
    random = np.random.default_rng(rows)
    hidden, weight = random.normal(size=(rows, 12)), random.normal(size=(50, 12))
    targets = random.integers(0, 50, rows)
    logits, slope = hidden @ weight.T, 1.0
    if cap:
        logits = cap * np.tanh(logits / cap)
        slope = 1 - (logits / cap) ** 2
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    expected = -np.log(p[np.arange(rows), targets]).mean()
    p[np.arange(rows), targets] -= 1
    p *= slope

    arrays = [mx.array(array.astype(np.float32)) for array in (hidden, weight)]
    loss = lambda h, w: 3 * MEAN_LOSSES["cpu"](h, w, mx.array(targets), cap)  # noqa: E731
    value, (d_hidden, d_weight) = mx.value_and_grad(loss, (0, 1))(*arrays)
    assert value.item() == pytest.approx(3 * expected, rel=1e-5)
    np.testing.assert_allclose(d_hidden, 3 * p @ weight / rows, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(d_weight, 3 * p.T @ hidden / rows, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("form", MEAN_LOSSES)
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_training_and_evaluation_agree_with_numpy(form: str, batch: int) -> None:
    model = model_of(tied_embeddings=False, logit_softcap=1.5)
    inputs, targets = tokens_of(model, batch), tokens_of(model, batch, seed=8)
    with using(form):
        each = np.array(token_losses(model, inputs, targets))
        mean = next_token_loss(model, inputs, targets).item()
    assert each.shape == inputs.shape and each.dtype == np.float32
    expected = numpy_loss(weights_of(model), model.config, inputs, targets)
    assert mean == pytest.approx(expected, rel=1e-5)
    assert each.mean() == pytest.approx(expected, rel=1e-5)
