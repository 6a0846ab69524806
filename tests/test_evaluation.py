"""Every token is scored once, from the context it should have, whatever the batch size."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmcore.corpus.store import SplitWriter
from lmcore.encoder import encode_corpus
from lmcore.evaluation import evaluate, model_losses, windows
from lmcore.model import GPT, ModelConfig
from lmcore.params import load_params
from lmcore.tokenizer import Tokenizer


@given(st.integers(1, 200), st.integers(2, 40), st.integers(0, 40))
def test_windows_score_every_token_once(tokens: int, context: int, stride: int) -> None:
    context = min(context, tokens)
    stride = min(stride, context)
    scored = [
        place
        for window in windows(tokens, context, stride)
        for place in range(window.start + context - window.scored, window.start + context)
    ]
    assert scored == list(range(tokens))
    assert all(window.start >= 0 for window in windows(tokens, context, stride))


@pytest.fixture(scope="module")
def model(repository: Path) -> GPT:
    shape = load_params(repository / "params.yaml").model.model_dump()
    small = {"context_length": 8, "d_model": 16, "n_layers": 1, "n_heads": 2, "n_kv_heads": 2}
    return GPT(ModelConfig(**shape | small | {"d_ff": 32}, vocab_size=300), seed=1)


def plainly(model: GPT, tokens: np.ndarray, end: int, stride: int) -> list[float]:
    """Each token from its own forward pass over just the context it should have."""
    stream, losses = [end, *tokens.tolist()], []
    for window in windows(len(tokens), 8, stride):
        for place in range(window.start + 8 - window.scored, window.start + 8):
            context = stream[window.start : place + 1]
            logits = np.array(model(mx.array([context]))[0, -1]).astype(np.float64)
            losses.append(np.log(np.exp(logits).sum()) - logits[stream[place + 1]])
    return losses


@pytest.mark.parametrize("stride", [0, 3])
def test_losses_equal_a_forward_pass_for_each_token(model: GPT, stride: int) -> None:
    tokens = np.random.default_rng(0).integers(0, 300, 45).astype(np.uint16)
    expected = plainly(model, tokens, 299, stride)
    for batch_size in (1, 4, 64):
        losses, positions = model_losses(model, tokens, 299, batch_size, stride)
        np.testing.assert_allclose(losses, expected, rtol=2e-5)
        table = by_position(model, tokens, stride)
        np.testing.assert_allclose(positions.mean, table.mean(0), rtol=2e-5)
        error = table.std(0, ddof=1) / math.sqrt(len(table))
        np.testing.assert_allclose(positions.standard_error, error, rtol=1e-3)


def by_position(model: GPT, tokens: np.ndarray, stride: int) -> np.ndarray:
    """The loss at every place of every window, (windows, 8)."""
    stream = np.concatenate([[299], tokens.astype(int)])
    rows = []
    for window in windows(len(tokens), 8, stride):
        span = stream[window.start : window.start + 9]
        logits = np.array(model(mx.array(span[None, :-1]))[0]).astype(np.float64)
        rows.append(np.log(np.exp(logits).sum(-1)) - logits[np.arange(8), span[1:]])
    return np.array(rows)


def test_one_window_has_no_standard_error(model: GPT) -> None:
    _, positions = model_losses(model, np.arange(8, dtype=np.uint16), 299, 4, 0)
    assert np.isfinite(positions.mean).all() and np.isnan(positions.standard_error).all()
    assert positions.csv().splitlines()[1].endswith(",nan")


def test_figures_follow_from_the_losses(model: GPT, tmp_path: Path) -> None:
    texts = ["One day, a cat sat.", "It ran away!", "The cat came back, día."] * 9
    for split in ("train", "validation"):
        with SplitWriter(tmp_path, split) as writer:
            for text in texts:
                writer.add(text, log2_probability=-1.5 * len(text.encode()))
    tokenizer = Tokenizer.train(texts, 300)
    tokenizer.save(tmp_path)
    encode_corpus(tmp_path, tmp_path / "tokenizer.json", tmp_path / "tokens", 1024)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0)
    metrics = outcome.metrics
    size = sum(len(text.encode()) for text in texts)
    total = outcome.losses.astype(np.float64).sum()
    assert metrics["validation"] == {
        "tokens": len(outcome.losses),
        "bytes": size,
        "stories": len(texts),
    }
    assert metrics["model"]["loss"] == pytest.approx(total / len(outcome.losses))
    assert metrics["model"]["perplexity"] == pytest.approx(math.exp(metrics["model"]["loss"]))
    assert metrics["model"]["bits_per_byte"] == pytest.approx(total / math.log(2) / size)
    assert metrics["floor"]["bits_per_byte"] == pytest.approx(1.5)
    assert metrics["baselines"]["uniform"]["perplexity"] == pytest.approx(tokenizer.vocab_size)
    outcome.save(tmp_path / "details", tmp_path / "metrics.json", tokenizer)
    with (tmp_path / "details" / "stories.csv").open() as file:
        stories = list(csv.DictReader(file))
    assert [int(row["bytes"]) for row in stories] == [len(text.encode()) for text in texts]
    assert math.fsum(float(row["nats"]) for row in stories) == pytest.approx(total)
    passage = json.loads((tmp_path / "details" / "passage.json").read_text())
    assert "".join(passage["tokens"]) == texts[0]
    assert math.fsum(passage["loss"]) < float(stories[0]["nats"])  # which has the story's end too
    by_name = {name: row["bits_per_byte"] for name, row in metrics["baselines"].items()}
    assert by_name["uniform"] > by_name["unigram"] > by_name["bigram"]


def test_the_standard_error_is_that_of_a_bootstrap(model: GPT, tmp_path: Path) -> None:
    """Resampling whole stories spreads bits per byte as much as the formula says."""
    random = np.random.default_rng(3)
    texts = [
        "a b c d e f g h"[: random.integers(3, 15)] * random.integers(1, 9) for _ in range(200)
    ]
    for split in ("train", "validation"):
        with SplitWriter(tmp_path, split) as writer:
            for text in texts:
                writer.add(text)
    Tokenizer.train(texts, 270).save(tmp_path)
    encode_corpus(tmp_path, tmp_path / "tokenizer.json", tmp_path / "tokens", 1024)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=16, stride=0)
    assert "floor" not in outcome.metrics
    ends = np.flatnonzero(outcome.tokens == outcome.shards.end_of_text)
    starts = np.concatenate([[0], ends[:-1] + 1])
    nats = np.add.reduceat(outcome.losses.astype(np.float64), starts)
    size = np.array([len(text.encode()) for text in texts])
    draws = random.integers(0, len(texts), (2000, len(texts)))
    spread = (nats[draws].sum(1) / size[draws].sum(1) / math.log(2)).std()
    error = outcome.metrics["model"]["bits_per_byte_standard_error"]
    assert error == pytest.approx(spread, rel=0.1)
