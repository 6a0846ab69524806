"""Counts against published models, and memory against what MLX measures."""

from __future__ import annotations

import gc
from typing import Any

import mlx.core as mx
import pytest
from helpers.small_params import quickstart
from helpers.variants import NO_EXPERTS, VARIANTS, config_of
from mlx.utils import tree_flatten

from lmcore.common.train_params import TrainParams
from lmcore.model import GPT, ModelConfig
from lmcore.model.positions import alibi_bias
from lmcore.planning.flops_and_memory import cost_of, saved_per_token_and_layer
from lmcore.training.cross_entropy import next_token_loss
from lmcore.training.train_step import TrainStep


def train_of(**changes: Any) -> TrainParams:
    return TrainParams(**{**quickstart().train.model_dump(), **changes})


GPT2 = {
    "vocab_size": 50257,
    "context_length": 1024,
    "d_model": 768,
    "n_layers": 12,
    "n_heads": 12,
    "n_kv_heads": 12,
    "d_ff": 3072,
    "positions": "learned",
    "norm": "layernorm",
    "bias": True,
}


def test_gpt2_has_its_published_124439808_parameters() -> None:
    cost = cost_of(config_of(**GPT2), train_of())
    assert cost.total_parameters == cost.active_parameters == 124_439_808
    assert cost.parameters["embedding"] == 50257 * 768
    assert cost.parameters["positions"] == 1024 * 768
    assert cost.parameters["attention"] == 12 * 4 * (768 * 768 + 768)


def test_mixtral_has_its_published_parameters() -> None:
    """46.7 billion in all, 12.9 billion of them active (Jiang et al. 2024)."""
    config = config_of(
        vocab_size=32000,
        d_model=4096,
        n_layers=32,
        n_heads=32,
        n_kv_heads=8,
        d_ff=14336,
        feed_forward="swiglu",
        tied_embeddings=False,
        moe={**NO_EXPERTS, "experts": 8, "top_k": 2},
    )
    cost = cost_of(config, train_of())
    assert cost.total_parameters == pytest.approx(46.7e9, rel=0.001)
    assert cost.active_parameters == pytest.approx(12.9e9, rel=0.005)


@pytest.mark.parametrize("variant", VARIANTS)
def test_parts_add_up(variant: str) -> None:
    config = config_of(**VARIANTS[variant])
    sizes = [array.size for _, array in tree_flatten(GPT(config).parameters())]
    assert cost_of(config, train_of()).total_parameters == sum(sizes)


def test_flops_by_hand() -> None:
    """One layer of D 4, F 8, V 10, context 3: 16 * 4 + 32 * 2 weights and 40 of the output.

    Attention: token t multiplies t keys and t values of 4: (1 + 2 + 3) / 3 * 8 = 16.
    """
    config = config_of(
        vocab_size=10, d_model=4, n_heads=1, n_kv_heads=1, d_ff=8, n_layers=1, context_length=3
    )
    assert cost_of(config, train_of()).flops_per_token == 6 * (64 + 64 + 40 + 16)


def test_windows_have_fewer_keys() -> None:
    """Of 3 tokens with a window of 2: 1 + 2 + 2 keys, and 1 + 2 + 3 in the second block."""
    small = {"d_model": 6, "n_heads": 1, "n_kv_heads": 1, "d_ff": 8, "context_length": 3}
    plain, windowed = (
        cost_of(config_of(**small, attention_window=window, global_every=2), train_of())
        for window in (0, 2)
    )
    saved = plain.flops_per_token - windowed.flops_per_token
    assert saved == 6 * 2 * 6 * (6 - 5) // 3


def test_value_embeddings_are_parameters_but_no_arithmetic() -> None:
    changes = {"value_embeddings": 1, "residual_scalars": True, "n_kv_heads": 2}
    cost, plain = (cost_of(config_of(**c), train_of()) for c in (changes, {"n_kv_heads": 2}))
    table = 61 * 12 + 2
    assert cost.total_parameters - plain.total_parameters == table + 2 * 2
    assert cost.parameters["residual_scalars"] == 2 * 2
    assert cost.flops_per_token == plain.flops_per_token


def test_only_chosen_experts_count() -> None:
    moe = {**NO_EXPERTS, "experts": 8, "top_k": 2, "every": 2}
    cost, dense = (cost_of(config_of(**changes), train_of()) for changes in ({"moe": moe}, {}))
    layer = 2 * 24 * 56  # one feed-forward; one of the two layers has eight, and a router
    assert cost.total_parameters - dense.total_parameters == 7 * layer + 8 * 24
    assert cost.active_parameters - dense.active_parameters == layer + 8 * 24
    assert cost.flops_per_token - dense.flops_per_token == 6 * (layer + 8 * 24)


@pytest.mark.parametrize(("optimizer", "arrays"), [("adamw", 2.0), ("muon", 1.0)])
def test_optimizer_memory(optimizer: str, arrays: float) -> None:
    config = config_of(vocab_size=300, d_model=256, n_heads=4, n_kv_heads=4, d_ff=1024)
    memory = cost_of(config, train_of(optimizer=optimizer)).memory
    assert memory.gradients == memory.weights
    assert memory.optimizer / memory.weights == pytest.approx(arrays, rel=0.06)


SHAPE = {"d_model": 128, "n_heads": 4, "n_kv_heads": 4, "d_ff": 512, "context_length": 256}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"feed_forward": "relu2"},
        {"feed_forward": "swiglu", "d_ff": 384},
        {"n_heads": 8, "n_kv_heads": 2, "d_ff": 256},
        {"short_convolution": "qkv"},
    ],
)
def test_activation_memory_is_what_mlx_measures(changes: dict[str, Any]) -> None:
    """The growth of the peak per layer, within 15%: between 2 and 8 layers all else is equal."""
    batch = 8

    def peak(layers: int) -> int:
        config = config_of(**{**SHAPE, **changes, "n_layers": layers})
        return _peak_of_gradients(config, batch) - 2 * cost_of(config, train_of()).memory.gradients

    measured = (peak(8) - peak(2)) / 6
    config = config_of(**{**SHAPE, **changes})
    tokens = batch * config.context_length
    expected = 4 * tokens * saved_per_token_and_layer(config, tokens, cpu_kernels=True)
    assert measured == pytest.approx(expected, rel=0.15)


def _peak_of_gradients(config: ModelConfig, batch: int) -> int:
    model = GPT(config)
    parameters = model.trainable_parameters()
    tokens = mx.zeros((batch, config.context_length), mx.int32)

    def loss(parameters: Any) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, tokens, tokens)[0]

    gradients = mx.compile(mx.grad(loss))
    peaks = []
    for _ in range(4):  # the first call traces and compiles; streams may race a little
        mx.eval(parameters, tokens)
        before = mx.get_active_memory()
        mx.reset_peak_memory()
        found = gradients(parameters)
        mx.eval(found)
        peaks.append(mx.get_peak_memory() - before)
        del found
    return min(peaks[1:])


LONG = {"context_length": 1024, "n_heads": 8, "n_kv_heads": 8}
EXPERTS = {"moe": {**NO_EXPERTS, "experts": 8}}
WIDE = {"vocab_size": 8192, "d_model": 512, "n_heads": 8, "n_kv_heads": 8, "d_ff": 2048}
# What a step's peak depends on: changes of the model, sequences, and whether blocks recompute.
STEPS: dict[str, tuple[dict[str, Any], int, bool]] = {
    "activations weigh most": ({}, 8, False),
    "recomputed": ({}, 8, True),
    "gated": ({"n_layers": 6, "feed_forward": "swiglu", "d_ff": 384}, 8, False),
    "gated, recomputed": (
        {"n_layers": 6, "feed_forward": "swiglu", "d_ff": 384},
        8,
        True,
    ),
    "weights weigh most": (WIDE, 2, False),
    "weights weigh most, recomputed": (WIDE, 2, True),
    "large vocabulary": ({"vocab_size": 8192}, 8, False),
    "soft-cap": ({"logit_softcap": 15.0}, 8, False),
    "soft-cap, large vocabulary": ({"logit_softcap": 15.0, "vocab_size": 8192}, 8, False),
    "qk-norm": ({"qk_norm": True}, 8, False),
    "experts": (EXPERTS, 8, False),
    "experts, recomputed": (EXPERTS, 8, True),
    "long": (LONG, 2, False),
    "long, recomputed": (LONG, 2, True),
    "long, shared keys": ({**LONG, "n_kv_heads": 2}, 2, False),
    "long, alibi": ({**LONG, "positions": "alibi"}, 2, False),
}


@pytest.mark.parametrize("case", STEPS)
def test_the_peak_of_a_step_is_what_mlx_measures(case: str) -> None:
    changes, batch, checkpointing = STEPS[case]
    check_peak(changes, batch_size=batch, gradient_checkpointing=checkpointing)


LOW_STEPS: dict[str, tuple[dict[str, Any], int, bool]] = {
    "activations weigh most": ({}, 2, False),
    "recomputed": ({}, 2, True),
    "large vocabulary": ({"vocab_size": 4096, "n_layers": 1}, 2, False),
    "relu2, qk-norm, soft-cap": (
        {"feed_forward": "relu2", "qk_norm": True, "logit_softcap": 15.0, "n_layers": 2},
        2,
        False,
    ),
    "experts": ({**EXPERTS, "n_layers": 2}, 2, False),
    "long": ({**LONG, "n_layers": 1}, 1, False),
    "long, alibi": (
        {**LONG, "context_length": 512, "n_layers": 2, "positions": "alibi"},
        1,
        False,
    ),
}


@pytest.mark.parametrize("case", LOW_STEPS)
def test_so_is_that_of_low_precision(case: str) -> None:
    changes, batch, checkpointing = LOW_STEPS[case]
    precision = "float16" if case == "large vocabulary" else "bfloat16"
    check_peak(changes, batch_size=batch, gradient_checkpointing=checkpointing, precision=precision)


@pytest.mark.parametrize(
    "train_changes",
    [
        {"optimizer": "muon"},
        {"ema_decay": 0.99},
        {"gradient_accumulation": 2},
        {"gradient_accumulation": 2, "gradient_checkpointing": True},
    ],
)
def test_so_is_that_of_other_ways_to_train(train_changes: dict[str, Any]) -> None:
    check_peak({**WIDE, "n_layers": 2}, batch_size=2, **train_changes)


def test_so_is_that_of_accumulation_in_low_precision() -> None:
    wide = {"d_model": 256, "d_ff": 1024, "n_layers": 2}
    check_peak(wide, batch_size=1, gradient_accumulation=2, precision="bfloat16")


def check_peak(changes: dict[str, Any], **train_changes: Any) -> None:
    """Within 15%."""
    config = config_of(**{**SHAPE, "vocab_size": 2048, "n_layers": 4, **changes})
    train = train_of(**{"optimizer": "adamw", **train_changes})
    assert _peak_of_steps(config, train) == pytest.approx(
        cost_of(config, train).memory.peak, rel=0.15
    )


def _peak_of_steps(config: ModelConfig, train: TrainParams) -> int:
    """Return the higher peak of two steps, as the trainer takes them; the first one compiles.

    Where the two streams do not run side by side, as on a busy machine, a step needs less.
    """
    gc.collect()  # else what other tests left would be freed while this one measures
    alibi_bias.cache_clear()
    before = mx.get_active_memory()
    train_step = TrainStep(GPT(config), train)
    tokens = mx.zeros((train.batch_size, config.context_length), mx.int32)
    peaks = []
    for step in range(3):
        mx.eval(train_step.state, tokens)
        mx.reset_peak_memory()
        micro_batch = (tokens, tokens, mx.random.key(0))
        train_step([micro_batch] * train.gradient_accumulation, 1e-3, step)
        peaks.append(mx.get_peak_memory() - before)
    return max(peaks[1:])
