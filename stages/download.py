"""Tells, fetches or gathers the stories, as data.source says."""

from __future__ import annotations

import click

from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import DOWNLOADS, RAW
from lmcore.corpus.sources import prepare


@click.command(cls=StageCommand)
def main() -> None:
    """Fill data/raw with training and validation stories."""
    params = load_params()
    window = params.model.context_length
    batch = params.train.batch_size * params.train.gradient_accumulation * window
    for line in prepare(params.data, RAW, DOWNLOADS, window, batch):
        click.echo(line)


if __name__ == "__main__":
    main()
