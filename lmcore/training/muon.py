"""Muon (Jordan et al. 2024): momentum, made orthogonal, as the step of a matrix.

    m = momentum m + g
    p = p - rate * (0.2 sqrt(max(R, C)) newton_schulz(g + momentum m) + decay p)

The factor gives the step the size of AdamW's, so that both can share one
learning rate (Liu et al. 2025, section 2.2). Two variants:

* momentum warmup: the momentum rises in a line from 0.85 (modded-nanogpt)
* NorMuon (Li et al. 2025): rows, which are neurons, take steps of about one size.
  With O the orthogonal matrix (R, C), v = beta v + (1 - beta) mean(O^2) of each row, and
  O / sqrt(v) is the step, scaled to the size that O has in Muon.
"""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.dispatch import fusion_barrier
from lmcore.training.update_rule import OptimizerState, UpdateRule
from lmcore.training.weight_decay import CONSTANT, DecayForm

FIRST_MOMENTUM = 0.85  # of the warmup, as in modded-nanogpt
ROW_BETA, ROW_EPSILON = 0.95, 1e-8  # NorMuon's


def muon(
    momentum: float,
    weight_decay: float,
    form: DecayForm = CONSTANT,
    momentum_warmup_steps: int = 0,
    normalize_rows: bool = False,
) -> UpdateRule:
    """Return Muon as an update rule for matrices (..., R, C).

    Its state is `momentum` and, for NorMuon, `row_mean_square` (..., R, 1).
    """

    def init(parameter: mx.array) -> OptimizerState:
        state = {"momentum": mx.zeros_like(parameter)}
        if normalize_rows:
            state["row_mean_square"] = mx.zeros((*parameter.shape[:-1], 1))
        return state

    def update(
        gradient: mx.array,
        state: OptimizerState,
        parameter: mx.array,
        learning_rate: mx.array,
        step: mx.array,
    ) -> tuple[mx.array, OptimizerState]:
        # 1. Momentum: a decaying sum of the gradients.
        beta = momentum_at(momentum, momentum_warmup_steps, step)
        m = beta * state["momentum"] + gradient
        new_state = {"momentum": m}
        # 2. Nesterov: look ahead by adding the newest gradient once more.
        # 3. Make all directions of the matrix equally long.
        direction = newton_schulz(gradient + beta * m).astype(parameter.dtype)
        # 4. NorMuon: and all of its rows.
        if normalize_rows:
            v = state["row_mean_square"]
            direction, new_state["row_mean_square"] = normalized_rows(direction, v)
        # 5. Give the step the size of AdamW's, and decay as AdamW does.
        scale = 0.2 * max(parameter.shape[-2:]) ** 0.5
        decay, decayed = form.at(weight_decay, step), form.of(parameter, direction)
        parameter = parameter - learning_rate * (scale * direction + decay * decayed)
        return parameter, new_state

    return UpdateRule(init, update)


def momentum_at(momentum: float, warmup_steps: int, step: mx.array) -> mx.array | float:
    """Return the momentum at `step`: a line from 0.85 to `momentum` over the warmup."""
    if not warmup_steps:
        return momentum
    progress = mx.minimum(step / warmup_steps, 1.0)
    return fusion_barrier(FIRST_MOMENTUM + (momentum - FIRST_MOMENTUM) * progress)[0]


def normalized_rows(direction: mx.array, v: mx.array) -> tuple[mx.array, mx.array]:
    """Return O / sqrt(v) of O (..., R, C), with the norm of U V^T, and the new v (..., R, 1)."""
    v = ROW_BETA * v + (1 - ROW_BETA) * mx.mean(mx.square(direction), axis=-1, keepdims=True)
    rows = direction / (mx.sqrt(v) + ROW_EPSILON)
    norm = mx.sqrt(mx.sum(mx.square(rows), axis=(-2, -1), keepdims=True))
    return rows * (min(direction.shape[-2:]) ** 0.5 / (norm + ROW_EPSILON)), v


def newton_schulz(matrix: mx.array, steps: int = 5) -> mx.array:
    """Return about U V^T where `matrix` (..., R, C) is U S V^T: every singular value near 1.

    Newton-Schulz iteration with the quintic polynomial of Jordan et al. (2024), in
    float32, since bfloat16 has given NaNs. Its coefficients are chosen for
    speed: singular values end between about 0.7 and 1.2.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    # The product with the transpose is smallest for a wide matrix.
    wide = matrix.shape[-2] <= matrix.shape[-1]
    x = (matrix if wide else matrix.swapaxes(-1, -2)).astype(mx.float32)
    # The iteration converges for singular values up to 1: divide by the Frobenius norm.
    x = x / (mx.sqrt(mx.sum(mx.square(x), axis=(-2, -1), keepdims=True)) + 1e-7)
    for _ in range(steps):
        # x = U S V^T becomes U (a S + b S^3 + c S^5) V^T.
        gram = x @ x.swapaxes(-1, -2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x if wide else x.swapaxes(-1, -2)
