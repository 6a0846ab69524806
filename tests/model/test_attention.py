"""Attention by hand on three tokens, and its fast forms against the formula."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import config_of

from lmcore.model import GPT, ForwardContext
from lmcore.model.attention import ATTENTIONS, Attention, attention_weights, causal_mask

FAST = ["cpu_kernels", "mlx"]


@pytest.mark.parametrize("implementation", ATTENTIONS)
def test_three_tokens_by_hand(implementation: str) -> None:
    """Keys chosen so that the scores are logarithms of small numbers.

    With K = 4 a score is (q . k) / 2. Token 0 sees itself. Token 1 scores
    ln 1 and ln 3: weights 1/4, 3/4. Token 2 scores ln 1, ln 2, ln 5: weights
    1/8, 2/8, 5/8.
    """
    ln = math.log
    q = mx.array([[[[2.0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]]]])
    k = mx.array([[[[9.0, ln(1), ln(1), 0], [9, ln(3), ln(2), 0], [9, 9, ln(5), 0]]]])
    v = mx.array([[[[8.0, 0, 0, 1], [0, 8, 0, 1], [0, 0, 8, 1]]]])
    expected = [[8, 0, 0, 1], [2, 6, 0, 1], [1, 2, 5, 1]]
    np.testing.assert_allclose(ATTENTIONS[implementation](q, k, v, None)[0, 0], expected, rtol=1e-5)
    weights = [[1, 0, 0], [1 / 4, 3 / 4, 0], [1 / 8, 2 / 8, 5 / 8]]
    np.testing.assert_allclose(attention_weights(q, k, None)[0, 0], weights, rtol=1e-5)


def random_case(heads: int, groups: int, queries: int, keys: int, biased: bool) -> tuple:
    random = np.random.default_rng(queries * keys + heads)
    shapes = [(2, heads, queries, 16), (2, groups, keys, 16), (2, groups, keys, 16)]
    q, k, v = (mx.array(random.normal(size=shape).astype(np.float32)) for shape in shapes)
    bias = mx.array(random.normal(size=(heads, queries, keys)).astype(np.float32))
    return q, k, v, bias if biased else None


CASES = [
    (4, 4, 1, 1, False),
    (4, 2, 16, 16, True),
    (4, 2, 64, 64, False),
    (4, 1, 65, 65, True),
    (2, 2, 130, 130, False),
    (4, 2, 3, 100, True),  # new tokens after cached ones
    (2, 1, 70, 140, False),
]


@pytest.mark.parametrize("implementation", FAST)
@pytest.mark.parametrize("case", CASES)
def test_fast_forms_equal_the_formula(implementation: str, case: tuple) -> None:
    q, k, v, bias = random_case(*case)
    pull = mx.random.normal(q.shape, key=mx.random.key(1))

    def pulled(q: mx.array, k: mx.array, v: mx.array, attention: str) -> mx.array:
        return mx.sum(pull * ATTENTIONS[attention](q, k, v, bias))

    np.testing.assert_allclose(
        ATTENTIONS[implementation](q, k, v, bias), ATTENTIONS["reference"](q, k, v, bias), atol=2e-6
    )
    gradients = mx.grad(pulled, argnums=(0, 1, 2))
    for found, expected in zip(
        gradients(q, k, v, implementation), gradients(q, k, v, "reference"), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("implementation", ATTENTIONS)
def test_huge_scores_stay_finite(implementation: str) -> None:
    """A masked future score far above the rest must not drown what is allowed."""
    q = mx.full((1, 1, 3, 4), 100.0)
    k = mx.array([-100.0, 0, 100]).reshape(1, 1, 3, 1) * mx.ones((1, 1, 3, 4))
    v = mx.array([1.0, 2, 3]).reshape(1, 1, 3, 1) * mx.ones((1, 1, 3, 4))
    out = ATTENTIONS[implementation](q, k, v, None)[0, 0, :, 0]
    np.testing.assert_array_equal(out, [1, 2, 3])
    gradient = mx.grad(lambda q: mx.sum(ATTENTIONS[implementation](q, k, v, None)))(q)
    assert mx.all(mx.isfinite(gradient)).item()


def test_the_mask_of_new_tokens_after_old_ones() -> None:
    expected = [[1, 1, 1, 0], [1, 1, 1, 1]]
    np.testing.assert_array_equal(causal_mask(2, 4), np.array(expected, bool))


@pytest.mark.parametrize("changes", [{}, {"positions": "alibi"}, {"n_kv_heads": 1}])
def test_by_itself_it_is_the_first_block_of_a_model(changes: dict) -> None:
    """Called without a context; every part of a block can be."""
    config = config_of(**changes)
    attention, model = Attention(config), GPT(config)
    attention.update(model.blocks[0].attention.parameters())
    x = mx.random.normal((2, 5, config.d_model), key=mx.random.key(0))
    expected = model.blocks[0].attention(x, ForwardContext())
    np.testing.assert_array_equal(attention(x), expected)
    y = model.blocks[0].feed_forward(x)
    np.testing.assert_array_equal(y, model.blocks[0].feed_forward(x, ForwardContext()))
