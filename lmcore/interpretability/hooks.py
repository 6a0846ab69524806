"""Run a model while reading or replacing its activations.

The names of the activations, for block N from 0 (TransformerLens' names in brackets):

    embedding                    (B, T, D)      what the first block reads  [hook_resid_pre]
    blocks.N.attention.heads     (B, H, T, Dh)  output of each head, before the output
                                                projection  [hook_z]
    blocks.N.feed_forward        (B, T, D)      what the feed-forward gives  [hook_mlp_out]
    blocks.N.residual            (B, T, D)      the residual stream after the block
                                                [hook_resid_post]

A hook is a function of the activation; what it returns takes the activation's place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import mlx.core as mx

from lmcore.model import GPT
from lmcore.model.forward_context import ForwardContext

Hook = Callable[[mx.array], mx.array]


def run_with_hooks(model: GPT, tokens: mx.array, hooks: Mapping[str, Hook]) -> mx.array:
    """Return the logits (B, T, V) for tokens (B, T), with the hooks in place."""
    return model.logits(model.hidden(tokens, ForwardContext(hooks=hooks)))


def run_with_cache(
    model: GPT, tokens: mx.array, names: Iterable[str]
) -> tuple[mx.array, dict[str, mx.array]]:
    """Return the logits (B, T, V), and the activations that `names` lists."""
    cache: dict[str, mx.array] = {}

    def reading(name: str) -> Hook:
        def read(activation: mx.array) -> mx.array:
            cache[name] = activation
            return activation

        return read

    logits = run_with_hooks(model, tokens, {name: reading(name) for name in names})
    return logits, cache


def removing_head(head: int) -> Hook:
    """Return a hook for `attention.heads` that sets the output of one head to 0."""

    def remove(heads: mx.array) -> mx.array:
        keep = mx.arange(heads.shape[1]) != head
        return heads * keep[:, None, None]

    return remove


def replacing_head(head: int, source: mx.array) -> Hook:
    """Return a hook for `attention.heads` that takes one head's output from `source`."""

    def replace(heads: mx.array) -> mx.array:
        chosen = mx.arange(heads.shape[1]) == head
        return mx.where(chosen[:, None, None], source, heads)

    return replace
