"""The decoder-only transformer (Radford et al. 2018, 2019): tokens in, next-token logits out.

    x = embedding[tokens] (+ positions)                     (B, T, D)
    for each block:  x = x + attention(norm(x));  x = x + feed_forward(norm(x))
    logits = norm(x) @ output^T                             (B, T, V)

That is norm placement `pre`; the others are in lmcore/model/block.py.
"""

from __future__ import annotations

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import fusion_barrier, implementation, use_implementation
from lmcore.model.block import Block
from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext
from lmcore.model.gradient_checkpointing import gradient_checkpointed
from lmcore.model.initialization import initial_parameters
from lmcore.model.kv_cache import KVCache
from lmcore.model.norms import NORMS, RMSNorm
from lmcore.model.positions import POSITIONS
from lmcore.model.residual_scalars import ResidualScalars
from lmcore.model.short_convolution import convolved_channels
from lmcore.model.smear import Smear
from lmcore.model.softcap import SOFTCAPS
from lmcore.model.unet_skips import UNetSkips


class GPT(nn.Module):
    """A model of `config` with initial weights drawn from `seed`."""

    def __init__(self, config: ModelConfig, seed: int = 0) -> None:
        super().__init__()
        self._config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        if config.smear:
            self.smear = Smear(config)
        self.positions = POSITIONS[config.positions](config)
        self.blocks = [Block(config, layer, self.positions) for layer in range(config.n_layers)]
        if config.value_embeddings and config.value_embedding_form == "projection":
            self.embedding_norm = RMSNorm(config.d_model, False, config.norm_epsilon)
        if config.unet_skips and config.n_layers > 1:
            self.unet_skips = UNetSkips(config.n_layers)
        if config.residual_scalars:
            self.residual_scalars = [ResidualScalars() for _ in self.blocks]
        if config.norm_before:  # the others end on normed, or unnormed, states
            norm = NORMS[config.norm]
            self.final_norm = norm(config.d_model, config.bias, config.norm_epsilon)
        if not config.tied_embeddings:
            self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.update(initial_parameters(self.parameters(), config, seed))

    @property
    def config(self) -> ModelConfig:
        return self._config

    @property
    def output_weight(self) -> mx.array:
        """The output projection, (V, D): the embedding itself when tied."""
        return self.embedding.weight if "output" not in self else self.output.weight

    def __call__(self, tokens: mx.array, cache: KVCache | None = None) -> mx.array:
        """Return next-token logits (B, T, V), float32, for tokens (B, T) after those in `cache`."""
        return self.logits(self.hidden(tokens, ForwardContext(cache)))

    def logits(self, hidden: mx.array) -> mx.array:
        """Return the output projection of `hidden` (..., D), soft-capped: (..., V), float32."""
        logits = (hidden @ self.output_weight.T).astype(mx.float32)
        if self._config.logit_softcap:
            with use_implementation(self._config.implementation):
                logits = SOFTCAPS[implementation()](logits, self._config.logit_softcap)
        return logits

    def hidden(self, tokens: mx.array, context: ForwardContext | None = None) -> mx.array:
        """Return the states (B, T, D) that the output projection reads, for tokens (B, T)."""
        context = context or ForwardContext()
        context.tokens = tokens
        start = self._config.document_start
        if start is not None and context.cache is None:  # a cache continues one document
            context.documents = mx.cumsum(tokens == start, axis=1)

        with use_implementation(self._config.implementation):
            # 1. A vector for each token, and for its position where the scheme has one.
            x = self.embedding(tokens)  # (B, T, D)
            if "smear" in self:
                x = self.smear(x, context)
            x = self.positions.embed(x, context.offset)
            x = x0 = context.dropout(context.hook("embedding", x), self._config.dropout)
            if "embedding_norm" in self:
                context.embeddings = self.embedding_norm(x0)
                (x,) = fusion_barrier(x0)  # as below

            # 2. The blocks, one after the other.
            outputs: list[mx.array] = []
            for layer, block in enumerate(self.blocks):
                if "unet_skips" in self:
                    # The barrier keeps apart the gradients of a block's input and of a skip, so
                    # that they are summed in one order, with gradient checkpointing or without.
                    x = fusion_barrier(self.unet_skips(x, outputs))[0]
                if "residual_scalars" in self:
                    x = self.residual_scalars[layer](x, x0)
                if context.gradient_checkpointing:
                    x = gradient_checkpointed(block, x, context.for_block())
                else:
                    x = block(x, context.for_block())
                x = context.hook(f"blocks.{layer}.residual", x)
                if "unet_skips" in self:
                    outputs.append(x)

            # 3. The last norm.
            if "final_norm" in self:
                x = self.final_norm(x)

        if context.cache is not None:
            context.cache.offset += tokens.shape[1]
        return x

    def make_cache(self, batch_size: int, max_length: int) -> KVCache:
        """Return an empty cache for the keys and values of `max_length` tokens."""
        c = self._config
        shape = (batch_size, c.n_kv_heads, max_length, c.head_dim)
        keys, values = ([mx.zeros(shape) for _ in self.blocks] for _ in range(2))
        looks_back = {"smear": (1, c.d_model)} if c.smear else {}
        for layer in range(c.n_layers):
            for name, channels in convolved_channels(c).items():
                looks_back[f"blocks.{layer}.{name}"] = (c.convolution_width - 1, channels)
        recent = {name: mx.zeros((batch_size, *each)) for name, each in looks_back.items()}
        return KVCache(keys, values, max_length, recent=recent)
