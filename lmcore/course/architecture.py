"""The exercises of chapter 2."""

from __future__ import annotations

import mlx.core as mx

from lmcore.course.grading import Exercise
from lmcore.model import ModelConfig
from lmcore.model.attention import attention_weights, causal_mask, scaled_dot_product_attention
from lmcore.model.feed_forward import gelu, silu
from lmcore.model.norms import layer_norm, rms_norm
from lmcore.model.positions import alibi_slopes
from lmcore.model.rope import apply_rope, rope_tables
from lmcore.planning.flops_and_memory import cost_of
from lmcore.training.config import TrainConfig


def normal(*shape: int, seed: int = 0) -> mx.array:
    """Return an array of normal random numbers, the same for the same seed."""
    return mx.random.normal(shape, key=mx.random.key(seed))


def rope(x: mx.array, theta: float) -> mx.array:
    return apply_rope(x, *rope_tables(0, len(x), x.shape[1], theta))


def swiglu(x: mx.array, gate: mx.array, up: mx.array, down: mx.array) -> mx.array:
    return (silu(x @ gate.T) * (x @ up.T)) @ down.T


def parameter_count(vocab_size: int, d_model: int, n_layers: int, d_ff: int) -> int:
    config = ModelConfig.small(
        vocab_size, d_model=d_model, n_layers=n_layers, d_ff=d_ff, feed_forward="gelu",
        qk_norm=False,
    )  # fmt: skip
    return cost_of(config, TrainConfig.small(steps=1)).total_parameters


def _attention_inputs() -> list[tuple]:
    # The queries, keys and values of the chapter's three tokens, (1, 1, 3, 2) each.
    rows = ([[2, 0], [0, 1], [2, 1]], [[0, 1], [1, 0], [1, 1]], [[4, 0], [0, 8], [4, 8]])
    by_hand = tuple(mx.array([[part]], mx.float32) for part in rows)
    large = normal(2, 4, 5, 8), normal(2, 2, 5, 8, seed=1), normal(2, 2, 5, 8, seed=2)
    huge = 1000 * normal(1, 1, 3, 4), normal(1, 1, 3, 4, seed=1), normal(1, 1, 3, 4, seed=2)
    return [by_hand, large, huge]


EXERCISES = [
    Exercise("causal_mask", causal_mask, lambda: [(3, 3), (1, 4), (2, 4)]),
    Exercise(
        "softmax",
        lambda x: mx.softmax(x, axis=-1),
        lambda: [(mx.array([2.0, 1, 0]),), (normal(2, 3, 5),), (mx.array([1000.0, 1001, 0]),)],
    ),
    Exercise("attention_weights", attention_weights, lambda: [i[:2] for i in _attention_inputs()]),
    Exercise("attention", scaled_dot_product_attention, _attention_inputs),
    Exercise(
        "rope",
        rope,
        lambda: [(mx.array([[1.0, 0]] * 3), 10000.0), (normal(7, 8), 10000.0), (normal(7, 8), 9.0)],
    ),
    Exercise("alibi_slopes", alibi_slopes, lambda: [(4,), (8,), (1,)]),
    Exercise(
        "rms_norm",
        rms_norm,
        lambda: [
            (mx.array([3.0, 4]), mx.ones((2,)), 0.0),
            (normal(2, 3, 8), normal(8, seed=1), 1e-5),
            (mx.zeros((3,)), mx.ones((3,)), 1e-5),
        ],
    ),
    Exercise(
        "layer_norm",
        layer_norm,
        lambda: [
            (mx.array([3.0, 5]), mx.ones((2,)), mx.zeros((2,)), 0.0),
            (normal(2, 3, 8), normal(8, seed=1), normal(8, seed=2), 1e-5),
        ],
    ),
    Exercise("gelu", gelu, lambda: [(mx.array([-1.0, 0, 2]),), (normal(4, 5),)]),
    Exercise(
        "swiglu",
        swiglu,
        lambda: [
            (mx.array([[1.0]]), mx.array([[2.0]]), mx.array([[3.0]]), mx.array([[1.0]])),
            (normal(3, 4), normal(6, 4, seed=1), normal(6, 4, seed=2), normal(4, 6, seed=3)),
        ],
    ),
    Exercise(
        "parameter_count", parameter_count, lambda: [(2048, 128, 4, 512), (50257, 768, 12, 3072)]
    ),
]
