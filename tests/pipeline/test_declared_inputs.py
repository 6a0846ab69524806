"""A stage's outputs depend on what dvc.yaml declares for it, and on nothing else.

Each stage runs in a folder that holds its dependencies alone, without git, in another
place, time zone and language, and with other values of the parameters it does not declare.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.clone import REPOSITORY, SMALL, STAGES, Clone, environment
from ruamel.yaml import YAML

PIPELINE = YAML(typ="safe").load((REPOSITORY / "dvc.yaml").read_text())["stages"]

# Other values than the finished run's, of every section.
OTHER: dict[str, Any] = {
    "data.seed": 4321,
    "data.train_stories": 301,
    "tokenizer.vocab_size": 500,
    "encode.shard_tokens": 4096,
    "model.n_layers": 1,
    "train.seed": 4321,
    "train.steps": 61,
    "evaluate.stride": 32,
    "sample.seed": 4321,
    "sample.max_tokens": 19,
    "report.attention_text": "Another text.",
}


def outputs(stage: str) -> list[str]:
    """Return the paths of a stage's outs, metrics and plots."""
    entries = [
        entry for kind in ("outs", "metrics", "plots") for entry in PIPELINE[stage].get(kind, [])
    ]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def isolated(finished: Clone, stage: str, folder: Path) -> Clone:
    """Return a folder with the dependencies of a stage, as the finished run made them."""
    for dep in PIPELINE[stage]["deps"]:
        source = finished.folder / dep.replace("${data.folder}", "data/input")
        target = folder / source.relative_to(finished.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    shutil.copyfile(finished.folder / "params.yaml", folder / "params.yaml")
    clone = Clone(folder)
    declared = PIPELINE[stage].get("params", [])
    sections = declared if all(isinstance(name, str) for name in declared) else list(SMALL)
    clone.set({k: v for k, v in OTHER.items() if k.partition(".")[0] not in sections})
    return clone


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "result"])
def test_outputs_depend_on_declared_inputs_alone(
    finished: Clone, tmp_path: Path, stage: str
) -> None:
    elsewhere = tmp_path / "another place" / "clone"
    clone = isolated(finished, stage, elsewhere)
    place = {"TZ": "Asia/Tokyo", "LANG": "C", "LC_ALL": "C", "COLUMNS": "40", "USER": "nobody"}
    done = subprocess.run(
        [sys.executable, "-m", f"stages.{stage}"],
        cwd=clone.folder,
        env={**environment(), **place},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ours, theirs = (one.bytes_of(*outputs(stage)) for one in (finished, clone))
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
