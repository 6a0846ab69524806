"""The whole evaluation of a model: all measurements, and the files they are written to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common import paths
from lmcore.common.atomic_files import atomic_directory, write_json, write_text
from lmcore.common.checksums import write_checksums
from lmcore.dataset.shards import TokenShards
from lmcore.evaluation.baselines import MAX_TOKENS
from lmcore.evaluation.bits_per_byte import baseline_figures, entropy_floor, figures, story_sizes
from lmcore.evaluation.expert_use import ExpertUse, expert_use
from lmcore.evaluation.losses import PositionLoss, StoryLosses, model_losses
from lmcore.evaluation.passage import passage
from lmcore.model import GPT
from lmcore.tokenizer.tokenizer import Tokenizer


@dataclass(frozen=True)
class Evaluation:
    """The figures of a model, and the losses behind them."""

    figures: dict[str, Any]
    stories: StoryLosses
    losses: np.ndarray  # (N,) nats
    positions: PositionLoss
    tokens: np.ndarray  # (N,)
    experts: dict[int, ExpertUse]  # of each mixture layer, from 0
    coherence: dict[str, Any] | None = None
    copying: dict[str, Any] | None = None

    def headline(self) -> dict[str, float]:
        """Return the few rounded numbers that `dvc metrics show` lists in 100 columns."""
        bits = self.figures["model"]["bits_per_byte"]
        trigram = self.figures["baselines"]["kneser_ney_trigram"]["bits_per_byte"]
        headline = {"bits_per_byte": round(bits, 4), "trigram": round(trigram, 4)}
        if "floor" in self.figures:
            floor = self.figures["floor"]["bits_per_byte"]
            headline["above_floor_%"] = round(100 * (bits / floor - 1), 1)
        if self.coherence is not None:
            final = self.coherence["final"]
            headline["name_recurs_%"] = round(100 * final["name_recurs"], 1)
            if "valid" in final:
                headline["valid_%"] = round(100 * final["valid"], 1)
        return headline

    def save(self, folder: Path, metrics: Path, tokenizer: Tokenizer) -> None:
        """Write everything to `folder`, and the headline to `metrics`."""
        favourites = {
            layer_name(layer): [
                [tokenizer.decode([index]) for index in tokens] for tokens in use.favourites
            ]
            for layer, use in self.experts.items()
        }
        with atomic_directory(folder) as partial:
            write_json(partial / "figures.json", self.figures)
            write_json(partial / paths.HEADLINE, self.headline())
            write_text(partial / "position_loss.csv", self.positions.csv())
            write_text(partial / "stories.csv", self.stories.csv())
            write_json(partial / "passage.json", passage(self.tokens, self.losses, tokenizer))
            write_json(partial / "experts.json", favourites)
            if self.coherence is not None:
                write_json(partial / "coherence.json", self.coherence)
            if self.copying is not None:
                write_json(partial / "copying.json", self.copying)
            write_checksums(partial)
        write_json(metrics, self.headline())


def layer_name(layer: int) -> str:
    """Return the name of a layer in the figures, counted from 1."""
    return f"layer_{layer + 1}"


def evaluate(model: GPT, raw: Path, tokens: Path, batch_size: int, stride: int) -> Evaluation:
    """Return all measurements of the model and its baselines on the validation split.

    Raises `LmcoreError` where the tokens are not those of the stories in `raw`.
    """
    train, shards = TokenShards(tokens / "train"), TokenShards(tokens / "validation")
    sizes = story_sizes(raw, shards.documents)
    validation = np.asarray(shards[:])
    # 1. The loss on every token, and its sum for every story.
    losses, positions = model_losses(model, validation, shards.end_of_text, batch_size, stride)
    stories = StoryLosses.of(losses, validation, shards.end_of_text, sizes)
    # 2. The figures that follow, and the same of simpler models.
    context_length = model.config.context_length
    measured = {
        "validation": {
            "tokens": shards.tokens,
            "bytes": shards.bytes,
            "stories": shards.documents,
        },
        "windows": {"context_length": context_length, "stride": stride},
        "model": figures(losses, shards.bytes) | stories.standard_errors(),
        "baselines": baseline_figures(train, shards, raw),
    }
    if train.tokens > MAX_TOKENS:
        measured["n_grams"] = {"tokens_counted": MAX_TOKENS, "train_tokens": train.tokens}
    # 3. The entropy of the source, where it is known.
    floor = entropy_floor(raw, int(sizes.sum()))
    if floor is not None:
        measured["floor"] = {"bits_per_byte": floor}
    # 4. What the experts do, where there are any.
    experts = expert_use(model, _batches(model, validation, batch_size))
    if experts:
        measured["experts"] = {layer_name(layer): use.figures() for layer, use in experts.items()}
    return Evaluation(measured, stories, losses, positions, validation, experts)


# Tokens over which the use of experts is counted.
_MAX_ROUTED = 2**17


def _batches(model: GPT, tokens: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    """Yield the first whole windows of a mixture's validation tokens, (at most batch_size, T)."""
    if not model.config.moe.experts:
        return
    length = min(model.config.context_length, len(tokens))
    rows = tokens[: min(_MAX_ROUTED, len(tokens)) // length * length].reshape(-1, length)
    for first in range(0, len(rows), batch_size):
        yield rows[first : first + batch_size].astype(np.int32)
