"""Lets the model tell stories: for the pipeline, or to the terminal."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.errors import StageCommand
from lmcore.params import load_params
from lmcore.paths import METRICS, MODEL, RAW, SAMPLES


@click.command(cls=StageCommand)
@click.option("--prompt", help="Begin with this text and stream to the terminal.")
@click.option("--interactive", is_flag=True, help="Ask for prompts until an empty one.")
@click.option("--show-probs", is_flag=True, help="With each token, the likeliest candidates.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Which text is drawn.")
@click.option("--max-tokens", type=click.IntRange(1), help="Tokens to add at most.")
@click.option("--temperature", type=click.FloatRange(0), help="0: always the likeliest token.")
@click.option("--top-k", type=click.IntRange(0), help="Among the k likeliest; 0: all.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), help="Nucleus; 1: all.")
@click.option(
    "--min-p", type=click.FloatRange(0, 1), default=0.0, help="Relative to the likeliest."
)
@click.option("--repetition-penalty", type=click.FloatRange(0, min_open=True), default=1.0)
@click.option("--stop", multiple=True, help="End before this text; may be repeated.")
def main(
    prompt: str | None,
    interactive: bool,
    show_probs: bool,
    min_p: float,
    repetition_penalty: float,
    stop: tuple[str, ...],
    **changes: float | None,
) -> None:
    """Write data/samples, or with --prompt or --interactive stream to the terminal."""
    params = load_params().sample
    params = params.model_copy(update={k: v for k, v in changes.items() if v is not None})
    backend.setup()
    from lmcore import storytelling

    teller = storytelling.Teller.load(MODEL, params, min_p, repetition_penalty, stop)
    if interactive:
        while prompt := click.prompt("Prompt", default="", show_default=False):
            teller.stream(prompt, show_probs)
    elif prompt is not None:
        teller.stream(prompt, show_probs)
    else:
        teller.save_samples(params.prompts, RAW, SAMPLES, METRICS / "samples.json")


if __name__ == "__main__":
    main()
