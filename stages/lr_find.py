"""Looks for a learning rate: the range test. A command of its own, no stage of dvc.yaml."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import TOKENS


@click.command(cls=StageCommand)
@click.option("--low", type=click.FloatRange(1e-9, 1), default=1e-5, show_default=True)
@click.option("--high", type=click.FloatRange(1e-8, 10), default=1.0, show_default=True)
@click.option("--steps", type=click.IntRange(10, 10_000), default=150, show_default=True)
def main(low: float, high: float, steps: int) -> None:
    """Train a new model for a few steps while the learning rate grows; save nothing."""
    if not low < high:  # a NaN, too
        raise click.UsageError(f"--low is {low}; it must be below --high, which is {high}.")
    params = load_params()
    backend.setup()
    from lmcore.planning import lr_find

    click.echo(lr_find.as_text(lr_find.range_test(params, TOKENS, low, high, steps)))


if __name__ == "__main__":
    main()
