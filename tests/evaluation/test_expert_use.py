"""What is told of a mixture's experts, by hand and and by another formula of mutual information."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, model_of, tokens_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lmcore.evaluation.expert_use import RoutingTally, chance_information, expert_use, information
from lmcore.model.routing import Routing


def routing_of(logits: list[list[float]], top_k: int = 1) -> Routing:
    array = mx.array(logits)
    p = mx.softmax(array, axis=-1)
    chosen = mx.argsort(-array, axis=-1)[:, :top_k]
    return Routing(array, p, chosen, mx.take_along_axis(p, chosen, axis=-1), None)


def test_figures_by_hand() -> None:
    """In two parts: expert 0 gets token 7 twice and token 3 once, expert 1 token 5."""
    tally = RoutingTally(vocab_size=9, experts=4)
    tally.add(np.array([7, 7]), routing_of([[50.0, 0, 0, -50], [50, 0, 0, -50]]))
    tally.add(np.array([5, 3]), routing_of([[0.0, 50, 0, -50], [1e-3, 0, 0, -50]]))
    use = tally.use()
    assert use.load == [0.75, 0.25, 0, 0]
    assert use.entropy == pytest.approx(math.log2(3) / 4, rel=1e-5)
    assert (use.dead_experts, use.imbalance) == (2, 3.0)
    assert use.favourites == [[7, 3], [5], [], []]


@given(arrays(np.int64, (4, 3), elements=st.integers(0, 9)).filter(lambda counts: counts.sum() > 0))
def test_information_is_the_entropies_sum_less_that_of_the_pair(counts: np.ndarray) -> None:
    def entropy(p: np.ndarray) -> float:
        p = p[p > 0] / counts.sum()
        return -float(np.sum(p * np.log2(p)))

    expected = entropy(counts.sum(0)) + entropy(counts.sum(1)) - entropy(counts)
    assert information(counts).sum() == pytest.approx(expected, abs=1e-9)


def test_what_chance_shows_is_known() -> None:
    """Unrelated tokens and experts, drawn a hundred times."""
    random = np.random.default_rng(0)
    draws = random.multinomial(4000, np.full(200, 1 / 200), 100).reshape(100, 50, 4)
    found = np.mean([information(counts).sum() for counts in draws])
    assert found == pytest.approx(np.mean([*map(chance_information, draws)]), rel=0.05)


def test_an_expert_for_each_token_is_as_special_as_can_be() -> None:
    tally = RoutingTally(vocab_size=4, experts=4)
    tokens = np.arange(4000) % 4
    tally.add(tokens, routing_of((50.0 * np.eye(4)[tokens]).tolist()))
    use = tally.use()
    assert use.specialisation == pytest.approx(2, abs=0.01)
    assert [list(tokens) for tokens in use.favourites] == [[0], [1], [2], [3]]


def test_use_does_not_depend_on_the_batches() -> None:
    model = model_of(n_layers=4, moe={**NO_EXPERTS, "experts": 5, "every": 2})
    tokens = np.array(tokens_of(model))
    whole, parts = expert_use(model, [tokens]), expert_use(model, [tokens[:1], tokens[1:]])
    assert list(whole) == [1, 3]
    for layer, use in whole.items():
        assert use.load == pytest.approx(parts[layer].load)
        assert use.entropy == pytest.approx(parts[layer].entropy, rel=1e-5)
        assert sum(use.load) == pytest.approx(1)


def test_a_dense_model_has_no_experts_to_speak_of() -> None:
    model = model_of()
    assert expert_use(model, [np.array(tokens_of(model))]) == {}
