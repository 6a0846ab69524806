"""Text from a model: the next token drawn again and again.

Filters turn the logits of one step into the distribution to draw from; each is
a pure function of (B, V) logits and they apply in this order: repetition
penalty, temperature, top-k, top-p (nucleus; Holtzman et al., 2020,
arXiv:1904.09751), min-p (Nguyen et al., 2024, arXiv:2407.01082).

Draws are decided by (seed, row, place in the text) alone, so a text is the
same whatever else is in its batch and however it is streamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from lmcore.model import GPT


@dataclass(frozen=True)
class Drawing:
    """How the next token is drawn."""

    temperature: float = 1.0  # 0: always the likeliest token
    top_k: int = 0  # 0: off
    top_p: float = 1.0  # 1: off
    min_p: float = 0.0  # 0: off
    repetition_penalty: float = 1.0  # 1: off
    seed: int = 0


@dataclass(frozen=True)
class Step:
    """One generated token of each row."""

    tokens: np.ndarray  # (B,)
    logits: mx.array  # (B, V), as the model gave them


def top_k(logits: mx.array, k: int) -> mx.array:
    """Keeps the k likeliest tokens (and those that tie with the last of them)."""
    if not 0 < k < logits.shape[-1]:
        return logits
    least = mx.min(mx.topk(logits, k, axis=-1), axis=-1, keepdims=True)
    return mx.where(logits < least, -mx.inf, logits)


def top_p(logits: mx.array, p: float) -> mx.array:
    """Keeps the fewest likeliest tokens that together hold probability p."""
    if p >= 1:
        return logits
    order = mx.argsort(-logits, axis=-1)
    sorted_chances = mx.take_along_axis(mx.softmax(logits, axis=-1), order, axis=-1)
    before = mx.cumsum(sorted_chances, axis=-1) - sorted_chances
    ranks = mx.argsort(order, axis=-1)
    return mx.where(mx.take_along_axis(before, ranks, axis=-1) < p, logits, -mx.inf)


def min_p(logits: mx.array, share: float) -> mx.array:
    """Keeps tokens at least `share` times as likely as the likeliest."""
    if share <= 0:
        return logits
    likeliest = mx.max(logits, axis=-1, keepdims=True)
    return mx.where(logits < likeliest + mx.log(mx.array(share)), -mx.inf, logits)


def penalise_repetition(logits: mx.array, seen: mx.array, penalty: float) -> mx.array:
    """Divides positive logits of seen tokens by the penalty and multiplies negative ones.

    `seen` is (B, V), true for tokens of the text so far (Keskar et al., 2019,
    arXiv:1909.05858, equation 3, with the sign handled as transformers does).
    """
    lowered = mx.where(logits > 0, logits / penalty, logits * penalty)
    return mx.where(seen, lowered, logits)


def draw(logits: mx.array, drawing: Drawing, place: int) -> mx.array:
    """One token per row of (B, V) logits, (B,) int32."""
    if drawing.temperature == 0:
        return mx.argmax(logits, axis=-1)
    logits = top_k(logits / drawing.temperature, drawing.top_k)
    logits = min_p(top_p(logits, drawing.top_p), drawing.min_p)
    rows = [
        mx.random.categorical(row, key=mx.random.key(_draw_seed(drawing.seed, index, place)))
        for index, row in enumerate(logits)
    ]
    return mx.stack(rows)


def _draw_seed(seed: int, row: int, place: int) -> int:
    return int(np.random.SeedSequence([seed, row, place]).generate_state(1, np.uint64)[0])


def generate(
    model: GPT, prompts: list[np.ndarray], max_tokens: int, drawing: Drawing
) -> Iterator[Step]:
    """Yields the next token of every prompt, `max_tokens` times.

    Prompts are token ids of one length. The keys and values of past tokens
    are kept in a cache. When the context is full, the older half of it is
    forgotten and the rest read again: positions then begin anew, as the model
    saw them in training.
    """
    context = model.config.context_length
    history = np.stack(prompts).astype(np.int32)  # (B, T)
    start = history.shape[1]
    seen = _seen(history, model.config.vocab_size) if drawing.repetition_penalty != 1 else None
    unread, cache = history, model.make_cache(len(history), context)
    for place in range(max_tokens):
        if cache.offset + unread.shape[1] > context:
            unread = history[:, -((context + 1) // 2) :]
            cache = model.make_cache(len(history), context)
        logits = model(mx.array(unread), cache)[:, -1]
        shown = logits
        if seen is not None:
            logits = penalise_repetition(logits, mx.array(seen), drawing.repetition_penalty)
        tokens = np.array(draw(logits, drawing, start + place))
        if seen is not None:
            seen[np.arange(len(tokens)), tokens] = True
        unread = tokens[:, None]
        history = np.concatenate([history, unread], axis=1)
        yield Step(tokens, shown)


def _seen(history: np.ndarray, vocab_size: int) -> np.ndarray:
    seen = np.zeros((len(history), vocab_size), bool)
    np.put_along_axis(seen, history, True, axis=1)
    return seen


def tokens_until(
    model: GPT, prompt: np.ndarray, max_tokens: int, drawing: Drawing, end: int
) -> Iterator[int]:
    """The tokens that follow one prompt, up to an end of text."""
    for step in generate(model, [prompt], max_tokens, drawing):
        token = int(step.tokens[0])
        if token == end:
            return
        yield token


def until_stop(pieces: Iterator[str], stops: list[str]) -> Iterator[str]:
    """Text as it comes, cut before the first of the stop strings.

    What may be the beginning of one is held back until that is known.
    """
    held = ""
    for piece in pieces:
        held += piece
        ends = [held.find(stop) for stop in stops if stop in held]
        if ends:
            yield held[: min(ends)]
            return
        keep = max(
            (n for stop in stops for n in range(1, len(stop)) if held.endswith(stop[:n])),
            default=0,
        )
        if len(held) > keep:
            yield held[: len(held) - keep]
            held = held[len(held) - keep :]
    if held:
        yield held
