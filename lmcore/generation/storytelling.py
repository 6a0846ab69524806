"""Texts from prompts: a model with its tokenizer, for the terminal and for the pipeline."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import click
import mlx.core as mx
import numpy as np

from lmcore.common.params import SampleParams
from lmcore.common.progress import progress
from lmcore.generation.decoding import Step, generate
from lmcore.generation.sampling import SamplingParams
from lmcore.generation.stop_strings import StopStrings
from lmcore.model import GPT, load_model
from lmcore.tokenizer.pretokenize import replace_surrogates
from lmcore.tokenizer.tokenizer import Tokenizer

_CANDIDATES = 5  # shown per step with --show-probs
BATCH_SIZE = 16  # texts generated together, each with its own keys and values in memory


class _Text:
    """The text of one row: its tokens decoded as they arrive, cut at a stop string."""

    def __init__(self, tokenizer: Tokenizer, stops: tuple[str, ...]) -> None:
        self._tokenizer, self._text = tokenizer, StopStrings(stops)
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.take = self._text.take

    def add(self, token: int) -> bool:
        """Append a token; return whether the text ends here, before a stop string."""
        # A character that is cut in two by tokens waits for its last byte.
        if piece := self._utf8.decode(self._tokenizer.token_bytes(token)):
            self._text.add(piece)
        return self._text.found

    def finish(self) -> str:
        """Return the rest of the text, of which no token is to come."""
        if not self._text.found:
            self._text.add(self._utf8.decode(b"", final=True))
            self._text.finish()
        return self.take()


@dataclass(frozen=True)
class Generator:
    """A model, its tokenizer, and how to sample from it."""

    model: GPT
    tokenizer: Tokenizer
    max_tokens: int
    params: SamplingParams
    stops: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path, params: SampleParams) -> Generator:
        """Read the model in `folder`; raise `LmcoreError` where it is missing or damaged."""
        return cls.of(load_model(folder), Tokenizer.load(folder), params)

    @classmethod
    def of(cls, model: GPT, tokenizer: Tokenizer, params: SampleParams) -> Generator:
        """Return a generator that samples as `params` say."""
        sampling = SamplingParams(
            temperature=params.temperature,
            top_k=params.top_k,
            top_p=params.top_p,
            min_p=params.min_p,
            repetition_penalty=params.repetition_penalty,
            seed=params.seed,
        )
        return cls(model, tokenizer, params.max_tokens, sampling, tuple(params.stop))

    def stream(self, prompt: str) -> Iterator[str]:
        """Yield the text that follows a prompt, piece by piece."""
        [text], steps = self._start([prompt])
        for _ in steps:
            if piece := text.take():
                yield piece
        if rest := text.finish():
            yield rest

    def generate(self, prompts: list[str], batch_size: int = BATCH_SIZE) -> Iterator[str]:
        """Yield the text that follows each prompt, in batches; row r samples with seed + r."""
        for first in range(0, len(prompts), batch_size):
            texts, steps = self._start(prompts[first : first + batch_size], first)
            with progress(self.max_tokens, "sample", "token") as bar:
                for _ in steps:
                    bar.update(bar.n < self.max_tokens)  # prompts of many lengths take more steps
            yield from [text.finish() for text in texts]

    def write(self, prompts: list[str], show_probs: bool = False, stream: bool = True) -> None:
        """Write texts to the terminal: a single one as it comes, several batch by batch.

        With `show_probs`, a line for each token, one text after the other.
        Without `stream`, a text only when it is complete. What is not UTF-8 in a
        prompt is read as U+FFFD, and written so.
        """
        prompts = [replace_surrogates(prompt) for prompt in prompts]
        if show_probs:
            for row, prompt in enumerate(prompts):
                _echo(prompt + "\n", self._table(prompt, row), "", stream)
        elif len(prompts) == 1:
            _echo(prompts[0], self.stream(prompts[0]), "\n", stream)
        else:
            for prompt, text in zip(prompts, self.generate(prompts), strict=True):
                _echo(prompt, iter([text]), "\n", stream)

    def _start(self, prompts: list[str], first: int = 0) -> tuple[list[_Text], Iterator[Step]]:
        """Return the texts of a batch and the steps that extend them, the first row `first`."""
        end = self.tokenizer.end_of_text
        # A text begins after the end of another, as it does in training.
        ids = [np.append(end, self.tokenizer.encode(prompt)) for prompt in prompts]
        texts = [_Text(self.tokenizer, self.stops) for _ in prompts]
        steps = generate(
            self.model,
            ids,
            self.max_tokens,
            replace(self.params, seed=self.params.seed + first),
            end,
            self.tokenizer.vocab_size,
            lambda row, token: texts[row].add(token),
        )
        return texts, steps

    def _table(self, prompt: str, row: int) -> Iterator[str]:
        """Yield a line for each token: what was sampled, and the likeliest before any filter."""
        _, steps = self._start([prompt], row)
        for step in steps:
            probabilities = np.array(mx.softmax(step.logits[0], axis=-1))
            likeliest = np.argsort(-probabilities, kind="stable")[:_CANDIDATES]
            cells = [f"{self._quoted(index)} {probabilities[index]:.3f}" for index in likeliest]
            yield f"{self._quoted(int(step.tokens[0])):<16} | {'  '.join(cells)}\n"

    def _quoted(self, index: int) -> str:
        return repr(self.tokenizer.decode([index]))


def _echo(prompt: str, pieces: Iterator[str], end: str, stream: bool) -> None:
    """Write a text after its prompt: piece by piece, or the whole at once."""
    for piece in chain([prompt], pieces, [end]) if stream else [prompt + "".join(pieces) + end]:
        click.echo(piece, nl=False)


def ask_prompts() -> Iterator[str]:
    """Yield prompts typed at the terminal, until an empty one or the end of the input."""
    try:
        while prompt := click.prompt("Prompt", default="", show_default=False):
            yield prompt
    except click.Abort:
        click.echo()
