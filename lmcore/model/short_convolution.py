"""A short causal convolution in each channel, before attention: a look at the tokens just before.

    y_t = x_t + sum over k < W of w_k * x_{t-k}

`input`  on the input of attention (Allen-Zhu 2025, Physics of Language Models 4.1, "Canon A")
`qkv`    on queries, keys and values ("Canon B" there; So et al. 2021, Primer, without the x_t)

It is depthwise: a weight w_k for each of the C channels, and nothing mixed between channels.
The weights start at 0, where y = x.
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn

from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext


class ShortConvolution(nn.Module):
    """The weights (W, C) of one convolution."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.weight = mx.zeros((width, channels))

    def __call__(self, x: mx.array, context: ForwardContext, name: str) -> mx.array:
        """Return x (B, T, C) with its sum over the last W tokens; `name` is that in the cache."""
        shifted = [x, *context.earlier(name, x, len(self.weight) - 1)]
        return sum((w * earlier for w, earlier in zip(self.weight, shifted, strict=True)), x)


def convolved_channels(config: ModelConfig) -> dict[str, int]:
    """Return what is convolved in each block, and its number of channels C."""
    kv_width = config.n_kv_heads * config.head_dim
    return {
        "none": {},
        "input": {"input": config.d_model},
        "qkv": {"query": config.d_model, "key": kv_width, "value": kv_width},
    }[config.short_convolution]
