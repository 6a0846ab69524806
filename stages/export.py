"""Writes the model for other programs: a command of its own, no stage of dvc.yaml."""

from __future__ import annotations

from pathlib import Path

import click

from lmcore import backend
from lmcore.common.errors import StageCommand, printable
from lmcore.common.params import load_params
from lmcore.common.paths import EXPORT, MODEL


@click.command(cls=StageCommand)
@click.option("--into", type=Path, default=EXPORT, show_default=True, help="Folder to write.")
@click.option("--gguf", is_flag=True, help="Also write model.gguf, for llama.cpp.")
@click.option(
    "--bits",
    type=click.Choice(["8", "4"]),
    help="Store the matrices in so few bits: in MLX's layout, for mlx_lm in place of "
    "transformers, and in model.gguf as Q8_0 or Q4_0. Says what it costs in bits per byte.",
)
def main(into: Path, gguf: bool, bits: str | None) -> None:
    """Write data/model as transformers, mlx_lm and llama.cpp read it."""
    sample = load_params().sample
    backend.setup()
    from lmcore.export.folder import export
    from lmcore.export.provenance import Run
    from lmcore.model import load_model
    from lmcore.tokenizer.tokenizer import Tokenizer

    model, tokenizer = load_model(MODEL), Tokenizer.load(MODEL)
    click.echo(printable(export(into, model, tokenizer, sample, Run.read(), gguf, int(bits or 0))))


if __name__ == "__main__":
    main()
