"""What the pipeline knows of the model in data/model.

dvc.lock notes the parameters of each stage and the hashes of what it read and
wrote. A fact is stated only where these hashes lead from it to the model that lies
in data/model: since it was trained, params.yaml may have been edited, stages run
again, or another model put in its place.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmcore.common.json_files import read_json
from lmcore.common.params import read_yaml
from lmcore.common.paths import EVALUATION, FIGURES, MODEL, RAW

Facts = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The facts of a run; of what is not known for certain, nothing."""

    settings: Facts = field(default_factory=dict)  # the `train` section that it had
    metrics: Facts = field(default_factory=dict)  # data/figures/train.json
    evaluation: Facts = field(default_factory=dict)  # data/evaluation/figures.json
    manifest: Facts = field(default_factory=dict)  # data/raw/manifest.json

    @classmethod
    def read(cls, root: Path = Path()) -> Run:
        """Return the run that made the data/model in the repository at `root`."""
        lock = Lock(root)
        trained = lock.writer(MODEL)
        if not trained:
            return UNKNOWN
        metrics, evaluated = FIGURES / "train.json", lock.writer(EVALUATION)
        return cls(
            trained["params"]["params.yaml"]["train"],
            read_json(root / metrics) if lock.writer(metrics) is trained else {},
            read_json(root / EVALUATION / "figures.json") if lock.saw(evaluated, MODEL) else {},
            read_json(root / RAW / "manifest.json") if lock.saw(trained, RAW) else {},
        )


UNKNOWN = Run()


class Lock:
    """The dvc.lock of the repository at `root`, held against what lies there."""

    def __init__(self, root: Path) -> None:
        path = root / "dvc.lock"
        self._root = root
        content = read_yaml(path) if path.exists() else None
        self._stages: dict[str, Facts] = (content or {}).get("stages", {})

    def writer(self, name: Path) -> Facts:
        """Return the stage that wrote a file or folder as it lies here; empty where none did."""
        return self._writer(name.as_posix(), hash_of(self._root / name))

    def saw(self, stage: Facts, name: Path) -> bool:
        """Return whether a stage, or those that made what it read, read `name` as it lies here."""
        return self._read(stage, name.as_posix()) == {hash_of(self._root / name)}

    def _writer(self, name: str, content: str | None) -> Facts:
        for stage in self._stages.values():
            for out in stage.get("outs", []):
                if (out["path"], out["md5"]) == (name, content):
                    return stage
        return {}

    def _read(self, stage: Facts, name: str) -> set[str]:
        """Return the hashes that `name` had when it was read."""
        hashes: set[str] = set()
        for dep in stage.get("deps", []):
            if dep["path"] == name:
                hashes.add(dep["md5"])
            else:
                hashes |= self._read(self._writer(dep["path"], dep["md5"]), name)
        return hashes


def hash_of(path: Path) -> str | None:
    """Return DVC's hash: the MD5 of a file, or of the list of a folder's files and their MD5s."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    if not path.is_dir():
        return None
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    listed = [{"md5": hash_of(file), "relpath": name} for name, file in sorted(files.items())]
    return hashlib.md5(json.dumps(listed).encode()).hexdigest() + ".dir"
