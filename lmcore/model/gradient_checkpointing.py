"""Gradient checkpointing: compute activations twice rather than keep them (Chen et al. 2016).

The backward pass of a block needs the activations of its forward pass. They are
most of what training keeps in memory. With checkpointing a block keeps only its
input (B, T, D) and computes them again: one more forward pass, a third more FLOPs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten

from lmcore.backend.dispatch import custom_vjp
from lmcore.model.forward_context import ForwardContext
from lmcore.model.routing import Routing


def gradient_checkpointed(block: nn.Module, x: mx.array, context: ForwardContext) -> mx.array:
    """Return `block(x, context)`, (B, T, D), with the same gradients to the bit in less memory."""
    parameters = block.parameters()
    names, arrays = zip(*tree_flatten(parameters), strict=True)
    layers: list[int] = []  # the number of this layer, if it routes
    # What the block reads besides x has a gradient as well, so it is an input, too.
    embeddings = [] if context.embeddings is None else [context.embeddings]

    def run(x: mx.array, *arrays: mx.array) -> list[mx.array]:
        own, rest = arrays[: len(names)], arrays[len(names) :]
        block.update(tree_unflatten(list(zip(names, own, strict=True))))
        inner = replace(context, routings={}, embeddings=rest[0] if rest else None)
        out = block(x, inner)
        layers[:] = inner.routings
        # What the block recorded must be among the outputs, as arrays; a bias may be absent.
        parts = (getattr(r, f.name) for r in inner.routings.values() for f in fields(r))
        return [out, *(part for part in parts if part is not None)]

    out, *parts = custom_vjp(run, lambda *args: _gradients(run, *args))(x, *arrays, *embeddings)
    block.update(parameters)
    if parts:
        missing = len(fields(Routing)) - len(parts)
        context.routings[layers[0]] = Routing(*parts, *[None] * missing)
    return out


def _gradients(
    run: Callable[..., list[mx.array]], primals: tuple, cotangents: tuple, _: tuple
) -> tuple:
    """Return the gradients of `run`, computed once the cotangents exist and not before.

    MLX evaluates in the order that the results ask for. Were it left to choose,
    it would go through all blocks for the first one's gradients and keep every
    block's activations until it comes back for those of its weights. Two
    dependencies forbid that: a block begins after the one above it, and hands
    its gradient down after its weights' gradients are done. (8 blocks of width
    256: 479 MiB without checkpointing, 405 by mx.checkpoint, 170 like this.)
    """
    primals = mx.depends(list(primals), list(cotangents))
    _, (d_x, *d_arrays) = mx.vjp(run, primals, list(cotangents))
    return (*mx.depends([d_x], d_arrays), *d_arrays)
