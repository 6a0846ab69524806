"""The artifacts of a git revision, a DVC experiment or the current folder.

Files come from git or from DVC's cache, whichever holds them, and only those
that are asked for; they lie in a temporary folder until the comparison is done.
Of the current folder, the files themselves count, whatever its dvc.lock states.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML, YAMLError

from lmcore.common.errors import LmcoreError
from lmcore.compare.differences import flatten

WORKSPACE = "workspace"
VARIANT = re.compile(r"experiments/(\w+)/(\w+)/?")  # of an experiment: all its seeds


def is_group(name: str) -> bool:
    """Return whether a name of the command line stands for several runs."""
    return "," in name or VARIANT.fullmatch(name) is not None


@dataclass(frozen=True)
class Out:
    """An output of the pipeline: its hash, what dvc.lock says of the stage that writes it."""

    hash: str
    stage: dict[str, Any]
    as_locked: bool  # whether dvc.lock gives it that hash


class Revision:
    """One side of a comparison: `name` as the user gave it, its files and its dvc.lock.

    Files are read from `source` into `folder`. Of the workspace, which has no
    source, `hash_of` returns the hash of an output that lies in it.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        source: Any = None,
        hash_of: Callable[[str], str | None] | None = None,
    ) -> None:
        self.name, self._folder, self._source, self._hash_of = name, folder, source, hash_of
        lock = self.path("dvc.lock")
        if lock is None:
            raise LmcoreError(f"{name} has no dvc.lock: nothing was run there; `dvc repro` does.")
        self._stages: dict[str, Any] = _yaml(name, lock).get("stages", {})
        params = self.path("params.yaml")
        if params is None:
            raise LmcoreError(f"{name} has no params.yaml.")
        self.params = flatten(_yaml(name, params))

    def path(self, name: Path | str) -> Path | None:
        """Return where the file or folder `name` can be read, or None where no copy exists."""
        path = self._folder / name
        if self._source is not None and not path.exists():
            self._fetch(str(name), path)
        return path if path.exists() else None

    def out(self, name: str) -> Out | None:
        """Return the output `name`, or None where there is none."""
        outs = ((out, stage) for stage in self._stages.values() for out in stage.get("outs", []))
        locked, writer = next(
            ((out["md5"], stage) for out, stage in outs if out["path"] == name), (None, {})
        )
        md5 = locked if self._hash_of is None else self._hash_of(name)
        return None if md5 is None else Out(md5, writer, md5 == locked)

    @property
    def record(self) -> str:
        """Return what lists the outputs of this side, as a sentence names it."""
        return f"dvc.lock of {self.name}" if self._hash_of is None else self.name

    def _fetch(self, name: str, target: Path) -> None:
        from dvc.exceptions import DvcException

        try:
            if not self._source.exists(name):
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            self._source.get(name, str(target), recursive=self._source.isdir(name))
        except FileNotFoundError:  # half a folder must not pass for the whole
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        except DvcException as error:
            raise LmcoreError(f"{name} of {self.name} cannot be read: {error}.") from None


@contextmanager
def open_revision(name: str) -> Iterator[Revision]:
    """Open a revision, an experiment or `workspace` of the repository of the current folder.

    Raises `LmcoreError` where there is no such revision, or nothing was run in it.
    """
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import RevError, resolve_rev

    try:
        with Repo() as repo:
            if name == WORKSPACE:
                yield Revision(name, Path(), hash_of=partial(_hash_in, repo))
                return
            if not name.strip():  # or DVC takes it for HEAD
                raise RevError("empty")
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


def _hash_in(repo: Any, name: str) -> str | None:
    """Return DVC's hash of the output `name` as it lies in the workspace."""
    from dvc.exceptions import OutputNotFoundError

    try:
        (out,) = repo.find_outs_by_path(name)
    except OutputNotFoundError:
        return None
    return out.get_hash().value if out.exists else None


def _yaml(name: str, path: Path) -> dict[str, Any]:
    try:
        return YAML(typ="safe").load(path.read_text("utf-8")) or {}
    except YAMLError:
        raise LmcoreError(f"{path.name} of {name} is not valid YAML.") from None
