"""Prints what a run would cost; `python -m stages.train --plan` calls it. Not a stage."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import PARAMS_FILE, load_params


@click.command(cls=StageCommand)
@click.option("--profile", metavar="NAME", help="Plan profiles/NAME.yaml, not params.yaml.")
@click.option(
    "--profiles", "listing", is_flag=True, help="List all profiles by size, with their time here."
)
def main(profile: str | None, listing: bool) -> None:
    """Print parameters, FLOPs, memory and time of the run that params.yaml describes."""
    backend.setup()
    from lmcore.planning.plan import plan, profiles_table
    from lmcore.planning.profiles import profile_file

    params = load_params(profile_file(profile) if profile else PARAMS_FILE)
    for part in profiles_table(timed=True) if listing else plan(params):
        click.echo(part)


if __name__ == "__main__":
    main()
