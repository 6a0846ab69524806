"""Gradient clipping by the global norm (Pascanu et al. 2013)."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map

from lmcore.backend.dispatch import fusion_barrier
from lmcore.model.parameter_kinds import Kind, kind_of

Tree = Any  # nested dicts and lists of arrays


def clip_by_global_norm(
    gradients: Tree, max_norm: float, norm: mx.array | None = None
) -> tuple[Tree, mx.array]:
    """Return all gradients scaled so that their joint norm is at most `max_norm`, and that norm.

    The norm returned is the one before scaling. It is given as `norm` where `gradients` are
    not those of the whole model, since training updates the weights in groups.
    """
    norm = global_norm(gradients) if norm is None else norm
    (scale,) = fusion_barrier(mx.minimum(1.0, max_norm / (norm + 1e-6)))
    return tree_map(lambda gradient: gradient * scale, gradients), norm


def global_norm(gradients: Tree) -> mx.array:
    """Return the norm of all gradients as one vector.

    A router's loss-free bias takes no part: its "gradient" is none of the loss.
    """
    squares = [
        mx.sum(mx.square(gradient))
        for name, gradient in tree_flatten(gradients)
        if kind_of(name, gradient.ndim) != Kind.SELECTION_BIAS
    ]
    return mx.sqrt(sum(squares))
