"""Reads a model in Hugging Face's layout: a command of its own, no stage of dvc.yaml."""

from __future__ import annotations

from pathlib import Path

import click

from lmcore import backend
from lmcore.common.errors import StageCommand, printable


@click.command(cls=StageCommand)
@click.argument("folder", type=Path)
@click.option("--into", type=Path, required=True, help="Folder to write, such as data/model.")
def main(folder: Path, into: Path) -> None:
    """Write the GPT-2, Llama or other known model in FOLDER as one of ours."""
    backend.setup()
    from lmcore.export.import_hf import import_huggingface

    import_huggingface(folder, into)
    click.echo(printable(f"{into}: model.safetensors, config.json and tokenizer.json."))


if __name__ == "__main__":
    main()
