"""Decoding: tokens from a model, one after the other.

`generate_naive` is the definition: the whole text goes through the model for
each new token. `generate` gives the same tokens faster: a KV cache keeps the
keys and values of earlier tokens, so that a step reads one token; several
prompts are rows of one batch; the step is compiled; and the device computes the
next step while the caller uses this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import mlx.core as mx
import numpy as np

from lmcore.backend.dispatch import implementation, streams
from lmcore.generation.sampling import SamplingParams, repetition_penalty, sample
from lmcore.model import GPT, ModelConfig
from lmcore.model.kv_cache import KVCache

NO_TOKEN = -1  # in place of a token: the row reads its prompt still, or has ended

# Positions that share one compiled step. A larger bucket compiles less often and
# attends to more keys that are not written yet.
CACHE_BUCKET = 64

# Rows from which the halves of a batch are decoded side by side on a CPU.
PARALLEL_ROWS = 32


def visible_tokens(length: int, context_length: int) -> int:
    """Return how many of the last tokens of a text of `length` the model reads.

    It reads all of them until the context is full. Then the older half of the
    context is dropped and the rest read again, so that positions start at 0 as
    they did in training; the context fills up anew.
    """
    newer_half = (context_length + 1) // 2
    if length <= context_length:
        return length
    return newer_half + (length - context_length - 1) % (context_length + 1 - newer_half)


def generate_naive(
    model: GPT,
    prompt: list[int],
    max_tokens: int,
    params: SamplingParams,
    end_of_text: int | None = None,
) -> list[int]:
    """Return the tokens that follow `prompt`, each from a forward pass over the whole text."""
    text = list(prompt)
    for position in range(len(prompt), len(prompt) + max_tokens):
        # 1. The model reads the text and gives logits for the token after each position.
        visible = text[-visible_tokens(len(text), model.config.context_length) :]
        logits = model(mx.array([visible]))[:, -1]  # (1, V), of the last position
        # 2. The logits become a distribution, from which one token is sampled.
        logits = repetition_penalty(logits, mx.array([text]), params.repetition_penalty)
        token = int(np.array(sample(logits, params, position)).item())
        # 3. That token is part of the text that the next step reads.
        text.append(token)
        if token == end_of_text:
            break
    return text[len(prompt) :]


@dataclass(frozen=True)
class Step:
    """The next token of each row of a batch."""

    tokens: np.ndarray  # (B,), or NO_TOKEN
    logits: mx.array  # (B, V), as the model gave them for the ids that may be sampled


def generate(
    model: GPT,
    prompts: list[np.ndarray],
    max_tokens: int,
    params: SamplingParams,
    end_of_text: int | None = None,
    vocab_size: int | None = None,
    stopping_criterion: Callable[[int, int], bool] | None = None,
) -> Iterator[Step]:
    """Yield the next token of every prompt until all rows have ended.

    A row ends with its token `end_of_text`, with its `max_tokens`-th token, or
    where `stopping_criterion` is true. That is called once for each new token
    except for the end of text, with the row and the token.

    Prompts are token ids, at least one each. Of a prompt longer than the context
    the last tokens that fill it are read. Prompts may differ in length: decoding
    starts at the end of the shortest, and longer prompts force their own tokens
    until they are read, so nothing is padded.

    Only ids below `vocab_size` are sampled, all of them where it is None: a model
    may have more ids than its tokenizer has tokens, as GPT-2 padded to 50,304.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}; it must be at least 1")
    prompts = [prompt[-model.config.context_length :] for prompt in prompts]
    lengths = np.array([len(prompt) for prompt in prompts])
    if not lengths.all():
        raise ValueError("a prompt needs at least one token")
    ended = np.zeros(len(prompts), bool)
    steps = _decode(model, prompts, max_tokens, params, vocab_size)
    upcoming: tuple[mx.array, ...] = next(steps)
    mx.async_eval(upcoming[0])
    for position in range(lengths.min(), lengths.max() + max_tokens):
        current, upcoming = upcoming, next(steps, ())
        mx.async_eval(upcoming[:1])  # computed while this step is used
        tokens, logits = np.array(current[0], np.int32), current[1]
        is_new = (position >= lengths) & ~ended  # not a token of the prompt
        for row in map(int, np.flatnonzero(is_new)):
            token = int(tokens[row])
            ended[row] = (
                token == end_of_text
                or (stopping_criterion is not None and stopping_criterion(row, token))
                or position + 1 == lengths[row] + max_tokens
            )
        yield Step(np.where(is_new, tokens, NO_TOKEN), logits)
        if ended.all():
            return


def _decode(
    model: GPT,
    prompts: list[np.ndarray],
    max_tokens: int,
    params: SamplingParams,
    vocab_size: int | None,
) -> Iterator[tuple[mx.array, mx.array]]:
    """Yield the tokens (B,) and logits (B, V) of each position after the shortest prompt.

    On a CPU the halves of a large batch are computed side by side.
    """
    lengths = [len(prompt) for prompt in prompts]
    text = np.full((len(prompts), max(lengths) + max_tokens), NO_TOKEN, np.int32)  # (B, T)
    for row, prompt in enumerate(prompts):
        text[row, : len(prompt)] = prompt
    parts, first = [], 0
    workers = streams() if len(prompts) >= PARALLEL_ROWS else streams()[:1]
    for rows, stream in zip(np.array_split(text, len(workers)), workers, strict=True):
        own = replace(params, seed=params.seed + first)
        parts.append(_Rows(model, rows, max(lengths), own, vocab_size, stream))
        first += len(rows)
    for position in range(min(lengths), text.shape[1]):
        logits = [part.read(position) for part in parts]
        if len(parts) > 1:  # all compute before the first is waited for
            mx.async_eval(logits)
        tokens = [part.sample(position, read) for part, read in zip(parts, logits, strict=True)]
        yield mx.concatenate(tokens), mx.concatenate(logits)[:, :vocab_size]


class _Rows:
    """Rows of a batch on one stream: their text (B, T) and the KV cache of what was read.

    Nothing is read back from the device: a step leads to the next as arrays
    that may not be computed yet.
    """

    def __init__(
        self,
        model: GPT,
        text: np.ndarray,
        longest_prompt: int,
        params: SamplingParams,
        vocab_size: int | None,
        stream: mx.Stream,
    ) -> None:
        self._model, self._params, self._vocab_size = model, params, vocab_size
        self._stream, self._longest_prompt = stream, longest_prompt
        self._forward = cached_forward(model, stream)
        self._context_length = min(model.config.context_length, text.shape[1])
        with mx.stream(stream):
            self._text = mx.array(text)
            self._cache = model.make_cache(len(text), self._context_length)
        self._start = self._read = 0  # of the tokens in the cache, and of those to read next

    def read(self, position: int) -> mx.array:
        """Return the logits (B, V) for `position`, from the tokens before it."""
        with mx.stream(self._stream):
            # 1. A full context drops its older half; the rest is read into a new cache.
            start = position - visible_tokens(position, self._context_length)
            if start != self._start:
                self._start = self._read = start
                self._cache = self._model.make_cache(len(self._text), self._context_length)
            # 2. The model reads the tokens that are not in the cache yet: usually one.
            unread = self._text[:, self._read : position]
            self._read = position
            return self._forward(unread, self._cache)

    def sample(self, position: int, logits: mx.array) -> mx.array:
        """Return the tokens (B,) at `position`, sampled as in `generate_naive`."""
        with mx.stream(self._stream):
            # 1. Among the ids that the tokenizer knows.
            penalty = self._params.repetition_penalty
            logits = repetition_penalty(logits, self._text[:, :position], penalty)
            tokens = sample(logits[:, : self._vocab_size], self._params, position)
            # 2. A row that still reads its prompt takes the prompt's token instead.
            if position < self._longest_prompt:
                prompt_tokens = self._text[:, position]
                tokens = mx.where(prompt_tokens == NO_TOKEN, tokens, prompt_tokens)
            self._text[:, position] = tokens
            return tokens


def cached_forward(model: GPT, stream: mx.Stream) -> Callable[[mx.array, KVCache], mx.array]:
    """Return `model(tokens, cache)[:, -1]` as a function, compiled for one token a row.

    The position is an array and the positions of a bucket share one graph, which
    writes into the cache in place: nothing is compiled or copied per token.
    """
    parameters = model.parameters()
    step = compiled_step(model.config, implementation(), str(stream))

    def last_logits(tokens: mx.array, cache: KVCache) -> mx.array:
        if tokens.shape[1] > 1:
            return model(tokens, cache)[:, -1]
        end = min(cache.max_length, (cache.offset // CACHE_BUCKET + 1) * CACHE_BUCKET)
        offset = mx.array(cache.offset)
        logits, cache.keys, cache.values, cache.recent = step(
            parameters, tokens, offset, cache.keys, cache.values, cache.recent, end
        )
        cache.offset += 1
        return logits

    return last_logits


@lru_cache(maxsize=2)
def compiled_step(config: ModelConfig, _implementation: str, _stream: str) -> Callable[..., tuple]:
    """Return the step of one token for any weights of a model of `config`.

    It is hundreds of small operations. Compiled, many become one, and Python
    builds no graph (2-core EPYC, 4M model: 1.25 times the tokens a second).
    Tracing the graph takes as long as a few tokens, so the function is kept.
    """
    model = GPT(config)

    @mx.compile
    def step(
        parameters: dict,
        tokens: mx.array,
        offset: mx.array,
        keys: list,
        values: list,
        recent: dict,
        end: int,
    ) -> tuple:
        model.update(parameters)
        cache = KVCache(keys, values, end, offset, dict(recent))
        return model(tokens, cache)[:, -1], cache.keys, cache.values, cache.recent

    return step
