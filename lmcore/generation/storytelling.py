"""Stories from prompts: text in, text out, for the terminal and for the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, takewhile, tee
from pathlib import Path

import click
import mlx.core as mx
import numpy as np
from tqdm import tqdm

from lmcore.common.params import SampleParams
from lmcore.common.progress import progress
from lmcore.generation.sampling import NO_TOKEN, SamplingParams, Step, generate, until_stop
from lmcore.model import GPT, load_model
from lmcore.tokenizer.pretokenize import replace_surrogates
from lmcore.tokenizer.tokenizer import Tokenizer

_CANDIDATES = 5  # shown per step with --show-probs
_BATCH = 16  # stories told together, each with keys and values of its own in memory


@dataclass(frozen=True)
class Generator:
    """A model, its tokenizer, and how to draw from it."""

    model: GPT
    tokenizer: Tokenizer
    max_tokens: int
    drawing: SamplingParams
    stops: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path, params: SampleParams) -> Generator:
        """Reads the model in `folder`; `LmcoreError` where it is missing or damaged."""
        drawing = SamplingParams(
            temperature=params.temperature,
            top_k=params.top_k,
            top_p=params.top_p,
            min_p=params.min_p,
            repetition_penalty=params.repetition_penalty,
            seed=params.seed,
        )
        model, tokenizer = load_model(folder), Tokenizer.load(folder)
        return cls(model, tokenizer, params.max_tokens, drawing, tuple(params.stop))

    def tell(self, prompt: str) -> Iterator[str]:
        """The continuation of a prompt, piece by piece."""
        return self._text(int(step.tokens[0]) for step in self._steps([prompt]))

    def tell_all(self, prompts: list[str]) -> Iterator[str]:
        """The continuation of each prompt, told in batches; story r draws with the seed + r."""
        for first in range(0, len(prompts), _BATCH):
            batch = prompts[first : first + _BATCH]
            with progress(self.max_tokens, "sample", "token") as bar:
                rows = tee(self._counted(self._steps(batch, first), bar), len(batch))
                # Each row takes the steps that it needs; the last to end has drawn them all.
                told = ["".join(self._row(steps, row)) for row, steps in enumerate(rows)]
            yield from told

    def write(self, prompts: list[str], show_probs: bool = False, stream: bool = True) -> None:
        """Writes stories to the terminal: a single one as it comes, several batch by batch.

        With `show_probs`, a line for each token, one story after the other.
        Without `stream`, a story only when it is told. What is not UTF-8 in a
        prompt is read as U+FFFD, and written so.
        """
        prompts = [replace_surrogates(prompt) for prompt in prompts]
        before, after = ("\n", "") if show_probs else ("", "\n")
        for prompt, story in zip(prompts, self._stories(prompts, show_probs), strict=True):
            pieces = story if stream else ["".join(story)]
            for piece in chain([prompt + before], pieces, [after]):
                click.echo(piece, nl=False)

    def _stories(self, prompts: list[str], show_probs: bool) -> Iterator[Iterable[str]]:
        """What to write of each story after its prompt, in pieces."""
        if show_probs:
            return (self._table(self._steps([text], row)) for row, text in enumerate(prompts))
        if len(prompts) == 1:
            return iter([self.tell(prompts[0])])
        return ([text] for text in self.tell_all(prompts))

    def _steps(self, prompts: list[str], first: int = 0) -> Iterator[Step]:
        """The steps of a batch, which begins with story number `first`."""
        end = self.tokenizer.end_of_text
        # A story begins after the end of another, in training as well.
        ids = [np.append(end, self.tokenizer.encode(prompt)) for prompt in prompts]
        drawing = replace(self.drawing, seed=self.drawing.seed + first)
        known = self.tokenizer.vocab_size
        return generate(self.model, ids, self.max_tokens, drawing, end, known)

    def _counted(self, steps: Iterator[Step], bar: tqdm) -> Iterator[np.ndarray]:
        """The tokens (B,) of each step, counted on a progress bar."""
        for step in steps:
            bar.update(bar.n < self.max_tokens)  # more steps where prompts differ in length
            yield step.tokens

    def _row(self, steps: Iterator[np.ndarray], row: int) -> Iterator[str]:
        """The text of one row of a batch, from the tokens (B,) of each step."""
        return self._text(int(tokens[row]) for tokens in steps if tokens[row] != NO_TOKEN)

    def _text(self, ids: Iterable[int]) -> Iterator[str]:
        """A story in pieces, up to <|endoftext|> or a stop; reads no token after that."""
        story = takewhile(lambda index: index != self.tokenizer.end_of_text, ids)
        return until_stop(self.tokenizer.decode_stream(story), list(self.stops))

    def _table(self, steps: Iterator[Step]) -> Iterator[str]:
        """A line for each step of a single story, with that which ends it."""
        lines: list[str] = []

        def drawn() -> Iterator[int]:
            for step in steps:
                lines.append(self._candidates(step))
                yield int(step.tokens[0])

        for _ in self._text(drawn()):
            yield from lines
            lines.clear()
        yield from lines

    def _candidates(self, step: Step) -> str:
        """The token drawn, and the likeliest with their probabilities before any filter."""
        chances = np.array(mx.softmax(step.logits[0], axis=-1))
        likeliest = np.argsort(-chances, kind="stable")[:_CANDIDATES]
        shown = "  ".join(f"{self._shown(index)} {chances[index]:.3f}" for index in likeliest)
        return f"{self._shown(int(step.tokens[0])):<16} | {shown}\n"

    def _shown(self, index: int) -> str:
        return repr(self.tokenizer.decode([index]))


def ask_prompts() -> Iterator[str]:
    """Prompts typed at the terminal, until an empty one or the end of the input."""
    try:
        while prompt := click.prompt("Prompt", default="", show_default=False):
            yield prompt
    except click.Abort:
        click.echo()
