"""Looks inside the model: ablation, head scores, logit lens, patching."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.atomic_files import atomic_directory, write_json
from lmcore.common.checksums import write_checksums
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import INSIDE, KEPT, MODEL, RAW, TOKENS


@click.command(cls=StageCommand)
def main() -> None:
    """Measure what the parts of data/model do and write data/inside."""
    params = load_params().inside
    backend.setup()
    from lmcore.interpretability.inside import measure

    figures = measure(MODEL, KEPT, RAW, TOKENS, params)
    with atomic_directory(INSIDE) as partial:
        write_json(partial / "inside.json", figures)
        write_checksums(partial)


if __name__ == "__main__":
    main()
