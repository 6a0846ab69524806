"""Skip connections from the first half of the blocks to the second, as in a U-Net.

    x = x + w_l * (output of block L - 1 - l)      before each block l of the second half

The last block reads what the first gave, and so on inwards (Ronneberger et al. 2015; in
transformers Bao et al. 2023, U-ViT; as weighted sums modded-nanogpt). The scalars w are
learned and start at 0, a plain residual stream. Of an odd number L the middle block has none.
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn


class UNetSkips(nn.Module):
    """The scalars w of the second half of `n_layers` blocks."""

    def __init__(self, n_layers: int) -> None:
        super().__init__()
        self._n_layers = n_layers
        self.weights = mx.zeros((n_layers // 2,))

    def __call__(self, x: mx.array, outputs: list[mx.array]) -> mx.array:
        """Return what the next block reads, (B, T, D), given the `outputs` of those before."""
        source = self._n_layers - 1 - len(outputs)
        if source >= self._n_layers // 2:
            return x
        return x + self.weights[source] * outputs[source]
