"""Checks that a model can learn; `python -m stages.train --overfit` calls it. Not a stage."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import TOKENS


@click.command(cls=StageCommand)
def main() -> None:
    """Learn the first batch of data/tokens by heart; save nothing."""
    params = load_params()
    backend.setup()
    from lmcore.planning import overfit

    click.echo(overfit.check(params, TOKENS))


if __name__ == "__main__":
    main()
