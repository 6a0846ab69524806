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
    prepare(load_params().data, RAW, DOWNLOADS)


if __name__ == "__main__":
    main()
