"""Lets the model tell stories: for the pipeline, or to the terminal."""

from __future__ import annotations

import math
from typing import Any

import click
from click.core import ParameterSource

from lmcore import backend
from lmcore.errors import LmcoreError, StageCommand
from lmcore.params import load_params
from lmcore.paths import METRICS, MODEL, RAW, SAMPLES


class Number(click.FloatRange):
    """A number within bounds; click takes NaN to be within any."""

    def convert(self, value: Any, *where: Any) -> float:
        number = super().convert(value, *where)
        return number if math.isfinite(number) else self.fail(f"{value} is not finite.", *where)


@click.command(cls=StageCommand)
@click.option("--prompt", help="Begin with this text and write to the terminal.")
@click.option("--interactive", is_flag=True, help="Ask for prompts until an empty one.")
@click.option("--stream/--no-stream", default=True, help="As it comes (default), or at once.")
@click.option("--show-probs", is_flag=True, help="With each token, the likeliest candidates.")
@click.option("--number", type=click.IntRange(1), default=1, help="Stories; each of a next seed.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Which text is drawn.")
@click.option("--max-tokens", type=click.IntRange(1), help="Tokens to add at most.")
@click.option("--temperature", type=Number(0), help="0: always the likeliest token.")
@click.option("--top-k", type=click.IntRange(0), help="Among the k likeliest; 0: all.")
@click.option("--top-p", type=Number(0, 1, min_open=True), help="Nucleus; 1: all.")
@click.option("--min-p", type=Number(0, 1), default=0.0, help="Relative to the likeliest.")
@click.option("--repetition-penalty", type=Number(0, min_open=True), default=1.0, help="1: none.")
@click.option("--stop", multiple=True, help="End before this text; may be repeated.")
@click.pass_context
def main(
    context: click.Context,
    prompt: str | None,
    interactive: bool,
    stream: bool,
    show_probs: bool,
    number: int,
    min_p: float,
    repetition_penalty: float,
    stop: tuple[str, ...],
    **changes: float | None,
) -> None:
    """Write data/samples, or with --prompt or --interactive write to the terminal."""
    pipeline = prompt is None and not interactive
    given = [name for name in context.params if _is_given(context, name)]
    if pipeline and given:
        raise LmcoreError(
            f"--{given[0].replace('_', '-')} needs --prompt or --interactive; "
            "data/samples follows params.yaml."
        )
    if "" in stop:
        raise LmcoreError("--stop is empty; it should be a text to end before.")
    params = load_params().sample
    params = params.model_copy(update={k: v for k, v in changes.items() if v is not None})
    backend.setup()
    from lmcore import storytelling

    teller = storytelling.Teller.load(MODEL, params, min_p, repetition_penalty, stop)
    if pipeline:
        teller.save_samples(params.prompts, RAW, SAMPLES, METRICS / "samples.json")
        return
    for text in storytelling.ask_prompts() if interactive else [prompt]:
        for one in teller.others(number):
            one.stream(text, show_probs, stream)


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


if __name__ == "__main__":
    main()
