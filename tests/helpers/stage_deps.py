"""The code that each stage of dvc.yaml depends on: the coarsest exact cover of its imports.

A folder stands for its files where the stage imports all of them; other files are named.
`make deps` writes the lists into dvc.yaml, and tests/pipeline/test_dvc_yaml.py holds
them to the code.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from helpers.imports import PACKAGES, files_of

_STAGE = re.compile(r"^  (\w+):\n", re.MULTILINE)
# `deps:` with a list in brackets, or with an item on each line.
_DEPS = re.compile(r"^    deps:(?:\s*\[[^\]]*\]\n|\n(?:      - .*\n)+)", re.MULTILINE)


def code_deps(stage: str, root: Path) -> list[str]:
    """Return the fewest folders and files that hold just what the stage's entrypoint imports."""
    imported = files_of(f"stages.{stage}", root)
    cover: list[str] = []

    def visit(folder: Path) -> None:
        files = _files_below(folder, root)
        if files <= imported:
            cover.append(folder.relative_to(root).as_posix())
            return
        for path in sorted(folder.iterdir()):
            name = path.relative_to(root).as_posix()
            if path.is_dir() and _files_below(path, root) & imported:
                visit(path)
            elif name in imported:
                cover.append(name)

    for package in PACKAGES:
        visit(root / package)
    return cover


def with_code_deps(pipeline: str, root: Path) -> str:
    """Return the text of dvc.yaml with each stage's code dependencies as they should be."""
    head, *pieces = _STAGE.split(pipeline)
    text = head
    for stage, definition in zip(pieces[::2], pieces[1::2], strict=True):
        deps = _DEPS.search(definition)
        text += f"  {stage}:\n" + definition.replace(deps[0], _deps(stage, deps[0], root), 1)
    return text


def _deps(stage: str, deps: str, root: Path) -> str:
    """Return a `deps:` entry: the data that it names already, then the code."""
    names = re.findall(r"[^\s,\[\]\"]+", deps.partition("deps:")[2])
    data = [name for name in names if name != "-" and not name.startswith(PACKAGES)]
    # YAML needs quotes around an interpolation between brackets.
    data = [f'"{name}"' if name.startswith("$") else name for name in data]
    lists = [part for part in (data, code_deps(stage, root)) if part]
    lines = [
        line
        for part in lists
        for line in textwrap.wrap(", ".join(part) + ",", 88, break_on_hyphens=False)
    ]
    return "    deps: [" + "\n      ".join(lines).removesuffix(",") + "]\n"


def _files_below(folder: Path, root: Path) -> set[str]:
    """What DVC sees in a folder: .dvcignore leaves out caches and hidden files."""
    return {
        path.relative_to(root).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


if __name__ == "__main__":
    file = Path("dvc.yaml")
    file.write_text(with_code_deps(file.read_text("utf-8"), Path()), "utf-8")
