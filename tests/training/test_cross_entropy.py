"""The loss against its definition, fused or not."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import model_of, numpy_loss, tokens_of, weights_of

from lmcore.backend.dispatch import use_implementation
from lmcore.backend.kernels import cross_entropy as kernels
from lmcore.training.cross_entropy import (
    CROSS_ENTROPIES,
    LINEAR_CROSS_ENTROPIES,
    next_token_loss,
    token_losses,
)

ROWS = [1, 7, 512, 1100]  # below, at and beyond one chunk of the fused loss


@pytest.mark.parametrize("implementation", CROSS_ENTROPIES)
def test_cross_entropy_by_hand(implementation: str) -> None:
    """Probabilities 1/8, 2/8, 5/8: -ln of the target's."""
    logits = mx.log(mx.array([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]])) + 7
    found = CROSS_ENTROPIES[implementation](logits, mx.array([0, 2]))
    np.testing.assert_allclose(found, [math.log(8), math.log(8 / 5)], rtol=1e-5)


@pytest.mark.parametrize("implementation", CROSS_ENTROPIES)
def test_huge_logits_stay_finite(implementation: str) -> None:
    logits = mx.array([[1e4, 0.0], [-1e4, 0.0]])
    np.testing.assert_allclose(CROSS_ENTROPIES[implementation](logits, mx.array([0, 0])), [0, 1e4])


@pytest.mark.parametrize("rows", [1, 12, 40])
def test_the_loss_of_a_large_vocabulary_equals_that_in_float64(rows: int) -> None:
    """MLX's own sums of 50,257 exponentials are 5e-5 too small on a CPU."""
    random = np.random.default_rng(rows)
    hidden = random.normal(size=(rows, 16)).astype(np.float32)
    weight = random.normal(size=(50_257, 16)).astype(np.float32)
    targets = random.integers(0, 50_257, rows)
    logits = hidden.astype(np.float64) @ weight.T.astype(np.float64)
    row_max = logits.max(-1, keepdims=True)
    log_sum_exp = np.log(np.exp(logits - row_max).sum(-1)) + row_max[:, 0]
    expected = log_sum_exp - logits[np.arange(rows), targets]
    arrays = mx.array(hidden), mx.array(weight), mx.array(targets)
    for implementation in ("cpu_kernels", "reference"):
        found = CROSS_ENTROPIES[implementation](mx.array(logits.astype(np.float32)), arrays[2])
        np.testing.assert_allclose(found, expected, atol=8e-6)
    for implementation in LINEAR_CROSS_ENTROPIES:
        loss = LINEAR_CROSS_ENTROPIES[implementation](*arrays).item()
        assert loss == pytest.approx(expected.mean(), abs=4e-6)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("chunk", [1, 50 * 512])
@pytest.mark.parametrize("cap", [0.0, 3.0])
def test_the_fused_loss_equals_the_formula_in_float64(
    rows: int, chunk: int, cap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "CHUNK", chunk)
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
    loss = lambda h, w: 3 * LINEAR_CROSS_ENTROPIES["cpu_kernels"](h, w, mx.array(targets), cap)  # noqa: E731
    value, (d_hidden, d_weight) = mx.value_and_grad(loss, (0, 1))(*arrays)
    assert value.item() == pytest.approx(3 * expected, rel=1e-5)
    np.testing.assert_allclose(d_hidden, 3 * p @ weight / rows, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(d_weight, 3 * p.T @ hidden / rows, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("kind", [mx.float32, mx.bfloat16, mx.float16])
@pytest.mark.parametrize("cap", [0.0, 3.0])
@pytest.mark.parametrize("rows", [1, 100])
def test_the_chunked_loss_equals_the_plain_one(
    rows: int, cap: float, kind: mx.Dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "CHUNK", 1)  # chunks of 32 rows
    random = np.random.default_rng(rows)
    hidden, weight = (
        mx.array(random.normal(size=(n, 12)).astype(np.float32)).astype(kind) for n in (rows, 50)
    )
    targets = mx.array(random.integers(0, 50, rows))
    factor = 1e3 * rows  # in float16 small gradients would vanish without

    def with_gradients(implementation: str, kind: mx.Dtype) -> tuple:
        loss = lambda h, w: factor * LINEAR_CROSS_ENTROPIES[implementation](h, w, targets, cap)  # noqa: E731
        arrays = (hidden.astype(kind), weight.astype(kind))
        return mx.compile(mx.value_and_grad(loss, (0, 1)))(*arrays)

    value, gradients = with_gradients("mlx", kind)
    expected, expected_gradients = with_gradients("reference", mx.float32)
    precision = {mx.float32: 1e-5, mx.bfloat16: 1e-2, mx.float16: 1e-3}[kind]
    assert value.dtype == mx.float32
    assert value.item() == pytest.approx(expected.item(), rel=precision)
    for found, exact in zip(gradients, expected_gradients, strict=True):
        assert found.dtype == kind
        error = mx.abs(found.astype(mx.float32) - exact).max() / mx.abs(exact).max()
        assert error.item() < 2 * precision


def test_float16_gradients_survive_many_rows() -> None:
    """Divided by the number of rows before the loss's factor, all would be below 6e-8."""
    rows = 2**15
    hidden = mx.full((rows, 1), 1e-3, mx.float16)
    weight = mx.array([[0.01], [-0.01]], mx.float16)
    loss = lambda h: 2.0**16 * LINEAR_CROSS_ENTROPIES["mlx"](h, weight, mx.zeros((rows,), mx.int32))  # noqa: E731
    np.testing.assert_allclose(mx.grad(loss)(hidden), np.full((rows, 1), -0.02), rtol=1e-2)


@pytest.mark.parametrize("implementation", ["cpu_kernels", "mlx"])
@pytest.mark.parametrize("cap", [0.0, 15.0])
def test_the_logits_never_exist_at_once(implementation: str, cap: float) -> None:
    rows, vocab_size = 8192, 8192
    hidden, weight = mx.zeros((rows, 4)), mx.zeros((vocab_size, 4))
    targets = mx.zeros((rows,), mx.int32)
    loss = lambda h, w: LINEAR_CROSS_ENTROPIES[implementation](h, w, targets, cap)  # noqa: E731
    mx.eval(hidden, weight, targets)
    before = mx.get_active_memory()
    mx.reset_peak_memory()
    mx.eval(mx.compile(mx.grad(loss, (0, 1)))(hidden, weight))
    logits = 4 * rows * vocab_size
    assert mx.get_peak_memory() - before < 0.75 * logits


@pytest.mark.parametrize("implementation", LINEAR_CROSS_ENTROPIES)
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_training_and_evaluation_agree_with_numpy(implementation: str, batch: int) -> None:
    model = model_of(tied_embeddings=False, logit_softcap=1.5)
    inputs, targets = tokens_of(model, batch), tokens_of(model, batch, seed=8)
    with use_implementation(implementation):
        each = np.array(token_losses(model, inputs, targets))
        mean = next_token_loss(model, inputs, targets)[0].item()
    assert each.shape == inputs.shape and each.dtype == np.float32
    expected = numpy_loss(weights_of(model), model.config, inputs, targets)
    assert mean == pytest.approx(expected, rel=1e-5)
    assert each.mean() == pytest.approx(expected, rel=1e-5)
