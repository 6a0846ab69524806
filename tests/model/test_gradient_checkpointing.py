"""Gradient checkpointing: the same bits, and memory that hardly grows with depth."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, config_of, model_of, tokens_of
from mlx.utils import tree_flatten

from lmcore.model import GPT
from lmcore.training.cross_entropy import next_token_loss

EXPERTS = {**NO_EXPERTS, "experts": 4}


def gradients(model: GPT, checkpointing: bool, compiled: bool) -> dict[str, np.ndarray]:
    inputs, targets = tokens_of(model), tokens_of(model, seed=8)

    def loss(parameters: Any) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, inputs, targets, mx.random.key(5), checkpointing)[0]

    function = mx.value_and_grad(loss)
    parameters = model.trainable_parameters()
    value, found = (mx.compile(function) if compiled else function)(parameters)
    mx.eval(value, found)
    model.update(parameters)
    return {"loss": np.array(value)} | {name: np.array(a) for name, a in tree_flatten(found)}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"feed_forward": "swiglu", "n_kv_heads": 2, "qk_norm": True, "dropout": 0.2},
        {"positions": "alibi", "norm": "layernorm", "bias": True, "document_start": 60},
        {
            "moe": {**EXPERTS, "every": 2},
            "norm_placement": "sandwich",
            "head_gates": True,
            "unet_skips": True,
            "n_layers": 3,
            "value_embeddings": 3,
            "value_embedding_form": "projection",
        },
        {
            "value_embeddings": 1,
            "residual_scalars": True,
            "smear": True,
            "short_convolution": "qkv",
        },
        {"moe": {**EXPERTS, "balance": "bias"}, "dropout": 0.2},
    ],
)
def test_recomputing_changes_no_bit(changes: dict[str, Any], compiled: bool) -> None:
    model = model_of(**changes)
    kept, recomputed = (
        gradients(model, checkpointing, compiled) for checkpointing in (False, True)
    )
    assert kept.keys() == recomputed.keys()
    for name, array in kept.items():
        assert (array == recomputed[name]).all(), name


def test_a_block_costs_little_more_than_its_input() -> None:
    shape = {"d_model": 128, "d_ff": 512, "context_length": 256}

    def growth(checkpointing: bool) -> float:
        """Bytes per block beyond those of its gradients."""
        peaks = [_peak(config_of(**shape, n_layers=n), checkpointing) for n in (2, 10)]
        return (peaks[1] - peaks[0]) / 8 - 4 * 12 * 128 * 128

    stream = 4 * 8 * 256 * 128  # what a block reads, (B, T, D) float32
    kept = growth(checkpointing=False)
    assert kept > 10 * stream
    # About 1 stream on an idle machine; up to 4 where other processes disturb the order.
    assert growth(checkpointing=True) < kept / 4


def _peak(config: Any, checkpointing: bool) -> int:
    model = GPT(config)
    tokens = mx.zeros((8, config.context_length), mx.int32)

    def loss(parameters: Any) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, tokens, tokens, None, checkpointing)[0]

    parameters, step = model.trainable_parameters(), mx.compile(mx.grad(loss))
    peaks = []
    for _ in range(8):  # the first traces and compiles; two streams do not always meet alike
        mx.eval(parameters)
        before = mx.get_active_memory()
        mx.reset_peak_memory()
        mx.eval(step(parameters))
        peaks.append(mx.get_peak_memory() - before)
    return min(peaks)
