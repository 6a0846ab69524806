"""Prints what a run would cost; `python -m stages.train --plan` calls it. Not a stage."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params


@click.command(cls=StageCommand)
def main() -> None:
    """Print parameters, FLOPs, memory and time of the run that params.yaml describes."""
    params = load_params()
    backend.setup()
    from lmcore.planning.plan import plan

    for part in plan(params):
        click.echo(part)


if __name__ == "__main__":
    main()
