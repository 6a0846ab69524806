"""Lets the model tell stories: for the pipeline, or to the terminal."""

from __future__ import annotations

from itertools import chain

import click
from click.core import ParameterSource

from lmcore import backend
from lmcore.common.errors import LmcoreError, StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import MODEL, RAW, SAMPLES


@click.command(cls=StageCommand)
@click.option(
    "--prompt",
    "prompts",
    multiple=True,
    help="Begin with this text and write to the terminal; may be repeated.",
)
@click.option("--interactive", is_flag=True, help="Ask for prompts until an empty one.")
@click.option(
    "--number",
    type=click.IntRange(1, 1_000_000),
    default=1,
    help="Stories of each prompt (default 1). Several stories, of one prompt or more, are "
    "generated in batches of up to 16 and written as soon as their batch is done.",
)
@click.option(
    "--stream/--no-stream",
    default=True,
    help="A single story as it comes (default), or at once.",
)
@click.option(
    "--show-probs",
    is_flag=True,
    help="In place of the text, a line for each token: what was sampled, and the likeliest "
    "candidates with the model's probabilities, before temperature, penalty and filters. "
    "Several stories follow one another.",
)
@click.option("--seed", type=int, help="Seed of the sampling; each further story has the next one.")
@click.option("--max-tokens", type=int, help="Tokens to add at most.")
@click.option("--temperature", type=float, help="0: always the likeliest token.")
@click.option("--top-k", type=int, help="Among the k likeliest; 0: all.")
@click.option("--top-p", type=float, help="Nucleus: the likeliest that hold p; 1: all.")
@click.option("--min-p", type=float, help="At least p times as likely as the likeliest; 0: all.")
@click.option("--repetition-penalty", type=float, help="Above 1: repeat less; 1: none.")
@click.option("--stop", multiple=True, help="End before this text; may be repeated.")
@click.pass_context
def main(
    context: click.Context,
    prompts: tuple[str, ...],
    interactive: bool,
    number: int,
    stream: bool,
    show_probs: bool,
    stop: tuple[str, ...],
    **options: float | None,
) -> None:
    """Write data/samples, or with --prompt or --interactive write to the terminal.

    Options that are not given are as params.yaml says, in its section `sample`.
    """
    pipeline = not prompts and not interactive
    given = [name for name in context.params if _is_given(context, name)]
    if pipeline and given:
        raise LmcoreError(
            f"--{given[0].replace('_', '-')} needs --prompt or --interactive; "
            "data/samples follows params.yaml."
        )
    changes = {**options, "stop": list(stop) or None}
    params = load_params().sample
    params = params.with_options({k: v for k, v in changes.items() if v is not None})
    backend.setup()
    from lmcore.generation import storytelling

    generator = storytelling.Generator.load(MODEL, params)
    if pipeline:
        from lmcore.dataset.stories import verify_stories
        from lmcore.samples.samples import save_samples

        verify_stories(RAW)
        save_samples(generator, params.prompts, RAW, SAMPLES)
        return
    typed = ([prompt] for prompt in storytelling.ask_prompts()) if interactive else ()
    for group in chain([prompts] if prompts else [], typed):
        generator.write([prompt for prompt in group for _ in range(number)], show_probs, stream)


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


if __name__ == "__main__":
    main()
