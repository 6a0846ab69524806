"""Mentions and their bits, by hand and by a model that has learned to copy."""

from __future__ import annotations

import math
from itertools import pairwise

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import model_of

from lmcore.corpus.validity import mentions
from lmcore.evaluation.copying import (
    MentionTokens,
    copying_figures,
    loss_by_context,
    mention_tokens,
)
from lmcore.evaluation.losses import losses_from_start
from lmcore.tokenizer.tokenizer import Tokenizer


def test_a_mention_is_the_tokens_that_overlap_it(built_in: list[str]) -> None:
    """With any tokenizer the tokens hold the mention, and without the first or the last do not."""
    assert len(built_in) > 5
    for tokenizer in (Tokenizer.train(built_in, size) for size in (257, 300, 2000)):
        ids = [tokenizer.encode(text) for text in built_in]
        mentioned = mention_tokens(built_in, ids, tokenizer)
        for story, text in enumerate(built_in):
            heroes = [text[m.start : m.end] for m in mentions(text) if m.name == "hero"]
            own = [
                ids[story][tokens.start : tokens.end]
                for tokens in mentioned
                if tokens.story == story and tokens.group == "names"
            ]
            assert len(heroes) > 1
            same = [tokens for tokens in own if heroes[0] in tokenizer.decode(tokens)]
            assert len(same) >= len(heroes)
            for tokens in same:
                for shorter in (tokens[1:], tokens[:-1]):
                    assert heroes[0] not in tokenizer.decode(shorter)


def test_what_is_mentioned_once_is_not_compared(built_in: list[str]) -> None:
    """Every group of a story has one first mention, and later ones in the same words."""
    tokenizer = Tokenizer.train(built_in, 300)
    ids = [tokenizer.encode(text) for text in built_in]
    mentioned = mention_tokens(built_in, ids, tokenizer)
    for tokens, after in pairwise(mentioned):
        assert not (tokens.first and after.first)
        if tokens.story == after.story and not after.first:
            first, later = (
                tokenizer.decode(ids[m.story][m.start : m.end]) for m in (tokens, after)
            )
            shorter = min(first.strip(' "'), later.strip(' "'), key=len).lower()
            assert shorter[1:-1] in first.lower() and shorter[1:-1] in later.lower()
    assert not mentioned[-1].first


def test_bits_by_hand() -> None:
    losses = [np.array([1.0, 2.0, 3.0, 4.0]) * math.log(2), np.array([8.0, 16.0]) * math.log(2)]
    mentioned = [
        MentionTokens("names", True, 0, 0, 2),  # 3 bits
        MentionTokens("names", False, 0, 3, 4),  # 4 bits
        MentionTokens("names", True, 1, 1, 2),  # 16 bits
        MentionTokens("things", True, 1, 1, 3),  # beyond the context: left out
    ]
    assert copying_figures(mentioned, losses) == {
        "names": {
            "first": {"bits": pytest.approx(9.5), "mentions": 2},
            "later": {"bits": pytest.approx(4.0), "mentions": 1},
        },
        "things": {
            "first": {"bits": None, "mentions": 0},
            "later": {"bits": None, "mentions": 0},
        },
    }


def test_loss_by_context_by_hand() -> None:
    rows = loss_by_context([np.array([9.0, 1.0, 2.0, 4.0, 7.0]), np.array([9.0, 3.0])])
    assert [(row["start"], row["end"], row["tokens"]) for row in rows] == [
        (1, 2, 2),
        (2, 4, 2),
        (4, 5, 1),
    ]
    assert [row["loss"] for row in rows] == [2.0, 3.0, 7.0]


def test_losses_from_the_start_are_those_of_a_pass_for_each_story() -> None:
    model = model_of(context_length=8, vocab_size=61)
    random = np.random.default_rng(0)
    stories = [random.integers(0, 60, length).astype(np.uint16) for length in (3, 8, 12, 1, 7)]
    for batch_size in (2, 16):
        losses = losses_from_start(model, stories, 60, batch_size)
        for story, found in zip(stories, losses, strict=True):
            read = story[:8].astype(np.int32)
            logits = np.array(model(mx.array([[60, *read[:-1].tolist()]]))[0]).astype(np.float64)
            expected = np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(read)), read]
            np.testing.assert_allclose(found, expected, rtol=2e-5)
