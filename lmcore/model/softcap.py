"""The logit soft-cap: logits that cannot run away (Gemma Team 2024, Gemma 2, section 2).

    capped = cap * tanh(logits / cap)

Small logits pass as they are, since tanh(x) is near x there; large ones end at
+-cap, and their gradient fades out, so no token is ever made impossible.
"""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.dispatch import implementation
from lmcore.backend.fastmath import constants, sigmoid


def plain_softcapped(logits: mx.array, cap: float) -> mx.array:
    """The formula, for `cap` > 0."""
    return cap * mx.tanh(logits / cap)


def softcapped_and_slope(logits: mx.array, cap: float) -> tuple[mx.array, mx.array]:
    """The same by tanh(x) = 2 sigmoid(2x) - 1, and its derivative 1 - tanh(x)^2; float32."""
    one, four, inward, outward, shift = constants(logits, 1.0, 4.0, 2 / cap, 2 * cap, cap)
    gate = sigmoid(logits * inward)
    return gate * outward - shift, four * gate * (one - gate)


SOFTCAPS = {
    "reference": plain_softcapped,
    "cpu_kernels": lambda logits, cap: softcapped_and_slope(logits, cap)[0],
    "mlx": plain_softcapped,
}


def softcapped(logits: mx.array, cap: float) -> mx.array:
    """Logits of any shape, float32, kept within `cap`; a cap of 0 leaves them alone."""
    return SOFTCAPS[implementation()](logits, cap) if cap else logits
