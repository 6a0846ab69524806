"""Runs experiments: variants of a run, several seeds each (docs and README: `make experiment`)."""

from __future__ import annotations

from pathlib import Path

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.experiments.definition import load_experiment
from lmcore.experiments.pipeline import write_pipeline, write_smoke_copy


@click.group()
def main() -> None:
    """Prepare an experiment for `dvc repro`, or gather its results."""


@main.command(cls=StageCommand)
@click.argument("folder", type=Path)
@click.option("--smoke", is_flag=True, help="Make a tiny version, in a folder beside it.")
def prepare(folder: Path, smoke: bool) -> None:
    """Check FOLDER/experiment.yaml, write its dvc.yaml and print the folder to reproduce."""
    load_experiment(folder)
    if smoke:
        folder = write_smoke_copy(folder)
    write_pipeline(folder, load_experiment(folder))
    click.echo(folder.as_posix())


@main.command(cls=StageCommand)
@click.argument("folder", type=Path)
def results(folder: Path) -> None:
    """Write FOLDER/results.json, results.md and results.svg, and print the verdict."""
    from lmcore.experiments.results import write_results

    click.echo(write_results(folder, load_experiment(folder)))


@main.command(cls=StageCommand)
@click.argument("folder", type=Path)
def predict(folder: Path) -> None:
    """Fit FOLDER's scaling law and write the prediction of the run that it leaves out."""
    backend.setup()
    from lmcore.experiments.prediction import write_prediction

    click.echo(write_prediction(folder, load_experiment(folder)))


@main.command(cls=StageCommand)
@click.argument("folder", type=Path)
def times(folder: Path) -> None:
    """Write FOLDER/times.json: what the runs of the experiment took on this machine."""
    from lmcore.experiments.documents import write_times

    totals = write_times(folder)
    click.echo(f"{totals['runs']} runs, {totals['cpu_seconds']:.0f} s of CPU time.")


@main.command(cls=StageCommand)
def docs() -> None:
    """Write the tables of README.md and docs/ from the committed results of experiments."""
    from lmcore.experiments.documents import write_documents

    changed = write_documents(Path())
    click.echo("Written: " + ", ".join(changed) if changed else "All tables are as the results.")


if __name__ == "__main__":
    main()
