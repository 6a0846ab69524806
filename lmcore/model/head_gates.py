"""Gates of attention heads: each token decides how much of each head's result it takes.

    head_h(t) = head_h(t) * 2 sigmoid(g_h . x_t[:12])

A softmax must look somewhere, so a head that has nothing to say rests on a token that means
little, often the first (an attention sink). A gate can be closed instead (Qiu et al. 2025,
Gated Attention for Large Language Models, whose gates read all of x; modded-nanogpt, whose
form this is). The vectors g_h start at 0, where every gate is 1.
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn

from lmcore.model.config import ModelConfig
from lmcore.model.smear import GATE_CHANNELS


class HeadGates(nn.Module):
    """The vectors g of all heads of one block, (H, 12)."""

    def __init__(self, config: ModelConfig, n_heads: int) -> None:
        super().__init__()
        self.gates = mx.zeros((n_heads, min(GATE_CHANNELS, config.d_model)))

    def __call__(self, x: mx.array) -> mx.array:
        """Return the gates of tokens x (B, T, D), (B, H, T, 1)."""
        scores = x[..., : self.gates.shape[1]] @ self.gates.T  # (B, T, H)
        return 2 * mx.sigmoid(scores).swapaxes(1, 2)[..., None]
