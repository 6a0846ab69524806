"""Prints what a run came to, as the last stage: bits per byte, a story, what to do next."""

from __future__ import annotations

import click

from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.compare.result import lines_since_commit, result_lines


@click.command(cls=StageCommand)
def main() -> None:
    """Print the run's result, and what it changed since the run that git holds."""
    load_params()
    for line in ["", *result_lines(), "", *lines_since_commit()]:
        click.echo(line)


if __name__ == "__main__":
    main()
