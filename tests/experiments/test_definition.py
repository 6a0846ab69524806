"""An experiment.yaml is checked whole, and each mistake is one sentence that names it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lmcore.common.errors import LmcoreError
from lmcore.experiments.definition import cell_budget, cell_params, load_experiment

GOOD: dict[str, Any] = {
    "question": "Which?",
    "profile": "quickstart",
    "base": {"train.steps": 60},
    "variants": {"one": {}, "other": {"model.moe.experts": 2, "train.learning_rate": 0.002}},
    "seeds": [1, 2],
}


@pytest.fixture
def folder(tmp_path: Path, repository: Path) -> Path:
    shutil.copytree(repository / "profiles", tmp_path / "profiles")
    (tmp_path / "experiments" / "mine").mkdir(parents=True)
    return tmp_path / "experiments" / "mine"


def write(folder: Path, **changes: Any) -> None:
    with (folder / "experiment.yaml").open("w") as file:
        YAML().dump(GOOD | changes, file)


def test_a_cell_has_the_profile_the_base_the_variant_and_the_seed(folder: Path) -> None:
    write(folder)
    experiment = load_experiment(folder)
    params = cell_params(folder, experiment, "other", 2, {"train.learning_rate": 0.5})
    assert (params.train.steps, params.train.seed, params.model.moe.experts) == (60, 2, 2)
    assert params.train.learning_rate == 0.002, "a variant's own value is not tuned away"
    assert cell_params(folder, experiment, "one", 1, {}).model.moe.experts == 0


def test_a_variants_budget_takes_the_place_of_the_bases(folder: Path) -> None:
    variants = {"one": {}, "other": {"budget.bytes": 3000}}
    write(folder, base={"budget.flops": 1.0e9}, variants=variants)
    experiment = load_experiment(folder)
    assert cell_budget(experiment, "one") == ("flops", 1.0e9)
    assert cell_budget(experiment, "other") == ("bytes", 3000)
    write(folder)
    assert cell_budget(load_experiment(folder), "one") is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"variant": {}}, "variant is not a parameter; the nearest is variants"),
        ({"seeds": [1, 1]}, "each may be named once"),
        ({"seeds": []}, "seeds"),
        ({"profile": "none"}, "none.yaml does not exist"),
        ({"base": {"train.step": 3}}, "train.step is not a parameter"),
        ({"base": {"train.steps": "many"}}, "train.steps is 'many'"),
        ({"variants": {"a b": {}}}, "letters, digits and underscores"),
        ({"tune": {"train.learning_rate": [0.1, -1.0]}}, "train.learning_rate is -1.0"),
        ({"base": {"budget.minutes": 3}}, "budget.minutes is no budget; allowed are budget.flops"),
        ({"base": {"budget.flops": 0}}, "budget.flops is 0; it must be a number above 0"),
        ({"law": {"predict": "one", "predicts": 1}}, "law.predicts is not a parameter"),
        ({"law": {"predict": "third"}}, "law.predict is 'third'"),
        ({"law": {"predict": "one"}}, "a law needs 6 beside the one that it predicts"),
        ({"tune": {"train.learning_rate": [1.0], "train.beta1": [0.1]}}, "tune"),
    ],
)
def test_mistakes_are_named(folder: Path, changes: dict[str, Any], sentence: str) -> None:
    write(folder, **changes)
    with pytest.raises(LmcoreError, match=r"^[^\n]*$") as error:
        load_experiment(folder)
    assert sentence in error.value.message


def test_an_unknown_experiment_names_the_known_ones(folder: Path) -> None:
    write(folder)
    with pytest.raises(LmcoreError, match="known experiments are mine"):
        load_experiment(folder.parent / "yours")


def test_the_committed_experiments_are_valid(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    folders = [path.parent for path in Path("experiments").glob("*/experiment.yaml")]
    assert folders
    for each in folders:
        load_experiment(each)
