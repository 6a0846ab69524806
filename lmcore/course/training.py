"""The exercises of chapter 3."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np

from lmcore.course.architecture import normal
from lmcore.course.grading import Exercise
from lmcore.evaluation.bits_per_byte import figures
from lmcore.training.adamw import adamw
from lmcore.training.clipping import clip_by_global_norm
from lmcore.training.config import TrainConfig
from lmcore.training.cross_entropy import cross_entropy
from lmcore.training.muon import newton_schulz
from lmcore.training.schedules import learning_rate_at


def cross_entropy_gradient(logits: mx.array, target: int) -> mx.array:
    return mx.grad(lambda logits: cross_entropy(logits, mx.array(target)))(logits)


def adamw_step(
    parameter: mx.array,
    gradient: mx.array,
    m: mx.array,
    v: mx.array,
    step: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
) -> tuple[mx.array, mx.array, mx.array]:
    rule = adamw(beta1, beta2, epsilon, weight_decay)
    rate, number = mx.array(learning_rate), mx.array(step)
    parameter, state = rule.step(gradient, {"m": m, "v": v}, parameter, rate, number)
    return parameter, state["m"], state["v"]


def cosine_schedule(
    step: int, steps: int, warmup_steps: int, highest: float, final_ratio: float
) -> float:
    config = TrainConfig.small(
        steps, warmup_steps=warmup_steps, learning_rate=highest, schedule="cosine",
        final_learning_rate_ratio=final_ratio,
    )  # fmt: skip
    return learning_rate_at(config, step)


def _adamw_inputs() -> list[tuple]:
    usual = (0.1, 0.9, 0.95, 1e-8, 0.1)
    first = (mx.array(1.0), mx.array(0.5), mx.array(0.0), mx.array(0.0), 0, *usual)
    second = (mx.array(0.89), mx.array(0.1), mx.array(0.05), mx.array(0.0125), 1, *usual)
    shape = (3, 4)
    arrays = normal(*shape), normal(*shape, seed=1), normal(*shape, seed=2)
    many = (*arrays, mx.square(normal(*shape, seed=3)), 9, 0.01, 0.8, 0.99, 1e-3, 0.0)
    return [first, second, many]


EXERCISES = [
    Exercise(
        "cross_entropy",
        cross_entropy,
        lambda: [
            (mx.array([[2.0, 1, 0]]), mx.array([1])),
            (normal(6, 11), mx.array([0, 3, 10, 2, 2, 5])),
            (mx.array([[1000.0, 0, -1000]]), mx.array([1])),
        ],
    ),
    Exercise(
        "cross_entropy_gradient",
        cross_entropy_gradient,
        lambda: [(mx.array([2.0, 1, 0]), 1), (normal(9), 8)],
    ),
    Exercise(
        "bits_per_byte",
        lambda losses, size: figures(np.array(losses), size)["bits_per_byte"],
        lambda: [([math.log(4)] * 2, 8), ([0.5, 1.5, 2.0], 7)],
    ),
    Exercise("adamw_step", adamw_step, _adamw_inputs),
    Exercise(
        "newton_schulz",
        newton_schulz,
        lambda: [
            (mx.diag(mx.array([3.0, 4])), 1),
            (normal(3, 5), 5),
            (normal(5, 3, seed=1), 2),
        ],
    ),
    Exercise(
        "cosine_schedule",
        cosine_schedule,
        lambda: (
            [(step, 101, 10, 1.0, 0.1) for step in (0, 9, 10, 55, 100)]
            + [(0, 20, 0, 0.01, 0.0), (19, 20, 0, 0.01, 0.0)]
        ),
    ),
    Exercise(
        "clip_by_global_norm",
        clip_by_global_norm,
        lambda: [
            ([mx.array(3.0), mx.array(4.0)], 1.0),
            ([mx.array(3.0), mx.array(4.0)], 10.0),  # small enough already
            ([normal(2, 3), normal(4, seed=1)], 0.5),
        ],
    ),
]
