"""What is told of a run is what dvc.lock proves, and of no other model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from dvc_data.hashfile.hash_info import HashInfo
from dvc_data.hashfile.tree import Tree
from ruamel.yaml import YAML

from lmcore.common.atomic_files import write_json
from lmcore.export.provenance import UNKNOWN, Run, hash_of

MANIFEST = {"source": "tinystories", "license": "MIT"}
METRICS = {"tokens_seen": 2048000}
EVALUATION = {"model": {"bits_per_byte": 0.7391}}
SETTINGS = {"optimizer": "muon", "steps": 60}
WRITTEN = {
    "data/raw/manifest.json": MANIFEST,
    "data/raw/train/0.json": {"text": "Once"},
    "data/tokens/index.json": {"tokens": 9},
    "data/model/config.json": {"d_model": 8},
    "data/figures/train.json": METRICS,
    "data/evaluation/figures.json": EVALUATION,
}
# Of each stage: what it reads and what it writes.
STAGES = {
    "download": ([], ["data/raw"]),
    "encode": (["lmcore/dataset/encode.py", "data/raw"], ["data/tokens"]),
    "train": (["data/tokens"], ["data/model", "data/figures/train.json"]),
    "evaluate": (["data/model", "data/tokens"], ["data/evaluation"]),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder in which the stages ran, each once."""
    for name, content in {**WRITTEN, "lmcore/dataset/encode.py": "code"}.items():
        write_json(tmp_path / name, content)
    lock: dict[str, Any] = {}
    for name, sides in STAGES.items():
        deps, outs = ([{"path": p, "md5": hash_of(tmp_path / p)} for p in side] for side in sides)
        lock[name] = {"cmd": name, "deps": deps, "outs": outs}
    lock["train"]["params"] = {"params.yaml": {"train": SETTINGS}}
    YAML().dump({"schema": "2.0", "stages": lock}, tmp_path / "dvc.lock")
    return tmp_path


def run_again(root: Path, stage: str, changes: dict[str, Any]) -> None:
    """A stage writes something else, and no stage after it runs."""
    for name, content in changes.items():
        write_json(root / name, content)
    lock = YAML(typ="safe").load(root / "dvc.lock")
    lock["stages"][stage]["outs"] = [
        {"path": name, "md5": hash_of(root / name)} for name in STAGES[stage][1]
    ]
    YAML().dump(lock, root / "dvc.lock")


def test_the_facts_of_a_run(root: Path) -> None:
    assert Run.read(root) == Run(SETTINGS, METRICS, EVALUATION, MANIFEST)


def test_of_another_model_nothing_is_told(root: Path) -> None:
    write_json(root / "data/model/config.json", {"d_model": 16})
    assert Run.read(root) == UNKNOWN


def test_of_a_model_with_another_file_nothing_is_told(root: Path) -> None:
    write_json(root / "data/model/more.json", {})
    assert Run.read(root) == UNKNOWN


def test_the_evaluation_of_an_earlier_model_is_not_told(root: Path) -> None:
    run_again(root, "train", {"data/model/config.json": {"d_model": 16}})
    assert Run.read(root) == Run(SETTINGS, METRICS, {}, MANIFEST)


def test_stories_that_the_model_did_not_see_are_not_told(root: Path) -> None:
    run_again(root, "download", {"data/raw/train/0.json": {"text": "Twice"}})
    assert Run.read(root) == Run(SETTINGS, METRICS, EVALUATION, {})


def test_tokens_that_the_model_did_not_see_are_not_told(root: Path) -> None:
    run_again(root, "encode", {"data/tokens/index.json": {"tokens": 10}})
    assert Run.read(root) == Run(SETTINGS, METRICS, EVALUATION, {})


@pytest.mark.parametrize("name", ["figures/train", "evaluation/figures"])
def test_edited_figures_are_not_told(name: str, root: Path) -> None:
    write_json(root / f"data/{name}.json", {"tokens_seen": 1, "model": {}})
    found = Run.read(root)
    assert found.settings == SETTINGS and found.manifest == MANIFEST
    assert (found.metrics == {}) == (name == "figures/train")
    assert (found.evaluation == {}) == (name == "evaluation/figures")


@pytest.mark.parametrize("content", [None, "", "schema: '2.0'\n"])
def test_without_a_run_nothing_is_told(content: str | None, root: Path) -> None:
    (root / "dvc.lock").unlink()
    if content is not None:
        (root / "dvc.lock").write_text(content)
    assert Run.read(root) == UNKNOWN


def test_the_hash_of_a_folder_is_dvcs(root: Path) -> None:
    tree = Tree()
    for path in (root / "data").rglob("*.json"):
        digest = hashlib.md5(path.read_bytes()).hexdigest()
        tree.add(path.relative_to(root / "data").parts, None, HashInfo("md5", digest))
    tree.digest()
    assert hash_of(root / "data") == tree.hash_info.value
    assert hash_of(root / "nothing") is None
