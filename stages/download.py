"""Tells, fetches or gathers the stories, as data.source says."""

from __future__ import annotations

import click

from lmcore.corpus.sources import prepare
from lmcore.errors import StageCommand
from lmcore.params import load_params
from lmcore.paths import DOWNLOADS, RAW


@click.command(cls=StageCommand)
def main() -> None:
    """Fill data/raw with training and validation stories."""
    prepare(load_params().data, RAW, DOWNLOADS)


if __name__ == "__main__":
    main()
