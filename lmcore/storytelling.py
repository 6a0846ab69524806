"""Stories from prompts: text in, text out, for the terminal and for the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import mlx.core as mx
import numpy as np

from lmcore.artifacts import atomic_directory, write_json, write_text
from lmcore.model import GPT, load_model
from lmcore.params import SampleParams
from lmcore.progress import progress
from lmcore.quality import quality
from lmcore.sampling import NONE, Drawing, Step, generate, until_stop
from lmcore.tokenizer import Tokenizer

_CANDIDATES = 5  # shown per step with --show-probs


@dataclass(frozen=True)
class Teller:
    """A model, its tokenizer, and how to draw from it."""

    model: GPT
    tokenizer: Tokenizer
    max_tokens: int
    drawing: Drawing
    stops: tuple[str, ...]

    @classmethod
    def load(
        cls,
        folder: Path,
        params: SampleParams,
        min_p: float = 0.0,
        repetition_penalty: float = 1.0,
        stops: Iterable[str] = (),
    ) -> Teller:
        """Reads the model in `folder`; `LmcoreError` where it is missing or damaged."""
        drawing = Drawing(
            params.temperature, params.top_k, params.top_p, min_p, repetition_penalty, params.seed
        )
        model, tokenizer = load_model(folder), Tokenizer.load(folder)
        return cls(model, tokenizer, params.max_tokens, drawing, tuple(stops))

    def tell(self, prompt: str) -> Iterator[str]:
        """The continuation of a prompt, piece by piece."""
        ids = (int(step.tokens[0]) for step in self._steps(prompt))
        return until_stop(self.tokenizer.decode_stream(ids), list(self.stops))

    def stream(self, prompt: str, show_probs: bool = False, stream: bool = True) -> None:
        """Writes a prompt and its continuation to the terminal, as it comes or at once."""
        if show_probs:
            for step in self._steps(prompt):
                click.echo(self._candidates(step))
            return
        pieces = self.tell(prompt)
        click.echo(prompt if stream else prompt + "".join(pieces), nl=False)
        for piece in pieces:
            click.echo(piece, nl=False)
        click.echo()

    def others(self, number: int) -> Iterator[Teller]:
        """This teller and those of the seeds after its own, `number` in all."""
        for more in range(number):
            drawing = replace(self.drawing, seed=self.drawing.seed + more)
            yield replace(self, drawing=drawing)

    def save_samples(self, prompts: list[str], raw: Path, folder: Path, metrics: Path) -> None:
        """Writes a story for each prompt to `folder`, and figures about them."""
        texts = self._continuations(prompts)
        samples = [
            {"prompt": prompt, "text": text} for prompt, text in zip(prompts, texts, strict=True)
        ]
        figures = quality(samples, raw)
        with atomic_directory(folder) as partial:
            write_json(partial / "samples.json", samples)
            write_text(partial / "samples.md", _markdown(samples))
        write_json(metrics, figures)

    def _continuations(self, prompts: list[str]) -> list[str]:
        """What follows each prompt, all told at once."""
        ids, end = [self._ids(prompt) for prompt in prompts], self.tokenizer.end_of_text
        told: list[list[int]] = [[] for _ in prompts]
        with progress(self.max_tokens, "sample", "token") as bar:
            for step in generate(self.model, ids, self.max_tokens, self.drawing, end):
                for row, token in enumerate(step.tokens):
                    if token not in (NONE, end):
                        told[row].append(int(token))
                bar.update(max(map(len, told)) - bar.n)
        stops = list(self.stops)
        return ["".join(until_stop(iter([self.tokenizer.decode(row)]), stops)) for row in told]

    def _ids(self, prompt: str) -> np.ndarray:
        # A story begins after the end of another, in training as well.
        return np.append(self.tokenizer.end_of_text, self.tokenizer.encode(prompt))

    def _steps(self, prompt: str) -> Iterator[Step]:
        end = self.tokenizer.end_of_text
        for step in generate(self.model, [self._ids(prompt)], self.max_tokens, self.drawing, end):
            if step.tokens[0] != end:
                yield step

    def _candidates(self, step: Step) -> str:
        """The token drawn, and the likeliest with their probabilities before any filter."""
        chances = np.array(mx.softmax(step.logits[0], axis=-1))
        likeliest = np.argsort(-chances, kind="stable")[:_CANDIDATES]
        shown = "  ".join(f"{self._text(index)} {chances[index]:.3f}" for index in likeliest)
        return f"{self._text(int(step.tokens[0])):<16} | {shown}"

    def _text(self, index: int) -> str:
        return repr(self.tokenizer.decode([index]))


def ask_prompts() -> Iterator[str]:
    """Prompts typed at the terminal, until an empty one or the end of the input."""
    try:
        while prompt := click.prompt("Prompt", default="", show_default=False):
            yield prompt
    except click.Abort:
        click.echo()


def _markdown(samples: list[dict[str, str]]) -> str:
    parts = [
        f"## {sample['prompt']}\n\n**{sample['prompt']}**{sample['text']}" for sample in samples
    ]
    return "\n\n".join(["# Samples", *parts]) + "\n"
