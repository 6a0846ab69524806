"""Text from a model: the next token drawn again and again.

Filters turn the logits of one step into the distribution to draw from; each is
a pure function of (B, V) logits and they apply in this order: repetition
penalty, temperature, top-k, top-p (nucleus; Holtzman et al., 2020,
arXiv:1904.09751), min-p (Nguyen et al., 2024, arXiv:2407.01082).

The draw of a token is decided by (seed + row in the batch, place in the text)
alone: row r of a batch is the text that seed + r gives by itself, whatever is
beside it and however it is streamed, on past a full context. (A matrix product
may round otherwise for another batch, so a draw that is a tie but for rounding
can still differ.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import mlx.core as mx
import numpy as np

from lmcore.backend.dispatch import implementation
from lmcore.model import GPT, ModelConfig
from lmcore.model.attention import KVCache

NO_TOKEN = -1  # in place of a token


@dataclass(frozen=True)
class SamplingParams:
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

    tokens: np.ndarray  # (B,); NO_TOKEN where a row still reads its prompt, or has ended
    logits: mx.array  # (B, V), as the model gave them for the ids that may be drawn


def top_k(logits: mx.array, k: int) -> mx.array:
    """Keeps the k likeliest tokens (and those that tie with the last of them)."""
    if not 0 < k < logits.shape[-1]:
        return logits
    least = mx.min(mx.topk(logits, k, axis=-1), axis=-1, keepdims=True)
    return mx.where(logits < least, -mx.inf, logits)


def top_p(logits: mx.array, p: float) -> mx.array:
    """Keeps the fewest likeliest tokens that hold probability p (and ties with the last)."""
    if p >= 1:
        return logits
    falling = -mx.sort(-logits, axis=-1)
    chances = mx.softmax(falling, axis=-1)
    before = mx.cumsum(chances, axis=-1) - chances
    least = mx.min(mx.where(before < p, falling, mx.inf), axis=-1, keepdims=True)
    least = mx.minimum(least, falling[..., :1])  # the likeliest, where p is 0 in float32
    return mx.where(logits < least, -mx.inf, logits)


def min_p(logits: mx.array, share: float) -> mx.array:
    """Keeps tokens at least `share` times as likely as the likeliest."""
    if share <= 0:
        return logits
    likeliest = mx.max(logits, axis=-1, keepdims=True)
    return mx.where(logits < likeliest + math.log(share), -mx.inf, logits)


def penalise_repetition(logits: mx.array, seen: mx.array, penalty: float) -> mx.array:
    """Divides positive logits of seen tokens by the penalty and multiplies negative ones.

    `seen` is (B, V), true for tokens of the text so far (Keskar et al., 2019,
    arXiv:1909.05858, equation 3, with the sign handled as transformers does).
    """
    penalty = _within_float32(penalty)
    penalised = mx.where(logits > 0, logits / penalty, logits * penalty)
    return mx.where(seen, penalised, logits)


def draw(logits: mx.array, drawing: SamplingParams, place: int) -> mx.array:
    """One token per row of (B, V) logits, (B,) int32."""
    if drawing.temperature == 0:
        return mx.argmax(logits, axis=-1)
    logits = top_k(logits / _within_float32(drawing.temperature), drawing.top_k)
    logits = min_p(top_p(logits, drawing.top_p), drawing.min_p)
    keys = np.stack([_draw_key(drawing.seed + row, place) for row in range(len(logits))])
    return mx.vmap(lambda row, key: mx.random.categorical(row, key=key))(logits, mx.array(keys))


def _within_float32(factor: float) -> float:
    """`factor`, or the nearest by which logits stay finite, even penalised and then tempered."""
    return min(max(factor, 1e-15), 1e15)


def _draw_key(seed: int, place: int) -> np.ndarray:
    return np.random.SeedSequence([seed, place]).generate_state(2)[::-1]  # (2,) uint32


def generate(
    model: GPT,
    prompts: list[np.ndarray],
    max_tokens: int,
    drawing: SamplingParams,
    end: int | None = None,
    vocab_size: int | None = None,
) -> Iterator[Step]:
    """Yields the next token of every prompt until each has `max_tokens` or drew `end`.

    Prompts are token ids, at least one each, of whatever lengths; of one longer
    than the context the text begins with the last tokens that fill it. Reading
    goes forward together from the end of the shortest: a longer prompt's own
    tokens take the place of drawn ones until it is read, so that nothing is
    padded and every token stands at its true position.

    Only ids below `vocab_size` are drawn, all of them where it is None: a model
    may have more ids than its tokenizer has tokens, as GPT-2 padded to 50,304.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}; it must be at least 1")
    prompts = [prompt[-model.config.context_length :] for prompt in prompts]
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all():
        raise ValueError("a prompt needs at least one token")
    ended = np.zeros(len(prompts), bool)
    steps = _computed_ahead(_draw_on(model, prompts, max_tokens, drawing, vocab_size))
    for length, (tokens, logits) in enumerate(steps, start=lengths.min()):
        drawn = np.array(tokens, np.int32)
        new = (length >= lengths) & ~ended
        ended |= new & ((drawn == end) | (length + 1 == lengths + max_tokens))
        yield Step(np.where(new, drawn, NO_TOKEN), logits)
        if ended.all():
            return


def _draw_on(
    model: GPT,
    prompts: list[np.ndarray],
    max_tokens: int,
    drawing: SamplingParams,
    vocab_size: int | None,
) -> Iterator[tuple[mx.array, mx.array]]:
    """The tokens (B,) at each place from the end of the shortest prompt, and their logits.

    Nothing is read back from the device: a step leads to the next as arrays
    that may not be computed yet.

    The keys and values of past tokens are kept in a cache. When the context is
    full, the older half of it is forgotten and the rest read again: positions
    then begin anew, as the model saw them in training.
    """
    lengths = [len(prompt) for prompt in prompts]
    text = np.full((len(prompts), max(lengths) + max_tokens), NO_TOKEN, np.int32)  # (B, T)
    for row, prompt in enumerate(prompts):
        text[row, : len(prompt)] = prompt
    text = mx.array(text)
    room = min(model.config.context_length, text.shape[1])
    read_on = _reader(model)
    cache, read = model.make_cache(len(prompts), room), 0
    for length in range(min(lengths), text.shape[1]):
        if cache.offset + length - read > room:
            read, cache = length - (room + 1) // 2, model.make_cache(len(prompts), room)
        logits = read_on(text[:, read:length], cache)
        allowed = _penalised(logits, text[:, :length], drawing)[:, :vocab_size]
        tokens = draw(allowed, drawing, length)
        if length < max(lengths):
            tokens = mx.where(text[:, length] == NO_TOKEN, tokens, text[:, length])
        text[:, length] = tokens
        read = length
        yield tokens, logits[:, :vocab_size]


# Places that share a compiled step: a longer stretch looks at more keys yet to come.
CACHE_BUCKET = 64


def _reader(model: GPT) -> Callable[[mx.array, KVCache], mx.array]:
    """`model(tokens, cache)[:, -1]`, compiled for a single token of each row.

    Its place is an array and the places of a stretch share one graph, which
    writes the cache where it is: nothing is compiled or copied per token.
    """
    parameters = model.parameters()
    step = _compiled_step(model.config, implementation())

    def read_on(tokens: mx.array, cache: KVCache) -> mx.array:
        if tokens.shape[1] > 1:
            return model(tokens, cache)[:, -1]
        end = min(cache.max_length, (cache.offset // CACHE_BUCKET + 1) * CACHE_BUCKET)
        offset = mx.array(cache.offset)
        logits, cache.keys, cache.values = step(
            parameters, tokens, offset, cache.keys, cache.values, end
        )
        cache.offset += 1
        return logits

    return read_on


@lru_cache(maxsize=1)
def _compiled_step(config: ModelConfig, _form: str) -> Callable[..., tuple]:
    """The step of one token by any weights of a model of `config`, in the form in use.

    It is hundreds of small operations; compiled, many become one, and Python
    builds no graph (2-core EPYC, 4M model: 1.25 times the tokens a second).
    Kept, since following the graph takes as long as a few tokens.
    """
    model = GPT(config)

    @mx.compile
    def step(
        parameters: dict, tokens: mx.array, offset: mx.array, keys: list, values: list, end: int
    ) -> tuple:
        model.update(parameters)
        cache = KVCache(keys, values, end, offset)
        return model(tokens, cache)[:, -1], cache.keys, cache.values

    return step


def _penalised(logits: mx.array, text: mx.array, drawing: SamplingParams) -> mx.array:
    if drawing.repetition_penalty == 1:
        return logits
    seen = mx.put_along_axis(mx.zeros(logits.shape, mx.bool_), text, mx.array(True), axis=-1)
    return penalise_repetition(logits, seen, drawing.repetition_penalty)


def _computed_ahead(
    steps: Iterator[tuple[mx.array, mx.array]],
) -> Iterator[tuple[mx.array, mx.array]]:
    """The steps, each given out while the device computes the one after it."""
    before = next(steps)
    mx.async_eval(before)
    for step in steps:
        mx.async_eval(step)
        yield before
        before = step
    yield before


def until_stop(pieces: Iterator[str], stops: list[str]) -> Iterator[str]:
    """Text as it comes, cut where the first of the stop strings begins.

    What may be the beginning of one is held back until that is known, so the
    cut does not depend on how the text is divided into pieces.
    """
    held = ""
    for piece in pieces:
        held += piece
        # A stop may be whole while one that begins before it is not yet.
        begins, may_begin = _first_stop(held, stops), _first_beginning(held, stops)
        if begins < may_begin:
            yield held[:begins]
            return
        if may_begin:
            yield held[:may_begin]
            held = held[may_begin:]
    if text := held[: _first_stop(held, stops)]:
        yield text


def _first_stop(text: str, stops: list[str]) -> int:
    """Where the first stop string begins; the length of `text` if there is none."""
    return min((text.find(stop) for stop in stops if stop in text), default=len(text))


def _first_beginning(text: str, stops: list[str]) -> int:
    """Where `text` ends in the beginning of a stop string; its length if it does not."""
    kept = (n for stop in stops for n in range(1, len(stop)) if text.endswith(stop[:n]))
    return len(text) - max(kept, default=0)
