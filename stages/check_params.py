"""Refuses a params.yaml with a mistake: every other stage comes after this one.

DVC removes a stage's outputs before it starts it. So a mistake is found here, by a stage
whose output is the same for every valid file: no other stage runs again because of it.
data.folder is a dependency so that DVC misses it here, too, before anything is removed.
"""

from __future__ import annotations

import click

from lmcore.common.atomic_files import write_text
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import PARAMS_CHECKED


@click.command(cls=StageCommand)
def main() -> None:
    """Check params.yaml, and write data/params_checked."""
    load_params()
    write_text(PARAMS_CHECKED, "params.yaml is valid.\n")


if __name__ == "__main__":
    main()
