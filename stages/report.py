"""Puts everything on one page."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.errors import StageCommand
from lmcore.params import load_params
from lmcore.paths import MODEL, REPORT


@click.command(cls=StageCommand)
def main() -> None:
    """Write data/report/index.html."""
    params = load_params()
    backend.setup()
    from lmcore.model import load_model
    from lmcore.report.page import write_report
    from lmcore.tokenizer import Tokenizer

    write_report(params, load_model(MODEL), Tokenizer.load(MODEL), REPORT)


if __name__ == "__main__":
    main()
