"""The sections that look inside the model, against the model itself."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest
from helpers.report_run import STORIES
from helpers.variants import model_of, tokens_of

from lmcore.evaluation.losses import model_losses
from lmcore.report.inside import embedding_section, expected_tokens, predictions, surprise_section
from lmcore.tokenizer.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(STORIES, 300, ["<|endoftext|>"])


@pytest.mark.parametrize("length", [1, 20, 75, 76, 110])
@pytest.mark.parametrize("stride", [0, 20, 75])
def test_predictions_are_those_that_the_losses_were_measured_with(length: int, stride: int) -> None:
    model = model_of()
    stream = np.array(tokens_of(model, batch=1, length=300)[0])
    end, story = int(stream[0]), 110
    stream[1 : story + 1] = np.where(stream[1 : story + 1] == end, end + 1, stream[1 : story + 1])
    stream[story + 1] = end
    losses, _ = model_losses(model, stream[1:], end, batch_size=2, stride=stride)
    rows = list(predictions(model, stream[: length + 1].tolist(), story, stride))
    assert len(rows) == length
    found = [-np.log(row[token]) for row, token in zip(rows, stream[1:], strict=False)]
    assert np.allclose(found, losses[:length], atol=1e-4)


def test_the_likeliest_tokens_are_told_with_their_probabilities(tokenizer: Tokenizer) -> None:
    probabilities = np.full(400, 0.001)
    probabilities[[ord("b"), ord(" "), 350]] = 0.3, 0.2, 0.4  # 350 is the id of no token
    assert expected_tokens(probabilities, tokenizer)[:2] == [("b", 0.3), ("␣", 0.2)]
    assert len(expected_tokens(probabilities, tokenizer)) == 5


def test_a_passage_that_is_cut_is_told_to_be_so(tokenizer: Tokenizer) -> None:
    model = model_of(vocab_size=300)
    passage = {
        "ids": [299, 79, 32],
        "tokens": ["<|endoftext|>", "O", " "],
        "loss": [None, 1.0, 2.0],
    }
    cut = surprise_section(passage | {"story_tokens": 2500}, model, tokenizer, 75)
    assert "Of 2,500 tokens these are the first 2. On average" in cut
    whole = surprise_section(passage | {"story_tokens": 2}, model, tokenizer, 75)
    assert "these are the first" not in whole


def test_the_nearest_tokens_are_those_of_the_greatest_cosine() -> None:
    tokenizer = Tokenizer.train(["a girl saw the cat and the girl saw the sea"] * 4, 275)
    model = model_of(vocab_size=300)
    texts = {index: tokenizer.decode([index]) for index in range(256, 275)}
    word = next(index for index, text in texts.items() if text == " the")
    rows = np.array(model.embedding.weight)
    rows[ord("Q")] = 3 * rows[word]
    model.embedding.weight = mx.array(rows)
    page = embedding_section(model, tokenizer)
    assert '<th scope="row">␣the</th><td>Q\u00a01.00</td>' in page
    without = Tokenizer.train(["12345678"], 260)
    assert embedding_section(model, without) == ""
