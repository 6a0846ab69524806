"""The logit soft-cap without tanh; the formula is in lmcore/model/softcap.py."""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.fastmath import constants, sigmoid


def softcap_and_derivative(logits: mx.array, cap: float) -> tuple[mx.array, mx.array]:
    """Return cap tanh(logits / cap) by tanh(x) = 2 sigmoid(2x) - 1, and 1 - tanh^2; float32."""
    one, four, inward, outward, shift = constants(logits, 1.0, 4.0, 2 / cap, 2 * cap, cap)
    gate = sigmoid(logits * inward)
    return gate * outward - shift, four * gate * (one - gate)


def fast_softcap(logits: mx.array, cap: float) -> mx.array:
    """Return the soft-capped logits, float32."""
    return softcap_and_derivative(logits, cap)[0]
