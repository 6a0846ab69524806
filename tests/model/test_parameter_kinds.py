"""Every array of every variant has the kind that its use demands."""

from __future__ import annotations

from helpers.variants import NO_EXPERTS, config_of
from mlx.utils import tree_flatten

from lmcore.model import GPT
from lmcore.model.parameter_kinds import Kind, kind_of, writes_to_residual_stream

EXPECTED = {
    "embedding.weight": Kind.EMBEDDING,
    "positions.weight": Kind.EMBEDDING,
    "blocks.0.attention.query.weight": Kind.MATRIX,
    "blocks.0.attention.query.bias": Kind.BIAS,
    "blocks.0.attention.output.weight": Kind.MATRIX,
    "blocks.0.attention.query_norm.weight": Kind.VECTOR,
    "blocks.0.attention_norm.weight": Kind.VECTOR,
    "blocks.0.attention_norm.bias": Kind.BIAS,
    "blocks.0.feed_forward.up.weight": Kind.MATRIX,
    "blocks.1.feed_forward.up.weight": Kind.EXPERT_MATRIX,
    "blocks.1.feed_forward.up.bias": Kind.EXPERT_BIAS,
    "blocks.1.feed_forward.router.weight": Kind.ROUTER,
    "blocks.1.feed_forward.router.selection_bias": Kind.SELECTION_BIAS,
    "blocks.1.attention.value_embedding.table.weight": Kind.EMBEDDING,
    "blocks.1.attention.value_embedding.scalars": Kind.VECTOR,
    "blocks.0.attention.convolutions.query.weight": Kind.VECTOR,
    "blocks.0.attention.head_gates.gates": Kind.VECTOR,
    "output.weight": Kind.OUTPUT,
}


def test_kinds_by_name_and_rank() -> None:
    model = GPT(
        config_of(
            positions="learned",
            norm="layernorm",
            bias=True,
            qk_norm=True,
            tied_embeddings=False,
            value_embeddings=1,
            residual_scalars=True,
            short_convolution="qkv",
            head_gates=True,
            unet_skips=True,
            moe={**NO_EXPERTS, "experts": 2, "every": 2, "balance": "bias"},
        )
    )
    arrays = dict(tree_flatten(model.parameters()))
    kinds = {name: kind_of(name, array.ndim) for name, array in arrays.items()}
    assert {name: kinds[name] for name in EXPECTED} == EXPECTED
    # A matrix has two axes, one per expert three, and whatever else has one is no matrix.
    for name, kind in kinds.items():
        if ".convolutions." in name or name.endswith("gates"):  # two axes, but no matrix
            continue
        axes = {Kind.EXPERT_MATRIX: 3, Kind.VECTOR: 1, Kind.BIAS: 1, Kind.SELECTION_BIAS: 1}
        assert arrays[name].ndim == axes.get(kind, 2), name
    # Two sublayers in each of two blocks.
    assert sum(map(writes_to_residual_stream, arrays)) == 4
