"""The model's loss on every token of a text, summed by story and by position in the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from lmcore.backend.memory import check_fits_memory
from lmcore.common.progress import progress
from lmcore.common.units import LN2
from lmcore.dataset.windows import document_windows, windows
from lmcore.evaluation.standard_error import exponential, ratio
from lmcore.model import GPT
from lmcore.training.cross_entropy import token_losses


class PositionLoss:
    """Mean loss at each position of a window, with its standard error."""

    def __init__(self, length: int) -> None:
        self._windows = np.zeros(length, np.int64)  # how many windows reach each position
        self._sum, self._squares = np.zeros(length), np.zeros(length)

    def add(self, losses: np.ndarray) -> None:
        """Count the losses of a window, (at most length,)."""
        reached, losses = slice(len(losses)), losses.astype(np.float64)
        self._windows[reached] += 1
        self._sum[reached] += losses
        self._squares[reached] += np.square(losses)

    @property
    def mean(self) -> np.ndarray:
        """Nats, (length,)."""
        return self._sum / self._windows

    @property
    def standard_error(self) -> np.ndarray:
        """Of the mean, (length,); NaN where there is only one window."""
        count = np.where(self._windows > 1, self._windows, np.nan)
        variance = np.maximum(self._squares - count * self.mean**2, 0)
        return np.sqrt(variance / (count - 1) / count)

    def csv(self) -> str:
        """Return a row for each position."""
        rows = zip(self.mean.tolist(), self.standard_error.tolist(), strict=True)
        lines = (f"{position},{loss},{error}" for position, (loss, error) in enumerate(rows))
        return "\n".join(["position,loss,standard_error", *lines]) + "\n"


def model_losses(
    model: GPT, tokens: np.ndarray, end_of_text: int, batch_size: int, stride: int
) -> tuple[np.ndarray, PositionLoss]:
    """Return the nats of every token, (N,), and the mean by position in the window.

    The first token follows an end of text, as every story does. With stride 0 the windows
    begin where stories begin. The losses count a token once. The mean by position counts it also
    where it is only context: with a small stride, few positions but the last would be seen
    otherwise.
    """
    stream = np.concatenate([[end_of_text], tokens]).astype(np.int32)
    if stride:
        cut = windows(len(tokens), model.config.context_length, stride)
    else:
        ends = np.flatnonzero(tokens == end_of_text) + 1
        if not len(ends) or ends[-1] < len(tokens):  # an end is missing after the last story
            ends = np.append(ends, len(tokens))
        cut = document_windows(ends, model.config.context_length)
    length = max(window.length for window in cut)
    losses = np.empty(len(tokens), np.float32)
    positions = PositionLoss(length)
    loss_of = mx.compile(lambda inputs, targets: token_losses(model, inputs, targets))
    logits = 4 * batch_size * length * model.config.vocab_size
    check_fits_memory(logits, "Evaluation", "Lower evaluate.batch_size.")
    with progress(len(tokens), "evaluate", "token") as bar:
        for first in range(0, len(cut), batch_size):
            batch = cut[first : first + batch_size]
            # All batches have one shape: rows are filled up with what no earlier token sees.
            rows = np.full((batch_size, length + 1), end_of_text, np.int32)
            for row, window in zip(rows, batch, strict=False):
                row[: window.length + 1] = stream[window.start :][: window.length + 1]
            result = np.array(loss_of(mx.array(rows[:, :-1]), mx.array(rows[:, 1:])))
            for row, window in zip(result, batch, strict=False):
                positions.add(row[: window.length])
                end = window.start + window.length
                losses[end - window.scored : end] = row[: window.length][-window.scored :]
                bar.update(window.scored)
    return losses, positions


def losses_from_start(
    model: GPT, stories: Sequence[np.ndarray], end_of_text: int, batch_size: int
) -> list[np.ndarray]:
    """Return the nats of every token of each story (n,), read from its start after an end of text.

    Of a story that is longer than the context only the tokens that fill it are read.
    """
    length = model.config.context_length
    losses = []
    loss_of = mx.compile(lambda inputs, targets: token_losses(model, inputs, targets))
    for first in range(0, len(stories), batch_size):
        batch = stories[first : first + batch_size]
        # Rows are filled up with ends of text, which no earlier token sees.
        rows = np.full((batch_size, length + 1), end_of_text, np.int32)
        for row, story in zip(rows, batch, strict=False):
            row[1 : len(story) + 1] = story[:length]
        result = np.array(loss_of(mx.array(rows[:, :-1]), mx.array(rows[:, 1:])))
        losses += [row[: len(story)] for row, story in zip(result, batch, strict=False)]
    return losses


@dataclass(frozen=True)
class StoryLosses:
    """What every story cost, (stories,) each, in order; its end counts as one of its tokens."""

    bytes: np.ndarray  # of UTF-8; the end has none
    tokens: np.ndarray
    nats: np.ndarray

    @classmethod
    def of(
        cls, losses: np.ndarray, tokens: np.ndarray, end_of_text: int, sizes: np.ndarray
    ) -> StoryLosses:
        """Sum the losses (N,) of the tokens (N,) by story, whose bytes are `sizes` (stories,)."""
        ends = np.flatnonzero(tokens == end_of_text)
        counts = np.diff(ends, prepend=-1)
        nats = np.add.reduceat(losses.astype(np.float64), ends - counts + 1)
        return cls(sizes, counts, nats)

    def csv(self) -> str:
        """Return a row for each story: two models of the same stories compare story by story."""
        columns = (column.tolist() for column in (self.bytes, self.tokens, self.nats))
        rows = zip(*columns, strict=True)
        lines = (f"{index},{size},{count},{nats}" for index, (size, count, nats) in enumerate(rows))
        return "\n".join(["index,bytes,tokens,nats", *lines]) + "\n"

    def standard_errors(self) -> dict[str, float | None]:
        """Return those of the model's figures; None where there is only one story."""
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
