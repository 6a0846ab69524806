"""How much worse a model gets without one of its parts (zero ablation)."""

from __future__ import annotations

import math
from typing import Any

import mlx.core as mx
import numpy as np

from lmcore.interpretability.hooks import Hook, removing_head, run_with_hooks
from lmcore.model import GPT
from lmcore.training.cross_entropy import cross_entropy


def ablation(model: GPT, windows: np.ndarray, sizes: np.ndarray) -> dict[str, Any]:
    """Return bits per byte as it is, and without each head and each feed-forward.

    `windows` (B, T + 1) are token ids, `sizes` (V,) the bytes of each token. `heads[l][h]`
    and `feed_forwards[l]` are the bits per byte with that part's output set to 0.
    """
    inputs, targets = mx.array(windows[:, :-1]), mx.array(windows[:, 1:])
    bits_to_bytes = 1 / math.log(2) / float(sizes[windows[:, 1:]].sum())

    def bits_per_byte(hooks: dict[str, Hook]) -> float:
        losses = cross_entropy(run_with_hooks(model, inputs, hooks), targets)
        return mx.sum(losses).item() * bits_to_bytes

    layers = range(model.config.n_layers)
    return {
        "bits_per_byte": bits_per_byte({}),
        "heads": [
            [
                bits_per_byte({f"blocks.{layer}.attention.heads": removing_head(head)})
                for head in range(model.config.n_heads)
            ]
            for layer in layers
        ],
        "feed_forwards": [
            bits_per_byte({f"blocks.{layer}.feed_forward": mx.zeros_like}) for layer in layers
        ],
    }
