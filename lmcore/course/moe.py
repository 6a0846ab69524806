"""The exercises of chapter 4."""

from __future__ import annotations

import mlx.core as mx

from lmcore.course.architecture import normal
from lmcore.course.grading import Exercise
from lmcore.model import ModelConfig
from lmcore.model.feed_forward import relu
from lmcore.model.load_balance import Balance, load_balancing_loss
from lmcore.model.moe import Router, mixture_of_experts
from lmcore.model.routing import Routing
from lmcore.training.optimizer import sign_sgd


def route(x: mx.array, router: mx.array, top_k: int) -> tuple[mx.array, mx.array]:
    experts, width = router.shape
    moe = {"experts": experts, "top_k": top_k}
    module = Router(ModelConfig.small(9, d_model=width, n_heads=1, positions="none", moe=moe))
    module.weight = router
    routing = module(x)
    return routing.chosen, routing.weights


def mixture(
    x: mx.array, chosen: mx.array, weights: mx.array, up: mx.array, down: mx.array
) -> mx.array:
    return mixture_of_experts(
        x, chosen, weights, len(up), lambda x, e: relu(x @ up[e].T) @ down[e].T
    )


def expert_load(chosen: mx.array, n_experts: int) -> mx.array:
    zeros = mx.zeros((len(chosen), n_experts))
    return Balance.of(Routing(zeros, zeros, chosen, mx.zeros(chosen.shape), None)).load


def balancing_loss(load: mx.array, probability: mx.array) -> mx.array:
    return load_balancing_loss(Balance(load, probability, mx.array(0.0), None))


def z_loss(logits: mx.array) -> mx.array:
    chosen = mx.zeros((len(logits), 1), mx.int32)
    return Balance.of(Routing(logits, logits, chosen, logits, None)).z_loss


def move_bias(bias: mx.array, load: mx.array, step_size: float) -> mx.array:
    zero = mx.array(0)
    return sign_sgd(step_size).step(load - 1 / len(load), {}, bias, zero, zero)[0]


def _probabilities() -> mx.array:
    """Return the probabilities of the chapter's tokens A, B and C, (3, 4)."""
    return mx.array([[4, 2, 1, 1], [1, 1, 4, 2], [4.8, 0.8, 1.6, 0.8]]) / 8


def _chosen() -> mx.array:
    return mx.array([[0, 1], [2, 3], [0, 2]])


EXERCISES = [
    Exercise(
        "route",
        route,
        lambda: [
            (mx.eye(3), mx.log(_probabilities()).T, 2),
            (mx.eye(3), mx.log(_probabilities()).T, 1),  # the probability itself
            (normal(7, 5), normal(6, 5, seed=1), 3),
        ],
    ),
    Exercise(
        "mixture",
        mixture,
        lambda: [
            (
                mx.eye(3),
                _chosen(),
                mx.array([[2 / 3, 1 / 3], [2 / 3, 1 / 3], [3 / 4, 1 / 4]]),
                mx.stack([mx.eye(3)] * 4),
                mx.stack([(e + 1) * mx.eye(3) for e in range(4)]),
            ),
            (
                normal(3, 5),
                _chosen(),
                mx.array([[0.9, 0.1], [0.5, 0.5], [0.6, 0.4]]),
                normal(4, 6, 5, seed=1),
                normal(4, 5, 6, seed=2),
            ),
        ],
    ),
    Exercise(
        "expert_load", expert_load, lambda: [(_chosen(), 4), (_chosen(), 5), (mx.array([[1]]), 2)]
    ),
    Exercise(
        "balancing_loss",
        balancing_loss,
        lambda: [
            (mx.array([2 / 6, 1 / 6, 2 / 6, 1 / 6]), mx.mean(_probabilities(), axis=0)),
            (mx.array([1.0, 0, 0, 0]), mx.array([1.0, 0, 0, 0])),
        ],
    ),
    Exercise(
        "z_loss",
        z_loss,
        lambda: [(mx.log(_probabilities()) + mx.log(mx.array(16.0)),), (200 + normal(5, 4),)],
    ),
    Exercise(
        "move_bias",
        move_bias,
        lambda: [
            (mx.zeros((4,)), mx.array([2 / 6, 1 / 6, 2 / 6, 1 / 6]), 0.01),
            (mx.array([0.5, -0.5]), mx.array([0.5, 0.5]), 0.01),  # even: nothing moves
        ],
    ),
]
