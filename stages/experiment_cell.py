"""Runs one cell of an experiment: one variant with one seed (stages/experiment.py)."""

from __future__ import annotations

from pathlib import Path

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.experiments.definition import load_experiment


@click.command(cls=StageCommand)
@click.argument("folder", type=Path)
@click.argument("variant")
@click.argument("seed", type=int)
@click.option("--choice", type=int, help="Number of the tuned value to try.")
def main(folder: Path, variant: str, seed: int, choice: int | None) -> None:
    """Train and evaluate VARIANT with SEED and write the figures of that cell."""
    experiment = load_experiment(folder)
    backend.setup()
    from lmcore.experiments.cell import write_cell

    write_cell(folder, experiment, variant, seed, choice)


if __name__ == "__main__":
    main()
