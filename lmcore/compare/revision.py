"""The artifacts of a git revision, a DVC experiment or the current folder.

Files come from git or from DVC's cache, whichever holds them, and only those
that are asked for; they lie in a temporary folder until the comparison is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML, YAMLError

from lmcore.compare.changes import flatten
from lmcore.errors import LmcoreError

WORKSPACE = "workspace"


class Revision:
    """One side of a comparison: `name` as the user gave it, its files and its dvc.lock."""

    def __init__(self, name: str, folder: Path, source: Any = None) -> None:
        self.name, self._folder, self._source = name, folder, source
        lock = self.path("dvc.lock")
        if lock is None:
            raise LmcoreError(f"{name} has no dvc.lock: nothing was run there; `dvc repro` does.")
        self.stages: dict[str, Any] = _yaml(name, lock).get("stages", {})
        params = self.path("params.yaml")
        if params is None:
            raise LmcoreError(f"{name} has no params.yaml.")
        self.params = flatten(_yaml(name, params))

    def path(self, name: Path | str) -> Path | None:
        """Where the file or folder `name` can be read, or None where it is not to be had."""
        place = self._folder / name
        if self._source is not None and not place.exists():
            self._fetch(str(name), place)
        return place if place.exists() else None

    def out(self, name: str) -> dict[str, Any] | None:
        """What dvc.lock says of the output `name`: its hash, and the stage that wrote it."""
        for stage in self.stages.values():
            for out in stage.get("outs", []):
                if out["path"] == name:
                    return {"md5": out["md5"], "stage": stage}
        return None

    def _fetch(self, name: str, place: Path) -> None:
        from dvc.exceptions import DvcException

        try:
            if not self._source.exists(name):
                return
            place.parent.mkdir(parents=True, exist_ok=True)
            self._source.get(name, str(place), recursive=self._source.isdir(name))
        except FileNotFoundError:
            _remove(place)
        except DvcException as error:
            raise LmcoreError(f"{name} of {self.name} cannot be read: {error}.") from None


@contextmanager
def open_revision(name: str) -> Iterator[Revision]:
    """Opens a revision, an experiment or `workspace` of the repository of the current folder.

    `LmcoreError` where there is no such revision, or nothing was run in it.
    """
    if name == WORKSPACE:
        yield Revision(name, Path())
        return
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import RevError, resolve_rev

    try:
        with Repo() as repo:
            commit = resolve_rev(repo.scm, name)
    except RevError:
        raise LmcoreError(
            f"There is no revision or experiment {name!r}: allowed are names that git or "
            f"`dvc exp show` knows, and {WORKSPACE}."
        ) from None
    except DvcException as error:
        raise LmcoreError(f"{name} cannot be read: {error}.") from None
    with TemporaryDirectory() as folder:
        yield Revision(name, Path(folder), DVCFileSystem(".", rev=commit))


def _yaml(name: str, path: Path) -> dict[str, Any]:
    try:
        return YAML(typ="safe").load(path.read_text("utf-8")) or {}
    except YAMLError:
        raise LmcoreError(f"{path.name} of {name} is not valid YAML.") from None


def _remove(place: Path) -> None:
    """Half a folder must not pass for the whole."""
    from shutil import rmtree

    if place.is_dir():
        rmtree(place)
    else:
        place.unlink(missing_ok=True)
