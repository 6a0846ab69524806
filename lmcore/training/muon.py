"""Muon (Jordan et al. 2024): momentum, made orthogonal, as the step of a matrix.

    m = momentum m + g
    p = p - rate * (0.2 sqrt(max(R, C)) newton_schulz(g + momentum m) + decay p)

The factor gives the step the size of AdamW's, so that both can share one
learning rate (Liu et al. 2025, section 2.2).
"""

from __future__ import annotations

import mlx.core as mx

from lmcore.training.update_rule import OptimizerState, UpdateRule


def muon(momentum: float, weight_decay: float) -> UpdateRule:
    """Return Muon as an update rule for matrices (..., R, C). Its state is `momentum`."""

    def init(parameter: mx.array) -> OptimizerState:
        return {"momentum": mx.zeros_like(parameter)}

    def update(
        gradient: mx.array,
        state: OptimizerState,
        parameter: mx.array,
        learning_rate: mx.array,
        step: mx.array,
    ) -> tuple[mx.array, OptimizerState]:
        # 1. Momentum: a decaying sum of the gradients.
        m = momentum * state["momentum"] + gradient
        # 2. Nesterov: look ahead by adding the newest gradient once more.
        # 3. Make all directions of the matrix equally long.
        direction = newton_schulz(gradient + momentum * m).astype(parameter.dtype)
        # 4. Give the step the size of AdamW's, and decay as AdamW does.
        scale = 0.2 * max(parameter.shape[-2:]) ** 0.5
        parameter = parameter - learning_rate * (scale * direction + weight_decay * parameter)
        return parameter, {"momentum": m}

    return UpdateRule(init, update)


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
