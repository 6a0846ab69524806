"""The logit soft-cap: logits that cannot run away (Gemma Team 2024, Gemma 2, section 2).

    softcap(logits) = cap * tanh(logits / cap)

Small logits pass nearly unchanged, since tanh(x) is near x there; large ones
approach +-cap, and their gradient fades, so no token is ever made impossible.
"""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.kernels.softcap import fast_softcap


def softcap(logits: mx.array, cap: float) -> mx.array:
    """Return cap * tanh(logits / cap), for `cap` > 0."""
    return cap * mx.tanh(logits / cap)


SOFTCAPS = {"reference": softcap, "cpu_kernels": fast_softcap, "mlx": softcap}
