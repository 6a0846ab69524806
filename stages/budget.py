"""Turns a budget into train.steps. A command of its own, no stage of dvc.yaml."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import PARAMS_FILE

_POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command(cls=StageCommand)
@click.option("--tokens", type=_POSITIVE, help="Tokens to train on.")
@click.option("--flops", type=_POSITIVE, help="FLOPs to spend, such as 1e15.")
@click.option("--tokens-per-parameter", type=_POSITIVE, help="About 20 are compute-optimal.")
@click.option("--minutes", type=_POSITIVE, help="Minutes on this machine, by a probe.")
def main(**budgets: float | None) -> None:
    """Write train.steps into params.yaml for one budget."""
    named = {name: amount for name, amount in budgets.items() if amount is not None}
    if len(named) != 1:
        raise click.UsageError(
            "Name one of --tokens, --flops, --tokens-per-parameter and --minutes."
        )
    backend.setup()
    from lmcore.planning.budget import spend

    ((budget, amount),) = named.items()
    click.echo(spend(PARAMS_FILE, budget, amount))


if __name__ == "__main__":
    main()
