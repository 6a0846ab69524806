"""What a user sees when something is wrong: one sentence, exit code 1.

Everything a user can put right (a parameter, a file, the network) is raised as
an `LmcoreError` whose text names the file or parameter, what was found and
what is allowed. Anything else that escapes is a bug of ours and keeps its
traceback.
"""

from __future__ import annotations

import os
from typing import Any

import click

from lmcore.common.parent_process import end_with_parent


class LmcoreError(click.ClickException):
    """A mistake the user can mend; click prints its text and exits with 1.

    What the text quotes (file names, values) may hold anything, so it is made printable.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    """Return `text` with control characters and lone surrogates escaped, as in `\\n`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class StageCommand(click.Command):
    """A command that ends with the DVC that started it, and explains an OSError in a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        end_with_parent()
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise LmcoreError(describe_os_error(error)) from error


def describe_os_error(error: OSError) -> str:
    """Return the file and what the operating system refused, in one sentence."""
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return reason
    return f"{os.fspath(error.filename)}: {reason}."


def listing(names: Any, last: str = "or") -> str:
    """Return `a, b or c`: the allowed values, as a sentence lists them."""
    names = [str(name) for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
