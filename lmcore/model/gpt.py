"""The decoder-only transformer (Radford et al. 2018, 2019): tokens in, next-token logits out.

    x = embedding[tokens] (+ positions)                     (B, T, D)
    for each block:  x = x + attention(norm(x));  x = x + feed_forward(norm(x))
    logits = norm(x) @ output^T                             (B, T, V)

That is placement `pre`; `post` is the original transformer's norm(x + f(x)),
and `none` leaves the norms out, to show what they are for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten

from lmcore.model.attention import Attention, ForwardContext, KVCache
from lmcore.model.config import ModelConfig
from lmcore.model.feed_forward import FeedForward
from lmcore.model.gradient_checkpointing import gradient_checkpointed
from lmcore.model.moe import MixtureOfExperts, Routing
from lmcore.model.norms import NORMS
from lmcore.model.parameter_kinds import BIASES, Kind, kind_of, writes_to_residual_stream
from lmcore.model.positions import EMBEDDING_STD, POSITIONS
from lmcore.model.residual import STREAMS
from lmcore.model.softcap import softcapped

Layer = Callable[[mx.array], mx.array]


def _pre(x: mx.array, layer: Layer, norm: Layer, skip: Callable) -> mx.array:
    return skip(x, layer(norm(x)))


def _post(x: mx.array, layer: Layer, norm: Layer, skip: Callable) -> mx.array:
    return norm(skip(x, layer(x)))


def _none(x: mx.array, layer: Layer, norm: Layer, skip: Callable) -> mx.array:
    return skip(x, layer(x))


PLACEMENTS = {"pre": _pre, "post": _post, "none": _none}
SKIPS = {True: lambda x, change: x + change, False: lambda x, change: change}


def is_mixture(config: ModelConfig, layer: int) -> bool:
    """Whether block `layer` (from 0) has experts: every `moe.every`-th one."""
    return config.moe.experts > 0 and (layer + 1) % config.moe.every == 0


class Block(nn.Module):
    """Attention between tokens, then a feed-forward within each."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self._dropout = config.dropout
        self._placement, self._skip = PLACEMENTS[config.norm_placement], SKIPS[config.residual]
        self.attention = Attention(config, layer)
        self.feed_forward = (MixtureOfExperts if is_mixture(config, layer) else FeedForward)(config)
        if config.norm_placement != "none":
            norm = partial(NORMS[config.norm], config.d_model, config.bias, config.norm_epsilon)
            self.attention_norm, self.feed_forward_norm = norm(), norm()

    def __call__(self, x: mx.array, forward: ForwardContext) -> mx.array:
        def attend(x: mx.array) -> mx.array:
            return forward.dropout(self.attention(x, forward), self._dropout)

        def feed(x: mx.array) -> mx.array:
            return forward.dropout(self.feed_forward(x, forward.routings), self._dropout)

        x = self._placement(x, attend, self.get("attention_norm"), self._skip)
        return self._placement(x, feed, self.get("feed_forward_norm"), self._skip)


class GPT(nn.Module):
    """A model of `config`, its weights drawn from `seed` as in GPT-2.

    Matrices and embeddings: normal with standard deviation 0.02, those that
    write to the residual stream divided by sqrt(2 n_layers), or all 0 with
    `zero_init_projections` (every block is the identity at first, as in Goyal
    et al. 2017); biases 0, norms 1.
    """

    def __init__(self, config: ModelConfig, seed: int = 0) -> None:
        super().__init__()
        self._config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = POSITIONS[config.positions](config)
        self.blocks = [Block(config, layer) for layer in range(config.n_layers)]
        self.streams = [STREAMS[config.residual_scalars]() for _ in self.blocks]
        if config.norm_placement == "pre":  # the others end on normed, or unnormed, states
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
        """Next-token logits, (B, T, V) float32, of tokens (B, T) that follow those in `cache`."""
        return self.logits(self.hidden(tokens, cache))

    def logits(self, hidden: mx.array) -> mx.array:
        """The output projection of `hidden` (..., D), soft-capped: (..., V) float32."""
        logits = (hidden @ self.output_weight.T).astype(mx.float32)
        return softcapped(logits, self._config.logit_softcap)

    def hidden(self, tokens: mx.array, cache: KVCache | None = None) -> mx.array:
        """The states that the output projection reads, (B, T, D)."""
        return self.run(tokens, ForwardContext(self.positions, cache))

    def run(self, tokens: mx.array, forward: ForwardContext) -> mx.array:
        """`hidden`, with what else is wanted of the pass asked for in `forward`."""
        forward = replace(forward, tokens=tokens)
        start = self._config.document_start
        if start is not None and forward.cache is None:  # a cache continues one document
            forward = replace(forward, documents=mx.cumsum(tokens == start, axis=1))
        x = self.positions.embed(self.embedding(tokens), forward.offset)  # (B, T, D)
        x = forward.dropout(x, self._config.dropout)
        through = gradient_checkpointed if forward.recompute else Block.__call__
        x0 = x
        for block, stream in zip(self.blocks, self.streams, strict=True):
            x = through(block, stream(x, x0), forward.for_block())
        if forward.cache is not None:
            forward.cache.offset += tokens.shape[1]
        return self.final_norm(x) if "final_norm" in self else x

    def make_cache(self, batch_size: int, max_length: int) -> KVCache:
        """Empty buffers for the keys and values of `max_length` tokens."""
        c = self._config
        shape = (batch_size, c.n_kv_heads, max_length, c.head_dim)
        keys, values = ([mx.zeros(shape) for _ in self.blocks] for _ in range(2))
        return KVCache(keys, values, max_length)

    def attention_weights(self, tokens: mx.array) -> list[mx.array]:
        """Who looks at whom: one (B, H, T, T) per layer, each row summing to 1."""
        forward = ForwardContext(self.positions, weights=[])
        self.run(tokens, forward)
        return forward.weights

    def routings(self, tokens: mx.array) -> dict[int, Routing]:
        """Where each mixture layer sends the tokens (B, T), by layer."""
        forward = ForwardContext(self.positions)
        self.run(tokens, forward)
        layers = (n for n in range(self._config.n_layers) if is_mixture(self._config, n))
        return dict(zip(layers, forward.routings, strict=True))


def initial_parameters(shapes: dict, config: ModelConfig, seed: int) -> dict:
    """GPT-2's initial values for a tree of arrays, each from a key of its own.

    The key of an array depends on the seed and the array's name alone, so that
    a variant with one more array starts from the same others.
    """
    drawn = []
    for name, array in tree_flatten(shapes):
        kind = kind_of(name, array.ndim)
        if kind in BIASES:
            array = mx.zeros_like(array)
        elif kind != Kind.VECTOR:  # those keep the 1 or the 1/2 that their module gave them
            std = EMBEDDING_STD
            if writes_to_residual_stream(name):  # each adds to the variance of the stream
                std = 0.0 if config.zero_init_projections else std / (2 * config.n_layers) ** 0.5
            array = std * mx.random.normal(array.shape, key=_key(seed, name))
        drawn.append((name, array))
    return tree_unflatten(drawn)


def _key(seed: int, name: str) -> mx.array:
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return mx.random.key(int.from_bytes(digest[:8], "little"))
