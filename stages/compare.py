"""Compares two runs; no stage of the pipeline, so DVC does not track its page."""

from __future__ import annotations

from pathlib import Path

import click

from lmcore import backend
from lmcore.common.errors import StageCommand


@click.command(cls=StageCommand)
@click.argument("a", default="HEAD")
@click.argument("b", default="workspace")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path),
    default=Path("data/compare/index.html"), show_default=True, help="Where the page is written.",
)  # fmt: skip
def main(a: str, b: str, html: Path) -> None:
    """Compare A with B: git revisions, experiments of `dvc exp show`, or `workspace`.

    Without names: what the last run changed, since the one that git holds. Groups of runs
    have commas between their names (A1,A2,A3 B1,B2,B3), or are variants of an experiment
    (experiments/quick/swiglu experiments/quick/gelu); they are paired by seed.
    """
    backend.setup()
    from lmcore.compare.revision import is_group, open_revision
    from lmcore.compare.sections import compare
    from lmcore.compare.show import as_page, as_text

    if is_group(a) or is_group(b):
        from lmcore.compare.groups import compare_groups, open_group

        parts = compare_groups(open_group(a), open_group(b))
    else:
        with open_revision(a) as ours, open_revision(b) as theirs:
            parts = compare(ours, theirs)
    click.echo(as_text(parts))
    as_page(f"{a} and {b}", parts, html)
    click.echo(f"The same with curves: {html}")


if __name__ == "__main__":
    main()
