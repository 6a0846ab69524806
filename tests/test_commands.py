"""What `--help` of every command says: it fits a terminal and uses the field's words."""

from __future__ import annotations

import importlib
import pkgutil
import re

import click
import pytest
from click.testing import CliRunner

import stages

NAMES = [module.name for module in pkgutil.iter_modules(stages.__path__)]
# Words that only this project's code would understand, and modules of it.
INTERNAL = re.compile(
    r"lmcore\.\w|\b_\w+|\b(?:tell|tells|told|draw|draws|drawn|leader|powers|apart|chosen)\b"
)


def help_texts(command: click.Command, name: str) -> dict[str, str]:
    """Return the help of a command and of its subcommands, by name."""
    done = CliRunner().invoke(command, ["--help"], prog_name=name, terminal_width=100)
    assert done.exit_code == 0, done.output
    texts = {name: done.output}
    if isinstance(command, click.Group):
        for below in command.commands:
            texts |= help_texts(command.commands[below], f"{name} {below}")
    return texts


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_100_columns_and_has_no_internal_words(name: str) -> None:
    command = importlib.import_module(f"stages.{name}").main
    for title, text in help_texts(command, f"python -m stages.{name}").items():
        assert max(map(len, text.splitlines())) <= 100, text
        assert not INTERNAL.findall(text), title
        summary = text.split("\n\n")[1].strip()
        assert summary[0].isupper() and summary.endswith((".", "`.")), summary
