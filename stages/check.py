"""Compares the functions in exercises/ with the library's: a command, no stage of dvc.yaml."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand


@click.command(cls=StageCommand)
@click.argument("chapter")
@click.pass_context
def main(context: click.Context, chapter: str) -> None:
    """Check exercises/CHAPTER.py, as in `python -m stages.check 02`."""
    backend.setup()
    from lmcore.course.exercises import as_text, check_chapter

    verdicts = check_chapter(chapter)
    click.echo(as_text(verdicts))
    context.exit(0 if all(verdict.passed for verdict in verdicts) else 1)


if __name__ == "__main__":
    main()
