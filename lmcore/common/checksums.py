"""SHA-256 of the files of an artifact: written with it, compared once when it is read."""

from __future__ import annotations

from pathlib import Path

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json

CHECKSUMS = "checksums.json"


def write_checksums(folder: Path) -> None:
    """Write checksums.json, which holds the SHA-256 of every other file of the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    sums.pop(CHECKSUMS, None)
    write_json(folder / CHECKSUMS, sums)


def verify_checksums(folder: Path, remedy: str) -> None:
    """Raise `LmcoreError`, with the remedy, where a file is not as checksums.json says."""
    index = folder / CHECKSUMS
    for name, expected in read_json(index, {str: str}, remedy).items():
        verify_file(folder, name, expected, index, remedy)


def verify_file(folder: Path, name: str, sha256: str, index: Path, remedy: str) -> None:
    """Raise `LmcoreError` unless the file `name` of `folder` has this SHA-256.

    `index` is the file that states it. Hashing reads the whole file.
    """
    path = folder / name
    # A damaged index must not make us read a file somewhere else.
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise LmcoreError(f"{index} names {name!r}, which is not in {folder}; {remedy}.")
    if not path.is_file():
        raise LmcoreError(f"{path} is missing, and {index} names it; {remedy}.")
    if sha256_of(path) != sha256:
        raise LmcoreError(
            f"{path} is damaged: its SHA-256 is not the one that {index} states; {remedy}."
        )


def remake(stage: str) -> str:
    """Return the remedy for a damaged output of a stage.

    Forced, because DVC would restore the same bytes from its cache.
    """
    return f"`dvc repro --force --single-item {stage}` makes it anew"
