"""Gradient checkpointing: compute activations twice rather than keep them (Chen et al. 2016).

The backward pass of a block needs the activations of its forward pass. Kept,
they are most of what training holds in memory. Recomputed, a block keeps its
input (B, T, D) alone and costs one more forward pass: a third more arithmetic.
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

    def run(x: mx.array, *arrays: mx.array) -> list[mx.array]:
        block.update(tree_unflatten(list(zip(names, arrays, strict=True))))
        inner = replace(context, routings={})
        out = block(x, inner)
        layers[:] = inner.routings
        return [out, *(part for each in inner.routings.values() for part in _parts(each))]

    out, *parts = custom_vjp(run, lambda *args: _gradients(run, *args))(x, *arrays)
    block.update(parameters)
    if parts:
        missing = len(fields(Routing)) - len(parts)
        context.routings[layers[0]] = Routing(*parts, *[None] * missing)
    return out


def _parts(routing: Routing) -> list[mx.array]:
    """A routing as arrays; the bias, its last, may be absent."""
    values = (getattr(routing, field.name) for field in fields(routing))
    return [value for value in values if value is not None]


def _gradients(
    run: Callable[..., list[mx.array]], primals: tuple, cotangents: tuple, _: tuple
) -> tuple:
    """The gradients of `run`, computed when the cotangents are there and not before.

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
