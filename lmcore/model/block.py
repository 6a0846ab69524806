"""One transformer block: attention between tokens, then a feed-forward within each."""

from __future__ import annotations

from functools import partial

import mlx.core as mx
import mlx.nn as nn

from lmcore.model.attention import Attention
from lmcore.model.config import ModelConfig
from lmcore.model.feed_forward import FeedForward
from lmcore.model.forward_context import ForwardContext
from lmcore.model.moe import MixtureOfExperts, is_mixture
from lmcore.model.norms import NORMS
from lmcore.model.position_scheme import PositionScheme


class Block(nn.Module):
    """Two sublayers f, attention and feed-forward, each on the residual stream x.

    pre       x = x + f(norm(x))        leaves the stream itself unscaled (GPT-2)
    post      x = norm(x + f(x))        the original of Vaswani et al. 2017
    sandwich  x = x + norm(f(norm(x)))  bounds what is added as well (Ding et al. 2021,
                                        CogView; Kim et al. 2025, Peri-LN)
    none      x = x + f(x)              shows what norms are for
    """

    def __init__(self, config: ModelConfig, layer: int, positions: PositionScheme) -> None:
        super().__init__()
        self._pre = config.norm_before
        self._post = config.norm_placement == "post"
        self._layer = layer
        self._residual, self._dropout = config.residual, config.dropout
        self.attention = Attention(config, layer, positions)
        if is_mixture(config, layer):
            self.feed_forward = MixtureOfExperts(config, layer)
        else:
            self.feed_forward = FeedForward(config)
        if self._pre or self._post:
            norm = partial(NORMS[config.norm], config.d_model, config.bias, config.norm_epsilon)
            self.attention_norm, self.feed_forward_norm = norm(), norm()
        if config.norm_placement == "sandwich":
            self.attention_output_norm, self.feed_forward_output_norm = norm(), norm()

    def __call__(self, x: mx.array, context: ForwardContext) -> mx.array:
        """Return the residual stream (B, T, D) after this block."""
        # 1. Attention: x = x + dropout(attention(norm(x)))
        y = self.attention_norm(x) if self._pre else x
        y = self.attention(y, context)
        y = self.attention_output_norm(y) if "attention_output_norm" in self else y
        y = context.dropout(y, self._dropout)
        x = x + y if self._residual else y
        x = self.attention_norm(x) if self._post else x

        # 2. Feed-forward: x = x + dropout(feed_forward(norm(x)))
        y = self.feed_forward_norm(x) if self._pre else x
        y = context.hook(f"blocks.{self._layer}.feed_forward", self.feed_forward(y, context))
        y = self.feed_forward_output_norm(y) if "feed_forward_output_norm" in self else y
        y = context.dropout(y, self._dropout)
        x = x + y if self._residual else y
        return self.feed_forward_norm(x) if self._post else x
