"""AdamW by hand and against MLX's and PyTorch's."""

from __future__ import annotations

import mlx.core as mx
import mlx.optimizers
import numpy as np
import pytest
from helpers.update_rules import RATES, arrays, follow

from lmcore.training.adamw import adamw
from lmcore.training.muon import muon
from lmcore.training.update_rule import UpdateRule


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
