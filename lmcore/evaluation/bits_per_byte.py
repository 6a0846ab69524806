"""How good a model is: loss, perplexity and bits per byte over the validation split.

Every token is predicted once, the ends of texts included, each from at most
`context_length` tokens before it. With N tokens, B bytes of UTF-8 text and
total loss L in nats:

    loss = L / N        perplexity = exp(loss)        bits per byte = L / (ln 2 * B)

The standard errors are those of another draw of as many stories, the model
being what it is; they say nothing of another seed of training.

Bits per byte does not depend on the tokenizer, so it compares models that cut
text differently, and compares with the entropy of the source. The cost of
saying where a story ends is in L, while an end has no bytes and costs the
grammar of the built-in stories nothing: the comparison with the floor is, by
that little, to the model's disadvantage.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmcore.common.atomic_files import atomic_directory, write_json, write_text
from lmcore.common.errors import LmcoreError
from lmcore.common.progress import progress
from lmcore.dataset.shards import TokenShards
from lmcore.dataset.stories import iter_texts, read_texts, row_groups, split_files
from lmcore.evaluation.baselines import (
    MAX_TOKENS,
    KneserNey,
    uniform_loss,
    xz_bits_per_byte,
    zstd_bits_per_byte,
)
from lmcore.evaluation.expert_use import ExpertUse, expert_use
from lmcore.evaluation.standard_error import exponential, ratio
from lmcore.model import GPT
from lmcore.tokenizer.tokenizer import Tokenizer
from lmcore.training.cross_entropy import token_losses

LN2 = math.log(2)

# Tokens of the passage that is shown: the page grows with them, and a story may be a whole book.
_MAX_SHOWN = 1000


@dataclass(frozen=True)
class Window:
    """A stretch of the tokens, of which the last `scored` targets count."""

    start: int
    scored: int


def windows(tokens: int, context_length: int, stride: int) -> list[Window]:
    """Windows whose scored targets are every token once, in order.

    With stride 0 they stand side by side; else each moves on by `stride`
    tokens, so that the rest of the window is context for the new ones.
    """
    stride = stride or context_length
    found = [Window(0, min(context_length, tokens))]
    end = found[0].scored
    while end < tokens:
        scored = min(stride, tokens - end)
        found.append(Window(end + scored - context_length, scored))
        end += scored
    return found


class PositionLoss:
    """Mean loss at each place of a window, with its standard error."""

    def __init__(self, length: int) -> None:
        self._windows, self._sum, self._squares = 0, np.zeros(length), np.zeros(length)

    def add(self, losses: np.ndarray) -> None:
        """The losses of some windows, (windows, length)."""
        self._windows += len(losses)
        self._sum += losses.sum(axis=0, dtype=np.float64)
        self._squares += np.square(losses, dtype=np.float64).sum(axis=0)

    @property
    def mean(self) -> np.ndarray:
        """Nats, (length,)."""
        return self._sum / self._windows

    @property
    def standard_error(self) -> np.ndarray:
        """Of the mean, (length,); NaN where one window is all there is."""
        if self._windows == 1:
            return np.full(len(self._sum), np.nan)
        variance = np.maximum(self._squares - self._windows * self.mean**2, 0)
        return np.sqrt(variance / (self._windows - 1) / self._windows)

    def csv(self) -> str:
        """A row for each place."""
        rows = zip(self.mean.tolist(), self.standard_error.tolist(), strict=True)
        lines = (f"{place},{loss},{error}" for place, (loss, error) in enumerate(rows))
        return "\n".join(["position,loss,standard_error", *lines]) + "\n"


def model_losses(
    model: GPT, tokens: np.ndarray, end_of_text: int, batch_size: int, stride: int
) -> tuple[np.ndarray, PositionLoss]:
    """Nats of every token, (N,), and the mean by place in the window.

    The first token follows an end of text, as every story does. A token counts
    once in the former; in the latter also where it is but context in a window,
    or all places but the last would hardly be seen with a small stride.
    """
    stream = np.concatenate([[end_of_text], tokens]).astype(np.int32)
    length = min(model.config.context_length, len(tokens))
    losses = np.empty(len(tokens), np.float32)
    positions = PositionLoss(length)
    loss_of = mx.compile(lambda inputs, targets: token_losses(model, inputs, targets))
    todo = windows(len(tokens), length, stride)
    with progress(len(tokens), "evaluate", "token") as bar:
        for first in range(0, len(todo), batch_size):
            batch = todo[first : first + batch_size]
            # The last batch is filled up, so that all have one shape.
            rows = [window.start for window in batch] + [0] * (batch_size - len(batch))
            spans = np.stack([stream[start : start + length + 1] for start in rows])
            result = np.array(loss_of(mx.array(spans[:, :-1]), mx.array(spans[:, 1:])))
            positions.add(result[: len(batch)])
            for row, window in zip(result, batch, strict=False):
                end = window.start + length
                losses[end - window.scored : end] = row[length - window.scored :]
                bar.update(window.scored)
    return losses, positions


@dataclass(frozen=True)
class Stories:
    """What every story cost, (stories,) each, in order; its end counts as a token of it."""

    bytes: np.ndarray  # of UTF-8, the end has none
    tokens: np.ndarray
    nats: np.ndarray

    def csv(self) -> str:
        """A row for each story: two models of the same stories compare story by story."""
        columns = (column.tolist() for column in (self.bytes, self.tokens, self.nats))
        rows = zip(*columns, strict=True)
        lines = (f"{place},{size},{count},{nats}" for place, (size, count, nats) in enumerate(rows))
        return "\n".join(["index,bytes,tokens,nats", *lines]) + "\n"

    def standard_errors(self) -> dict[str, float | None]:
        """Of the figures of a model over these stories; None where they tell none."""
        loss = ratio(self.nats, self.tokens)
        errors = {
            "loss": loss.standard_error,
            "perplexity": exponential(loss).standard_error,
            "bits_per_byte": ratio(self.nats / LN2, self.bytes).standard_error,
        }
        return {
            f"{name}_standard_error": None if math.isnan(error) else error
            for name, error in errors.items()
        }


@dataclass(frozen=True)
class Evaluation:
    """Figures for the metrics, and the losses behind them."""

    metrics: dict[str, Any]
    stories: Stories
    losses: np.ndarray  # (N,) nats
    positions: PositionLoss
    tokens: np.ndarray  # (N,)
    experts: dict[int, ExpertUse]  # of each mixture layer, from 0
    shards: TokenShards

    def save(self, folder: Path, metrics: Path, tokenizer: Tokenizer) -> None:
        """Writes the details to `folder` and the figures to `metrics`."""
        with atomic_directory(folder) as partial:
            write_text(partial / "position_loss.csv", self.positions.csv())
            write_text(partial / "stories.csv", self.stories.csv())
            write_json(partial / "passage.json", self._passage(tokenizer))
            write_json(partial / "experts.json", self._favourites(tokenizer))
        write_json(metrics, self.metrics)

    def _passage(self, tokenizer: Tokenizer) -> dict[str, Any]:
        """The first story, or its beginning: tokens as text, and how surprising each was.

        It begins with what stands before it, an end of text, which is given and
        not counted among the tokens of the story.
        """
        end = int(np.argmax(self.tokens == self.shards.end_of_text))
        shown = min(end, _MAX_SHOWN)
        ids = [self.shards.end_of_text, *self.tokens[:shown]]
        return {
            "ids": [int(index) for index in ids],
            "tokens": [tokenizer.decode([index]) for index in ids],
            "loss": [None, *(round(float(loss), 4) for loss in self.losses[:shown])],
            "story_tokens": end,
        }

    def _favourites(self, tokenizer: Tokenizer) -> dict[str, list[list[str]]]:
        """The texts of each expert's favourite tokens, by layer; empty without a mixture."""
        return {
            layer_name(layer): [
                [tokenizer.decode([index]) for index in tokens] for tokens in use.favourites
            ]
            for layer, use in self.experts.items()
        }


def layer_name(layer: int) -> str:
    """How the metrics name a layer, counted from 1."""
    return f"layer_{layer + 1}"


def evaluate(model: GPT, raw: Path, tokens: Path, batch_size: int, stride: int) -> Evaluation:
    """Measures the model and the baselines on the whole validation split.

    Raises `LmcoreError` where the tokens are not those of the stories in `raw`.
    """
    train, shards = TokenShards(tokens / "train"), TokenShards(tokens / "validation")
    sizes = _story_sizes(raw, shards.documents)
    validation = np.asarray(shards[:])
    losses, positions = model_losses(model, validation, shards.end_of_text, batch_size, stride)
    stories = _stories(losses, validation, shards.end_of_text, sizes)
    context_length = model.config.context_length
    metrics = {
        "validation": {
            "tokens": shards.tokens,
            "bytes": shards.bytes,
            "stories": shards.documents,
        },
        "windows": {"context_length": context_length, "stride": stride or context_length},
        "model": _figures(losses, shards) | stories.standard_errors(),
        "baselines": _baselines(train, shards, validation, raw),
    }
    if train.tokens > MAX_TOKENS:
        metrics["n_grams"] = {"tokens_counted": MAX_TOKENS, "train_tokens": train.tokens}
    floor = _floor(raw, sizes)
    if floor is not None:
        metrics["floor"] = {"bits_per_byte": floor}
    experts = expert_use(model, _batches(model, validation, batch_size))
    if experts:
        metrics["experts"] = {layer_name(layer): use.figures() for layer, use in experts.items()}
    return Evaluation(metrics, stories, losses, positions, validation, experts, shards)


# Tokens over which the use of experts is counted.
_MAX_ROUTED = 2**17


def _batches(model: GPT, tokens: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    """The first whole windows of a mixture's validation tokens, (at most batch_size, T)."""
    if not model.config.moe.experts:
        return
    length = min(model.config.context_length, len(tokens))
    rows = tokens[: min(_MAX_ROUTED, len(tokens)) // length * length].reshape(-1, length)
    for first in range(0, len(rows), batch_size):
        yield rows[first : first + batch_size].astype(np.int32)


def _figures(losses: np.ndarray, shards: TokenShards) -> dict[str, float]:
    total = float(losses.sum(dtype=np.float64))
    loss = total / len(losses)
    return {
        "loss": loss,
        "perplexity": math.exp(loss),
        "bits_per_byte": total / LN2 / shards.bytes,
    }


def _stories(
    losses: np.ndarray, tokens: np.ndarray, end_of_text: int, sizes: np.ndarray
) -> Stories:
    """Sums the losses (N,) of the tokens (N,) by story, whose bytes are `sizes` (stories,)."""
    ends = np.flatnonzero(tokens == end_of_text)
    counts = np.diff(ends, prepend=-1)
    nats = np.add.reduceat(losses.astype(np.float64), ends - counts + 1)
    return Stories(sizes, counts, nats)


def _story_sizes(raw: Path, encoded: int) -> np.ndarray:
    """UTF-8 bytes of every validation story; there must be as many as were encoded."""
    sizes = np.concatenate(
        [
            pc.binary_length(read_texts(group)).to_numpy(zero_copy_only=False)
            for group in row_groups(raw, "validation")
        ]
    ).astype(np.int64)
    if len(sizes) != encoded:
        raise LmcoreError(
            f"{raw} has {len(sizes):,} validation stories and {encoded:,} were encoded; "
            "`dvc repro` encodes them anew."
        )
    return sizes


def _baselines(
    train: TokenShards, shards: TokenShards, validation: np.ndarray, raw: Path
) -> dict[str, dict[str, float]]:
    known = np.asarray(train[: min(train.tokens, MAX_TOKENS)])
    uniform = np.full(len(validation), uniform_loss(shards.vocab_size))
    found = {"uniform": _figures(uniform, shards)}
    for order, name in ((1, "unigram"), (2, "bigram"), (3, "kneser_ney_trigram")):
        # Ends of text before the first token give it a context, as for the model.
        padded = np.concatenate([[shards.end_of_text] * (order - 1), validation])
        model = KneserNey(known, order, shards.vocab_size)
        found[name] = _figures(model.losses(padded), shards)
    found["xz"] = {"bits_per_byte": xz_bits_per_byte(iter_texts(raw, "validation"))}
    found["zstd"] = {"bits_per_byte": zstd_bits_per_byte(iter_texts(raw, "validation"))}
    return found


def _floor(raw: Path, sizes: np.ndarray) -> float | None:
    """Bits per byte of the source itself, where the stories carry their probability."""
    bits = 0.0
    for path in split_files(raw, "validation"):
        if "log2_probability" not in pq.read_schema(path).names:
            return None
        column = pq.read_table(path, columns=["log2_probability"]).column(0)
        bits -= float(np.sum(column.to_numpy()))
    return bits / float(sizes.sum())
