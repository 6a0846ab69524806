"""The sections that look inside the model: attention, routing, surprise."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from html import escape
from typing import Any

import mlx.core as mx
import numpy as np

from lmcore.common.units import LN2
from lmcore.dataset.windows import document_windows, windows
from lmcore.model import GPT, ForwardContext
from lmcore.report.elements import inline_json, lines_of, section, table
from lmcore.tokenizer.tokenizer import Tokenizer

# The surprise, in bits, from which on a token has the darkest shade.
_DARKEST = 12.0
# Tokens expected in place of each of the passage, and words and neighbours of the embedding.
_EXPECTED, _WORDS, _NEIGHBOURS = 5, 12, 4
# Tokens whose attention is drawn: the page grows with their square.
_MAX_TOKENS = 64


def attention_section(model: GPT, tokenizer: Tokenizer, text: str) -> str:
    """Return the weights of every layer and head for a text; the script draws them.

    The text follows an end of text, as every story does in training.
    """
    ids = np.append(tokenizer.end_of_text, tokenizer.encode(text)).astype(np.int32)
    length = min(_MAX_TOKENS, model.config.context_length)
    cut = f" Of {len(ids):,} tokens these are the first {length}." if len(ids) > length else ""
    ids = ids[:length]
    weights: list[mx.array] = []
    model.hidden(mx.array(ids[None]), ForwardContext(attention_weights=weights))
    data = {
        "tokens": [visible(tokenizer.decode([index])) for index in ids.tolist()],
        # Lower triangles in thousandths: what the causal mask hides is zero.
        "weights": [
            [
                [
                    [round(1000 * w) for w in row[: position + 1]]
                    for position, row in enumerate(head)
                ]
                for head in np.array(layer[0]).tolist()
            ]
            for layer in weights  # (1, H, T, T)
        ],
    }
    return section(
        "Attention",
        f"<p>{ATTENTION_EXPLAINED} The text follows the end of another, as a story does in "
        f"training.{cut}</p>"
        + attention_elements("attention")
        + inline_json("attention-data", data),
    )


ATTENTION_EXPLAINED = (
    "How much each token (row) takes from itself and from each token before it (column), for "
    "every layer (row of small maps) and head. The shade is the square root of the weight. "
    "Choose a small map to enlarge it; point at a cell, or move with the arrow keys, to read it."
)


def attention_elements(prefix: str) -> str:
    """Return what assets/live/attention_view.js draws into, with ids that begin with `prefix`."""
    return (
        f'<div class="attention-view"><div id="{prefix}-heads" class="heads" role="group" '
        f'aria-label="Attention heads"></div><div><p id="{prefix}-value" class="readout" '
        f'aria-live="polite"></p><div id="{prefix}-map" class="map" tabindex="0" '
        'role="application" aria-label="Attention map; arrow keys move from cell to cell" '
        f'aria-describedby="{prefix}-value"></div></div></div>'
    )


def surprise_section(passage: dict[str, Any], model: GPT, tokenizer: Tokenizer, stride: int) -> str:
    """Return a passage cut into its tokens, each shaded by what it cost the model.

    The first is given. The script shows, for each, what the model expected instead.
    """
    bits = [None if loss is None else loss / LN2 for loss in passage["loss"]]
    prices = ["given" if cost is None else f"{cost:.1f} bits" for cost in bits]
    spans = "".join(
        f'<span class="token hue-{number % 4}" style="--s:{min(1.0, (cost or 0) / _DARKEST):.2f}" '
        f'title="{escape(visible(token))}: {price}">{lines_of(token)}</span>'
        for number, (token, cost, price) in enumerate(
            zip(passage["tokens"], bits, prices, strict=True)
        )
    )
    costs = [cost for cost in bits if cost is not None]
    count = passage["story_tokens"]
    cut = f" Of {count:,} tokens these are the first {len(costs):,}." if count > len(costs) else ""
    rows = predictions(model, passage["ids"], count, stride)
    expected = [[], *(expected_tokens(row, tokenizer) for row in rows)]
    return section(
        "Surprise",
        "<p>The first validation story, cut into tokens (the underlines change colour from token "
        "to token), after the end of the story before it. The deeper the shade, the less the "
        f"model expected the token: <span class='token' style='--s:0'>0 bits</span> "
        f"<span class='token' style='--s:0.5'>{_DARKEST / 2:.0f} bits</span> "
        f"<span class='token' style='--s:1'>{_DARKEST:.0f} bits or more</span>.{cut} "
        f"On average a token here costs {sum(costs) / max(1, len(costs)):.2f} bits. Point at a "
        "token to read what the model expected.</p>"
        '<p id="passage-value" class="readout above" aria-live="polite">&nbsp;</p>'
        '<p id="passage" tabindex="0" role="group" aria-label="Passage; arrow keys move from '
        f'token to token" aria-describedby="passage-value">{spans}</p>'
        + inline_json("passage-data", expected),
        "training",
    )


def predictions(model: GPT, ids: list[int], story_tokens: int, stride: int) -> Iterator[np.ndarray]:
    """Yield the probabilities (V,) of what stands in place of each id but the first.

    The model sees before each token what it saw when the token's loss was measured:
    the windows are those of the validation split, which begins with this story.
    """
    targets, length = len(ids) - 1, model.config.context_length
    if stride:
        count = length + math.ceil(max(0, targets - length) / stride) * stride  # whole windows
        cut = windows(count, length, stride)
    else:
        cut = document_windows(np.array([story_tokens + 1]), length)  # its end is a token, too
    for window in cut:
        inputs = ids[window.start : min(window.start + window.length, targets)]
        if len(inputs) > window.length - window.scored:
            logits = model(mx.array([inputs]))[0]
            yield from np.array(mx.softmax(logits, axis=-1))[window.length - window.scored :]


def expected_tokens(probabilities: np.ndarray, tokenizer: Tokenizer) -> list[tuple[str, float]]:
    """Return the likeliest tokens and their probabilities."""
    of_tokens = probabilities[: tokenizer.vocab_size]  # a model may have more ids than tokens
    best = np.argsort(-of_tokens, kind="stable")[:_EXPECTED].tolist()
    return [
        (visible(tokenizer.decode([index])), round(float(of_tokens[index]), 4)) for index in best
    ]


def embedding_section(model: GPT, tokenizer: Tokenizer) -> str:
    """Return the tokens whose embeddings point most nearly the same way, for a few words."""
    words = [
        index
        for index in range(256, tokenizer.vocab_size)
        if re.fullmatch(r" [a-z]{3,}", tokenizer.decode([index]))
    ]
    if not words:
        return ""
    sample = words[:: max(1, len(words) // _WORDS)][:_WORDS]
    weight = np.array(model.embedding.weight.astype(mx.float32))[: tokenizer.vocab_size]
    unit = weight / np.maximum(np.linalg.norm(weight, axis=1, keepdims=True), 1e-9)
    cosines = unit[sample] @ unit.T  # (words, V)
    rows = []
    for index, row in zip(sample, cosines, strict=True):
        nearest = [other for other in np.argsort(-row, kind="stable") if other != index]
        rows.append(
            [visible(tokenizer.decode([index]))]
            + [
                f"{visible(tokenizer.decode([other]))}\u00a0{row[other]:.2f}"
                for other in nearest[:_NEIGHBOURS]
            ]
        )
    head = ["Token", *(f"{rank}." for rank in range(1, _NEIGHBOURS + 1))]
    caption = "The nearest tokens by the cosine of their embeddings"
    return section("Embedding", table(caption, head, rows), "architecture")


def experts_section(metrics: dict[str, Any], favourites: dict[str, list[list[str]]]) -> str:
    """Return how evenly the experts of a mixture are used, and for what; empty without one."""
    if not metrics:
        return ""
    names = {layer: layer.replace("_", " ").capitalize() for layer in metrics}
    experts = [name.replace("_", " ").capitalize() for name in next(iter(metrics.values()))["load"]]
    loads = [
        [names[layer], *(f"{load:.1%}" for load in use["load"].values())]
        for layer, use in metrics.items()
    ]
    figures = [
        [names[layer], f"{use['imbalance']:.2f}", str(use["dead_experts"])]
        + [f"{use[key]:.2f}" for key in ("entropy", "specialisation")]
        for layer, use in metrics.items()
    ]
    liked = [
        [names[layer], *(" · ".join(map(visible, tokens)) for tokens in favourites[layer])]
        for layer in metrics
    ]
    even = 1 / len(experts)
    return section(
        "Experts",
        "<p>Each token of a mixture goes to the few experts that its router likes best. An "
        "imbalance of 1 is perfect; a dead expert was chosen by no token; the entropy is that of "
        f"the router's probabilities, {math.log2(len(experts)):.2f} bits when it cannot decide; "
        "the specialisation is the mutual information of token and expert, in bits.</p>"
        + table(
            f"Share of the choices that fell on each expert; even use is {even:.1%}",
            ["Layer", *experts],
            loads,
        )
        + table(
            "Routers", ["Layer", "imbalance", "dead experts", "entropy", "specialisation"], figures
        )
        + table("The tokens that are most typical of an expert", ["Layer", *experts], liked),
        "moe",
    )


def visible(token: str) -> str:
    """Return a token's text with its white space shown."""
    return token.replace(" ", "␣").replace("\n", "↵").replace("\t", "⇥")
