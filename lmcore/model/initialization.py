"""Initial weights, as in GPT-2 (Radford et al. 2019, 2.3).

Matrices and embeddings: normal with standard deviation 0.02, those that write
to the residual stream divided by sqrt(2 n_layers), since 2 n_layers sublayers
add to its variance; or all 0 with `zero_init_projections` (every block is the
identity at first, as in Goyal et al. 2017). Biases 0; norms and scalars keep
the values that their modules set.
"""

from __future__ import annotations

import hashlib

import mlx.core as mx
from mlx.utils import tree_flatten, tree_unflatten

from lmcore.model.config import ModelConfig
from lmcore.model.parameter_kinds import BIASES, Kind, kind_of, writes_to_residual_stream

EMBEDDING_STD = 0.02


def initial_parameters(shapes: dict, config: ModelConfig, seed: int) -> dict:
    """Return initial values for a tree of arrays, each from a random key of its own.

    The key of an array depends on the seed and the array's name alone, so that
    a variant with one more array starts from the same others.
    """
    initial = []
    for name, array in tree_flatten(shapes):
        kind = kind_of(name, array.ndim)
        if kind in BIASES:
            array = mx.zeros_like(array)
        elif kind != Kind.VECTOR:
            std = EMBEDDING_STD
            if writes_to_residual_stream(name):
                std = 0.0 if config.zero_init_projections else std / (2 * config.n_layers) ** 0.5
            digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
            key = mx.random.key(int.from_bytes(digest[:8], "little"))
            array = std * mx.random.normal(array.shape, key=key)
        initial.append((name, array))
    return tree_unflatten(initial)
