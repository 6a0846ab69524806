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
def main(into: Path, gguf: bool) -> None:
    """Write data/model as transformers, mlx_lm and llama.cpp read it."""
    sample = load_params().sample
    backend.setup()
    from lmcore.export.folder import export
    from lmcore.export.provenance import Run
    from lmcore.model import load_model
    from lmcore.tokenizer.tokenizer import Tokenizer

    model, tokenizer = load_model(MODEL), Tokenizer.load(MODEL)
    click.echo(printable(export(into, model, tokenizer, sample, Run.read(), gguf)))


if __name__ == "__main__":
    main()
