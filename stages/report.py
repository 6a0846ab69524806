"""Puts everything on one page."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.checksums import remake, verify_checksums, verify_file
from lmcore.common.errors import StageCommand
from lmcore.common.json_files import read_json
from lmcore.common.params import load_params
from lmcore.common.paths import EVALUATION, FIGURES, INSIDE, MODEL, PLOTS, REPORT, SAMPLES


@click.command(cls=StageCommand)
def main() -> None:
    """Write data/report/index.html."""
    params = load_params()
    curves = FIGURES / "curves.json"
    for name, sha256 in read_json(curves, {str: str}, remake("train")).items():
        verify_file(PLOTS, name, sha256, curves, remake("train"))
    verify_checksums(EVALUATION, remake("evaluate"))
    verify_checksums(SAMPLES, remake("sample"))
    verify_checksums(INSIDE, remake("inside"))
    backend.setup()
    from lmcore.model import load_model
    from lmcore.report.page import write_report
    from lmcore.tokenizer.tokenizer import Tokenizer

    write_report(params, load_model(MODEL), Tokenizer.load(MODEL), REPORT)


if __name__ == "__main__":
    main()
