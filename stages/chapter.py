"""Runs a chapter of docs/ and shows what its code computes: a command, no stage of dvc.yaml."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand


@click.command(cls=StageCommand)
@click.argument("chapter")
def main(chapter: str) -> None:
    """Run the code of chapter CHAPTER, as in `python -m stages.chapter 02`."""
    backend.setup()
    from lmcore.course.chapter import show_chapter

    show_chapter(chapter, click.echo)


if __name__ == "__main__":
    main()
