"""Copying: what a name or a thing costs at its first mention and at later ones.

A model that copies from its context pays for a name once. Compared are mentions
in the same words of what a story mentions at least twice: its first mention with
the later ones. A mention costs the bits of the tokens that overlap its characters
(a token may hold the space before them). The stories are validation stories, each
read from its start in one window, so that earlier mentions are in the context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.json_files import read_json
from lmcore.common.params import EvaluateParams
from lmcore.common.units import LN2
from lmcore.corpus.stories.cast import NAMES
from lmcore.corpus.validity import Mention, mentions
from lmcore.dataset.stories import iter_texts
from lmcore.evaluation.checkpoints import kept_models
from lmcore.evaluation.losses import losses_from_start
from lmcore.model import GPT, load_model
from lmcore.tokenizer.tokenizer import Tokenizer


def evaluate_copying(
    folder: Path, checkpoints: Path, raw: Path, params: EvaluateParams
) -> dict[str, Any] | None:
    """Return what mentions cost the model in `folder`, and at its checkpoints.

    None where the parser does not know the stories, or the parameters ask for none.
    """
    source = read_json(raw / "manifest.json", {"source": str})["source"]
    if source != "builtin" or not params.copying_stories:
        return None
    tokenizer = Tokenizer.load(folder)
    texts = list(islice(iter_texts(raw, "validation"), params.copying_stories))
    ids = [tokenizer.encode(text) for text in texts]
    mentioned = mention_tokens(texts, ids, tokenizer)

    def losses_of(model: GPT) -> list[np.ndarray]:
        return losses_from_start(model, ids, tokenizer.end_of_text, params.batch_size)

    losses = losses_of(load_model(folder))
    final = copying_figures(mentioned, losses)
    return {
        "stories": len(texts),
        "final": final,
        "checkpoints": [
            {"step": step}
            | (final if earlier is None else copying_figures(mentioned, losses_of(earlier)))
            for step, earlier in kept_models(folder, checkpoints)
        ],
        "context": loss_by_context(losses),
    }


_NAMES = NAMES - {"adult"}  # who is called Mom or Dad is no choice among many names


@dataclass(frozen=True)
class MentionTokens:
    """A mention as tokens: those of story `story` from `start` to `end`."""

    group: str  # "names" or "things"
    first: bool
    story: int
    start: int
    end: int


def mention_tokens(
    texts: Sequence[str], ids: Sequence[np.ndarray], tokenizer: Tokenizer
) -> list[MentionTokens]:
    """Return the mentions in stories, whose tokens are `ids` (n,) each."""
    mentioned = []
    for story, (text, tokens) in enumerate(zip(texts, ids, strict=True)):
        # 1. Mentions of the same in the same words, capital letters or not.
        recurring: dict[tuple[str, str], list[Mention]] = {}
        for mention in mentions(text):
            words = text[mention.start : mention.end].lower()
            recurring.setdefault((mention.name, words), []).append(mention)
        # 2. Their tokens: where tokens end and mentions lie, in bytes of UTF-8.
        ends = np.cumsum([len(tokenizer.token_bytes(index)) for index in tokens])
        for (name, words), same in recurring.items():
            group = "names" if name in _NAMES else "things"
            for position, mention in enumerate(same if len(same) > 1 else []):
                start = len(text[: mention.start].encode())
                end = start + len(words.encode())
                span = np.searchsorted(ends, start, "right"), np.searchsorted(ends, end) + 1
                mentioned.append(MentionTokens(group, position == 0, story, *map(int, span)))
    return mentioned


def copying_figures(
    mentioned: Sequence[MentionTokens], losses: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Return the mean bits of a mention by group, first and later, from the stories' losses.

    `losses` are nats, (n,) each; a mention beyond their end, outside the context, is left out.
    """
    bits: dict[tuple[str, bool], list[float]] = {}
    for mention in mentioned:
        of_story = losses[mention.story]
        if mention.end <= len(of_story):
            cost = float(of_story[mention.start : mention.end].sum(dtype=np.float64)) / LN2
            bits.setdefault((mention.group, mention.first), []).append(cost)
    figures: dict[str, Any] = {"names": {}, "things": {}}
    for group, by_mention in figures.items():
        for when, first in (("first", True), ("later", False)):
            costs = bits.get((group, first), [])
            mean = sum(costs) / len(costs) if costs else None
            by_mention[when] = {"bits": mean, "mentions": len(costs)}
    return figures


def loss_by_context(losses: Sequence[np.ndarray]) -> list[dict[str, Any]]:
    """Return the mean loss of tokens by how many tokens of their story stand before them.

    Intervals are 1, 2 to 3, 4 to 7, ...: a model that uses long contexts goes on improving.
    """
    longest = max(map(len, losses))
    starts = [2**power for power in range(longest.bit_length()) if 2**power < longest]
    rows = []
    for start, end in zip(starts, [*starts[1:], longest], strict=True):
        within = np.concatenate([story[start:end] for story in losses])
        rows.append(
            {
                "start": start,
                "end": end,
                "loss": float(within.mean(dtype=np.float64)),
                "tokens": len(within),
            }
        )
    return rows
