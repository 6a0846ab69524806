"""Ablation, lens, head scores and patching on models whose answers are known."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import VARIANTS, model_of

from lmcore.interpretability.ablation import ablation
from lmcore.interpretability.head_scores import head_scores, repeated_tokens
from lmcore.interpretability.hooks import run_with_cache, run_with_hooks
from lmcore.interpretability.logit_lens import logit_lens
from lmcore.interpretability.patching import aligned, patching
from lmcore.model import GPT
from lmcore.training.cross_entropy import token_losses


def windows(model: GPT, rows: int = 3) -> np.ndarray:
    shape = (rows, model.config.context_length + 1)
    return np.random.default_rng(0).integers(model.config.vocab_size, size=shape).astype(np.int32)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_whole_model_and_the_last_layer_of_the_lens_are_its_loss(variant: str) -> None:
    model = model_of(**VARIANTS[variant])
    tokens, sizes = windows(model), np.full(model.config.vocab_size, 2)
    losses = token_losses(model, mx.array(tokens[:, :-1]), mx.array(tokens[:, 1:]))
    expected = mx.mean(losses).item() / math.log(2) / 2
    found = ablation(model, tokens, sizes)
    assert found["bits_per_byte"] == pytest.approx(expected, rel=1e-4)
    lens = logit_lens(model, tokens, sizes)
    assert len(lens) == model.config.n_layers + 1
    assert lens[-1] == pytest.approx(expected, rel=1e-4)


def test_a_part_with_no_output_is_not_missed_and_others_are() -> None:
    model = model_of(n_layers=2)
    tokens, sizes = windows(model), np.ones(model.config.vocab_size)
    model.blocks[1].feed_forward.down.weight *= 0
    width = model.config.head_dim
    model.blocks[0].attention.output.weight[:, :width] = 0.0  # of head 0
    found = ablation(model, tokens, sizes)
    assert found["feed_forwards"][1] == pytest.approx(found["bits_per_byte"], rel=1e-6)
    assert found["heads"][0][0] == pytest.approx(found["bits_per_byte"], rel=1e-6)
    assert abs(found["heads"][0][1] - found["bits_per_byte"]) > 1e-7
    assert abs(found["feed_forwards"][0] - found["bits_per_byte"]) > 1e-7


def test_repeated_tokens_repeat() -> None:
    model = model_of()
    tokens = repeated_tokens(model, end_of_text=3, vocab_size=model.config.vocab_size)
    length = (tokens.shape[1] - 1) // 2
    assert (tokens[:, 0] == 3).all() and not (tokens[:, 1:] == 3).any()
    assert (tokens[:, 1 : length + 1] == tokens[:, length + 1 :]).all()
    assert tokens.shape[1] <= model.config.context_length


def test_a_head_that_looks_at_everything_evenly_has_even_scores() -> None:
    model = model_of(n_layers=1, positions="none")
    model.blocks[0].attention.query.weight *= 0  # all scores are 0
    tokens = repeated_tokens(model, 0, model.config.vocab_size)
    length = (tokens.shape[1] - 1) // 2
    expected = np.mean(1 / np.arange(length + 2, 2 * length + 2))
    scores = head_scores(model, tokens)
    for kind in ("previous_token", "duplicate_token", "induction"):
        np.testing.assert_allclose(scores[kind], expected, atol=1e-4)


def test_patching_every_activation_recovers_everything_and_none_nothing() -> None:
    model = model_of(n_layers=1, n_heads=1, n_kv_heads=1)
    random = np.random.default_rng(1)
    one = random.integers(5, model.config.vocab_size, 12).astype(np.int32)
    other = one.copy()
    one[[2, 6, 9]], other[[2, 6, 9]] = 3, 4
    found = patching(model, [(one, other)])
    difference = found["logit_difference"]
    assert difference["own_story"] != difference["other_story"]
    # The one head carries all that its feed-forward does not read from the token itself:
    # by hand, from the logits before the places where the stories differ.
    name = "blocks.0.attention.heads"
    _, cache = run_with_cache(model, mx.array(one[None]), [name])
    patched = run_with_hooks(model, mx.array(other[None]), {name: lambda _: cache[name]})
    rows = np.array(patched)[0, [5, 8]]
    expected = (np.mean(rows[:, 3] - rows[:, 4]) - difference["other_story"]) / (
        difference["own_story"] - difference["other_story"]
    )
    assert found["recovered"][0][0] == pytest.approx(expected, abs=1e-2)


def test_only_pairs_in_step_that_differ_twice_are_used() -> None:
    same = np.array([1, 2, 3, 4])
    once, twice, shifted = np.array([1, 9, 3, 4]), np.array([1, 9, 3, 9]), np.array([1, 9])
    pairs = [(same, other) for other in (same, once, twice, shifted)]
    assert [other.tolist() for _, other in aligned(pairs, 10)] == [[1, 9, 3, 9]]
    assert list(aligned(pairs, 3)) == [], "a place beyond the context is not seen"
