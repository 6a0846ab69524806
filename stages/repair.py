"""Mends what killed processes left, so that `dvc repro` can go on; `make run` does it, too."""

from __future__ import annotations

import click

from lmcore.common.errors import StageCommand
from lmcore.planning.repair import repair


@click.command(cls=StageCommand)
def main() -> None:
    """Remove a damaged lock of DVC, set a damaged dvc.lock aside, remove unfinished files."""
    for sentence in repair() or ["Nothing is damaged."]:
        click.echo(sentence)


if __name__ == "__main__":
    main()
