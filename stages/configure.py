"""Checks params.yaml, after putting a profile in its place if one is named."""

from __future__ import annotations

import click

from lmcore.common.errors import StageCommand
from lmcore.planning import profiles
from lmcore.planning.repair import repair


@click.command(cls=StageCommand)
@click.option("--profile", metavar="NAME", help="A file of profiles/, without .yaml.")
@click.option("--folder", metavar="DIR", help="Read the stories from this folder.")
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(1, 1024),
    help="Blocks; width, heads, batch, steps, learning rate and weight decay follow.",
)
def main(profile: str | None, folder: str | None, depth: int | None) -> None:
    """Mend what a killed run left, and validate params.yaml, before any stage runs."""
    for sentence in repair():
        click.echo(sentence)
    profiles.choose(profile, folder, depth)


if __name__ == "__main__":
    main()
