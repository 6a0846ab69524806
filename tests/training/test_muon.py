"""Muon against its definition and PyTorch's."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest
from helpers.update_rules import RATES, arrays, follow

from lmcore.training.muon import muon, newton_schulz
from lmcore.training.weight_decay import DecayForm


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


def test_the_variants_against_numpy() -> None:
    """Momentum warmup over 4 steps, NorMuon, and decay that is cautious and falls to 0 at 5."""
    form, rates = DecayForm(steps=5, cautious=True), RATES
    start, *gradients = arrays(1 + len(rates), (6, 4))
    found = follow(muon(0.95, 0.5, form, 4, normalize_rows=True), start, gradients, rates)
    parameter, m, v = np.array(start, np.float64), 0.0, 0.0
    for step, (gradient, rate) in enumerate(zip(gradients, rates, strict=True)):
        momentum = [0.85, 0.875, 0.9, 0.925, 0.95, 0.95][step]
        m = momentum * m + np.array(gradient, np.float64)
        x = newton_schulz(mx.array(np.array(gradient) + momentum * m, mx.float32))
        x = np.array(x, np.float64)
        v = 0.95 * v + 0.05 * (x**2).mean(axis=1, keepdims=True)
        x = x / np.sqrt(v)
        x *= 0.2 * np.sqrt(x.size) / np.linalg.norm(x)  # so that its root mean square is 0.2
        decay = 0.5 * [1, 0.8, 0.6, 0.4, 0.2, 0][step] * (x * parameter >= 0)
        parameter -= rate * (x + decay * parameter)
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
