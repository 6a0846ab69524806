"""Initial weights, as in GPT-2 (Radford et al. 2019, 2.3).

Matrices and embeddings: normal with standard deviation 0.02, those that write
to the residual stream divided by sqrt(2 n_layers), since 2 n_layers sublayers
add to its variance; or all 0 with `zero_init_projections` (every block is the
identity at first, as in Goyal et al. 2017). Biases 0; norms and scalars keep
the values that their modules set.

To copy a name, attention must carry the identity of a token through its value and
output projections to the logits: their product must resemble the identity. Training
takes long to find that. In the last `copying_blocks` blocks it holds from the start
(mimetic initialization, Trockman and Kolter 2023): the identity is added to both
projections. A larger `embedding_std` keeps the embeddings of similar tokens (all names)
apart, while training moves them in the same direction; learned positions have it too.
"""

from __future__ import annotations

import hashlib

import mlx.core as mx
from mlx.utils import tree_flatten, tree_unflatten

from lmcore.model.config import ModelConfig
from lmcore.model.parameter_kinds import BIASES, Kind, kind_of, writes_to_residual_stream

MATRIX_STD = 0.02


def initial_parameters(shapes: dict, config: ModelConfig, seed: int) -> dict:
    """Return initial values for a tree of arrays, each from a random key of its own.

    The key of an array depends on the seed and the array's name alone, so that
    a variant with one more array starts from the same others.
    """
    initial, copying = [], copying_projections(config)
    for name, array in tree_flatten(shapes):
        kind = kind_of(name, array.ndim)
        if kind in BIASES:
            array = mx.zeros_like(array)
        elif kind != Kind.VECTOR:
            read_first = kind == Kind.EMBEDDING and not name.startswith("blocks.")
            std = config.embedding_std if read_first else MATRIX_STD
            if writes_to_residual_stream(name):
                std = 0.0 if config.zero_init_projections else std / (2 * config.n_layers) ** 0.5
            digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
            key = mx.random.key(int.from_bytes(digest[:8], "little"))
            array = std * mx.random.normal(array.shape, key=key)
            if name in copying:
                array = array + identity_per_head(config, array.shape)
        initial.append((name, array))
    return tree_unflatten(initial)


def copying_projections(config: ModelConfig) -> set[str]:
    """Return the names of the projections that begin at the identity: values and outputs."""
    blocks = range(max(0, config.n_layers - config.copying_blocks), config.n_layers)
    return {f"blocks.{i}.attention.{part}.weight" for i in blocks for part in ("value", "output")}


def identity_per_head(config: ModelConfig, shape: tuple[int, int]) -> mx.array:
    """Return the identity as a value or output projection of this shape.

    A value projection (G Dh, D) takes the first G Dh dimensions of its input. An output
    projection (D, H Dh) puts each head's value back to where its key/value head took it.
    """
    identity = mx.eye(config.n_kv_heads * config.head_dim, config.d_model)  # (G Dh, D)
    if shape == identity.shape:
        return identity
    heads = identity.reshape(config.n_kv_heads, config.head_dim, config.d_model)
    heads = mx.repeat(heads, config.n_heads // config.n_kv_heads, axis=0)  # (H, Dh, D)
    return heads.reshape(config.d_model, config.d_model).T
