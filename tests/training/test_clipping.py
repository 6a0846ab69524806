"""Clipping by the global norm, by hand."""

from __future__ import annotations

import mlx.core as mx
import numpy as np

from lmcore.training.clipping import clip_by_global_norm, global_norm


def test_clipping_by_hand() -> None:
    gradients = {"a": mx.array([3.0, 0.0]), "b": [mx.array([[4.0]])]}
    clipped, norm = clip_by_global_norm(gradients, 1.0)
    assert norm.item() == 5
    np.testing.assert_allclose(clipped["a"], [0.6, 0], rtol=1e-5)
    np.testing.assert_allclose(clipped["b"][0], [[0.8]], rtol=1e-5)
    kept, _ = clip_by_global_norm(gradients, 6.0)
    assert kept["a"].tolist() == [3, 0]


def test_clipping_does_not_count_excess_loads() -> None:
    gradients = {"router": {"selection_bias": mx.array([100.0]), "weight": mx.array([[3.0]])}}
    _, norm = clip_by_global_norm(gradients, 1.0)
    assert norm.item() == 3


def test_groups_of_gradients_are_clipped_by_the_norm_of_all() -> None:
    gradients = {"a": mx.array([3.0, 0.0]), "b": mx.array([[4.0]])}
    clipped, norm = clip_by_global_norm({"a": gradients["a"]}, 1.0, global_norm(gradients))
    assert norm.item() == 5
    np.testing.assert_allclose(clipped["a"], [0.6, 0], rtol=1e-5)
