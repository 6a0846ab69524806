"""Every token is scored once, from the context it should have, whatever the batch size."""

from __future__ import annotations

import csv
import json
import math
from itertools import pairwise
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, model_of
from hypothesis import given
from hypothesis import strategies as st

from lmcore.common.errors import LmcoreError
from lmcore.common.params import load_params
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.stories import SplitWriter
from lmcore.dataset.windows import Window, document_windows, windows
from lmcore.evaluation import evaluate
from lmcore.evaluation.expert_use import expert_use
from lmcore.evaluation.losses import model_losses
from lmcore.model import GPT, ModelConfig
from lmcore.tokenizer.tokenizer import Tokenizer


@given(st.integers(1, 200), st.integers(2, 40), st.integers(0, 40))
def test_windows_score_every_token_once(tokens: int, context: int, stride: int) -> None:
    cut = windows(tokens, context, min(stride, context))
    assert scored(cut) == list(range(tokens))
    assert all(window.start >= 0 and window.length == min(context, tokens) for window in cut)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20), st.integers(2, 40))
def test_windows_begin_with_documents(lengths: list[int], context: int) -> None:
    ends = np.cumsum(lengths)
    cut = document_windows(ends, context)
    assert scored(cut) == list(range(ends[-1]))
    for window in cut:
        assert window.length <= context
        # What a token sees of its document: all, or a whole window.
        for place in range(
            window.start + window.length - window.scored, window.start + window.length
        ):
            begin = int(max([0, *ends[ends <= place]]))
            assert window.start <= begin or window.length == context
    # No window could have held the next document, too.
    for window, following in pairwise(cut):
        end = window.start + window.length
        if following.start == end:
            size = int(min(ends[ends > end])) - end
            assert window.length + size > context


def scored(cut: list[Window]) -> list[int]:
    """The targets that count, in order."""
    return [
        place
        for window in cut
        for place in range(
            window.start + window.length - window.scored, window.start + window.length
        )
    ]


@pytest.fixture(scope="module")
def model(repository: Path) -> GPT:
    shape = load_params(repository / "profiles" / "quickstart.yaml").model.model_dump()
    small = {"context_length": 8, "d_model": 16, "n_layers": 1, "n_heads": 2, "n_kv_heads": 2}
    return GPT(ModelConfig(**shape | small | {"d_ff": 32}, vocab_size=300), seed=1)


def plainly(model: GPT, tokens: np.ndarray, end: int, stride: int) -> list[float]:
    """Each token from its own forward pass over just the context it should have."""
    stream, losses = [end, *tokens.tolist()], []
    for window in cut_of(tokens, end, stride):
        stop = window.start + window.length
        for place in range(stop - window.scored, stop):
            context = stream[window.start : place + 1]
            logits = np.array(model(mx.array([context]))[0, -1]).astype(np.float64)
            losses.append(np.log(np.exp(logits).sum()) - logits[stream[place + 1]])
    return losses


@pytest.mark.parametrize("stride", [0, 3])
def test_losses_equal_a_forward_pass_for_each_token(model: GPT, stride: int) -> None:
    tokens = np.random.default_rng(0).integers(0, 299, 45).astype(np.uint16)
    tokens[[2, 6, 20, 23, 44]] = 299
    expected = plainly(model, tokens, 299, stride)
    for batch_size in (1, 4, 64):
        losses, positions = model_losses(model, tokens, 299, batch_size, stride)
        np.testing.assert_allclose(losses, expected, rtol=2e-5)
        table = by_position(model, tokens, stride)
        np.testing.assert_allclose(positions.mean, np.nanmean(table, 0), rtol=2e-5)
        count = (~np.isnan(table)).sum(0)
        error = np.nanstd(table, 0, ddof=1) / np.sqrt(count)
        np.testing.assert_allclose(positions.standard_error, error, rtol=1e-3)


def cut_of(tokens: np.ndarray, end: int, stride: int) -> list[Window]:
    """The windows that the losses of tokens are measured in."""
    if stride:
        return windows(len(tokens), 8, stride)
    return document_windows(np.flatnonzero(tokens == end) + 1, 8)


def by_position(model: GPT, tokens: np.ndarray, stride: int) -> np.ndarray:
    """The loss at every place of every window, (windows, 8); NaN where a window is shorter."""
    stream = np.concatenate([[299], tokens.astype(int)])
    rows = []
    for window in cut_of(tokens, 299, stride):
        span = stream[window.start : window.start + window.length + 1]
        logits = np.array(model(mx.array(span[None, :-1]))[0]).astype(np.float64)
        row = np.full(8, np.nan)
        row[: window.length] = (
            np.log(np.exp(logits).sum(-1)) - logits[np.arange(window.length), span[1:]]
        )
        rows.append(row)
    return np.array(rows)


def test_one_window_has_no_standard_error(model: GPT) -> None:
    _, positions = model_losses(model, np.arange(8, dtype=np.uint16), 299, 4, 0)
    assert np.isfinite(positions.mean).all() and np.isnan(positions.standard_error).all()
    assert positions.csv().splitlines()[1].endswith(",nan")


def encoded(folder: Path, texts: list[str], vocab_size: int, **columns: list[float]) -> Tokenizer:
    """Texts as both splits, and their tokens in `folder`/tokens."""
    for split in ("train", "validation"):
        with SplitWriter(folder, split) as writer:
            for place, text in enumerate(texts):
                writer.add(text, **{name: values[place] for name, values in columns.items()})
    tokenizer = Tokenizer.train(texts, vocab_size)
    tokenizer.save(folder)
    encode_corpus(folder, folder / "tokenizer.json", folder / "tokens", 1024)
    return tokenizer


def test_figures_follow_from_the_losses(model: GPT, tmp_path: Path) -> None:
    texts = ["One day, a cat sat.", "It ran away!", "The cat came back, día."] * 9
    bits = [-1.5 * len(text.encode()) for text in texts]
    tokenizer = encoded(tmp_path, texts, 300, log2_probability=bits)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0)
    metrics = outcome.figures
    size = sum(len(text.encode()) for text in texts)
    total = outcome.losses.astype(np.float64).sum()
    assert metrics["validation"] == {
        "tokens": len(outcome.losses),
        "bytes": size,
        "stories": len(texts),
    }
    assert metrics["windows"] == {"context_length": 8, "stride": 0}
    assert "n_grams" not in metrics
    assert metrics["model"]["loss"] == pytest.approx(total / len(outcome.losses))
    assert metrics["model"]["perplexity"] == pytest.approx(math.exp(metrics["model"]["loss"]))
    assert metrics["model"]["bits_per_byte"] == pytest.approx(total / math.log(2) / size)
    assert metrics["floor"]["bits_per_byte"] == pytest.approx(1.5)
    assert metrics["baselines"]["uniform"]["perplexity"] == pytest.approx(tokenizer.vocab_size)
    outcome.save(tmp_path / "details", tmp_path / "metrics.json", tokenizer)
    assert json.loads((tmp_path / "metrics.json").read_text()) == {
        "bits_per_byte": round(metrics["model"]["bits_per_byte"], 4),
        "trigram": round(metrics["baselines"]["kneser_ney_trigram"]["bits_per_byte"], 4),
        "above_floor_%": round(100 * (metrics["model"]["bits_per_byte"] / 1.5 - 1), 1),
    }
    with (tmp_path / "details" / "stories.csv").open() as file:
        stories = list(csv.DictReader(file))
    assert [int(row["bytes"]) for row in stories] == [len(text.encode()) for text in texts]
    assert [int(row["tokens"]) for row in stories] == [
        len(tokenizer.encode(text)) + 1 for text in texts
    ]
    assert math.fsum(float(row["nats"]) for row in stories) == pytest.approx(total)
    passage = json.loads((tmp_path / "details" / "passage.json").read_text())
    assert "".join(passage["tokens"]) == "<|endoftext|>" + texts[0]
    assert tokenizer.decode(passage["ids"]) == "".join(passage["tokens"])
    assert passage["story_tokens"] == len(passage["tokens"]) - 1
    given, *losses = passage["loss"]
    assert given is None
    assert math.fsum(losses) < float(stories[0]["nats"])  # which has the story's end too
    by_name = {name: row["bits_per_byte"] for name, row in metrics["baselines"].items()}
    assert by_name["uniform"] > by_name["unigram"] > by_name["bigram"]


def test_the_standard_errors_are_those_of_a_bootstrap(model: GPT, tmp_path: Path) -> None:
    """Resampling whole stories spreads each figure as much as the formula says."""
    random = np.random.default_rng(3)
    texts = [
        "a b c d e f g h"[: random.integers(3, 15)] * random.integers(1, 9) for _ in range(200)
    ]
    tokenizer = encoded(tmp_path, texts, 270)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=16, stride=3)
    assert "floor" not in outcome.figures
    assert outcome.figures["windows"] == {"context_length": 8, "stride": 3}
    ends = np.flatnonzero(outcome.tokens == tokenizer.end_of_text)
    starts = np.concatenate([[0], ends[:-1] + 1])
    nats = np.add.reduceat(outcome.losses.astype(np.float64), starts)
    size = np.array([len(text.encode()) for text in texts])
    draws = random.integers(0, len(texts), (2000, len(texts)))
    total, tokens = nats[draws].sum(1), (ends - starts + 1)[draws].sum(1)
    spread = {
        "bits_per_byte": total / size[draws].sum(1) / math.log(2),
        "loss": total / tokens,
        "perplexity": np.exp(total / tokens),
    }
    for name, values in spread.items():
        error = outcome.figures["model"][f"{name}_standard_error"]
        assert error == pytest.approx(values.std(), rel=0.1), name


def test_one_story_has_no_standard_errors(model: GPT, tmp_path: Path) -> None:
    tokenizer = encoded(tmp_path, ["One day, a cat sat. It ran away! The cat came back."], 280)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0)
    outcome.save(tmp_path / "details", tmp_path / "metrics.json", tokenizer)
    figures = json.loads((tmp_path / "details" / "figures.json").read_text())["model"]
    names = ("loss", "perplexity", "bits_per_byte")
    assert [figures[f"{name}_standard_error"] for name in names] == [None] * 3
    assert all(figures[name] > 0 for name in names)


def test_of_a_long_first_story_the_passage_is_the_beginning(
    model: GPT, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lmcore.evaluation.passage._MAX_SHOWN", 5)
    tokenizer = encoded(tmp_path, ["One day, a cat sat.", "It ran away!"], 270)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0)
    outcome.save(tmp_path / "details", tmp_path / "metrics.json", tokenizer)
    passage = json.loads((tmp_path / "details" / "passage.json").read_text())
    ids = tokenizer.encode("One day, a cat sat.")
    assert "".join(passage["tokens"]) == "<|endoftext|>" + tokenizer.decode(ids[:5])
    assert passage["loss"] == [None, *(round(float(loss), 4) for loss in outcome.losses[:5])]
    assert passage["story_tokens"] == len(ids) > 5


def test_tokens_of_other_stories_are_refused(model: GPT, tmp_path: Path) -> None:
    encoded(tmp_path, ["the cat sat on the mat", "no dog ran"], 270)
    with SplitWriter(tmp_path, "validation") as writer:
        writer.add("the cat sat on the mat")
    with pytest.raises(LmcoreError, match="has 1 validation stories and 2 were encoded; `dvc"):
        evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0)


def test_the_use_of_experts_is_told_of_every_mixture_layer(tmp_path: Path) -> None:
    tokenizer = encoded(tmp_path, ["One day, a cat sat.", "It ran away! The cat came back."], 300)
    experts = {**NO_EXPERTS, "experts": 4, "every": 2}
    model = model_of(n_layers=4, context_length=8, vocab_size=300, moe=experts)
    outcome = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=2, stride=0)
    outcome.save(tmp_path / "details", tmp_path / "metrics.json", tokenizer)
    figures = json.loads((tmp_path / "details" / "figures.json").read_text())["experts"]
    favourites = json.loads((tmp_path / "details" / "experts.json").read_text())
    assert list(figures) == list(favourites) == ["layer_2", "layer_4"]
    windows_of = outcome.tokens[: len(outcome.tokens) // 8 * 8].reshape(-1, 8).astype(np.int32)
    for layer, use in expert_use(model, [windows_of]).items():
        name = f"layer_{layer + 1}"
        assert list(figures[name]["load"].values()) == pytest.approx(use.load)
        assert favourites[name] == [
            [tokenizer.decode([token]) for token in tokens] for tokens in use.favourites
        ]


def test_how_many_tokens_the_n_grams_counted_is_told_where_it_is_not_all(
    model: GPT, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded(tmp_path, ["the cat sat on the mat", "no dog ran"], 270)
    for module in ("bits_per_byte", "evaluation"):
        monkeypatch.setattr(f"lmcore.evaluation.{module}.MAX_TOKENS", 5)
    few = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0).figures
    monkeypatch.undo()
    every = evaluate(model, tmp_path, tmp_path / "tokens", batch_size=4, stride=0).figures
    in_all = every["validation"]["tokens"]  # the splits are the same
    assert few["n_grams"] == {"tokens_counted": 5, "train_tokens": in_all}
    assert "n_grams" not in every
    assert few["baselines"]["unigram"] != every["baselines"]["unigram"]
