"""The dvc.yaml of an experiment: one cached stage per cell, and one that reads them all.

A cell depends on the code, on its profile, and of experiment.yaml on the keys that it
uses. So a new seed or a new variant runs its own cells and no others, a killed grid goes
on where it stopped, and `dvc repro`, dvc.lock and remotes work as for the main pipeline.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lmcore.common.atomic_files import write_text
from lmcore.common.params import read_yaml
from lmcore.common.paths import CELLS
from lmcore.experiments.definition import (
    BUDGETS,
    FILE,
    TUNING_SEED,
    Experiment,
    cell_params,
    tuning_changes,
)

# What a cell runs: tests/experiments holds it to the imports of stages/experiment_cell.py.
CELL_CODE = [
    "lmcore/__init__.py",
    "lmcore/backend",
    "lmcore/common",
    "lmcore/corpus",
    "lmcore/dataset",
    "lmcore/evaluation",
    "lmcore/experiments/__init__.py",
    "lmcore/experiments/cell.py",
    "lmcore/experiments/definition.py",
    "lmcore/experiments/pipeline.py",
    "lmcore/generation",
    "lmcore/model",
    "lmcore/planning",
    "lmcore/tokenizer",
    "lmcore/training",
    "stages/__init__.py",
    "stages/experiment_cell.py",
]
RESULTS = ["results.json", "results.md", "results.svg"]
RESULTS_CODE = ["lmcore/experiments", "stages/experiment.py"]
_INSIDE_RESULTS_CODE = {path for path in CELL_CODE if path.startswith("lmcore/experiments/")}
PREDICTION = "prediction.json"  # of a scaling law, written before the run that it predicts

# A grid of seconds that still goes through everything.
SMOKE = {
    "data.train_stories": 300,
    "data.validation_stories": 40,
    "tokenizer.vocab_size": 512,
    "model.context_length": 32,
    "model.d_model": 32,
    "model.n_layers": 2,
    "model.n_heads": 2,
    "model.n_kv_heads": 2,
    "model.d_ff": 64,
    "train.steps": 20,
    "train.batch_size": 4,
    "train.warmup_steps": 2,
    "train.eval_every": 10,
    "train.eval_batches": 1,
}


def cell_file(folder: Path, variant: str, seed: int | str, choice: int | str | None = None) -> str:
    """Return where a cell's result lies; `choice` numbers the tuned values of a tuning run."""
    tuning = "" if choice is None else f"-choice{choice}"
    return (CELLS / folder.name / f"{variant}-{seed}{tuning}.json").as_posix()


def input_folders(folder: Path, experiment: Experiment) -> list[str]:
    """Return the folders of the user's own files that the cells read."""
    data = (cell_params(folder, experiment, each, 1, {}).data for each in experiment.variants)
    return sorted({each.folder for each in data if each.source == "files"})


def stages_of(folder: Path, experiment: Experiment) -> dict[str, Any]:
    """Return the stages of the experiment's dvc.yaml."""
    choices = list(range(len(tuning_changes(experiment))))
    command = f"exec python -m stages.experiment_cell {folder.as_posix()} ${{item.variant}}"
    keys = ["profile", "base", "variants.${item.variant}", "context_factors", "tune"]
    present = read_yaml(folder / FILE).keys()
    keys = [key for key in keys if key.partition(".")[0] in present]
    file, profile = (folder / FILE).as_posix(), f"profiles/{experiment.profile}.yaml"
    shared: dict[str, Any] = {
        "wdir": os.path.relpath(".", folder),
        "deps": [*CELL_CODE, profile, *input_folders(folder, experiment)],
        "params": [{file: keys}],
    }
    stages: dict[str, Any] = {}
    if choices:
        stages["tune"] = {
            "matrix": {"variant": list(experiment.variants), "choice": choices},
            "cmd": f"{command} {TUNING_SEED} --choice ${{item.choice}}",
            **shared,
            "outs": [cell_file(folder, "${item.variant}", TUNING_SEED, "${item.choice}")],
        }
    tuning = [cell_file(folder, "${item.variant}", TUNING_SEED, choice) for choice in choices]

    def cells(variants: list[str], *deps: str) -> dict[str, Any]:
        return {
            "matrix": {"variant": variants, "seed": experiment.seeds},
            "cmd": f"{command} ${{item.seed}}",
            **shared,
            "deps": [*shared["deps"], *tuning, *deps],
            "outs": [cell_file(folder, "${item.variant}", "${item.seed}")],
        }

    def gathered(command: str, variants: list[str], code: list[str], outs: list[str]) -> Any:
        files = [cell_file(folder, name, seed) for name in variants for seed in experiment.seeds]
        return {
            "wdir": shared["wdir"],
            "cmd": f"exec python -m stages.experiment {command} {folder.as_posix()}",
            "deps": [*code, file, *files],
            "outs": [{f"{folder.as_posix()}/{out}": {"cache": False}} for out in outs],
        }

    stages["cell"] = cells(experiment.fitted)
    stages["results"] = gathered("results", list(experiment.variants), RESULTS_CODE, RESULTS)
    if experiment.law is not None:
        code = sorted({*CELL_CODE, *RESULTS_CODE, profile} - _INSIDE_RESULTS_CODE)
        stages["prediction"] = gathered("predict", experiment.fitted, code, [PREDICTION])
        prediction = f"{folder.as_posix()}/{PREDICTION}"
        stages["predicted"] = cells([experiment.law.predict], prediction)
        stages["results"]["deps"].append(prediction)
    return stages


def write_pipeline(folder: Path, experiment: Experiment) -> None:
    """Write `folder`/dvc.yaml; an unchanged one is left alone."""
    text = io.StringIO()
    text.write("# Written by `make experiment` from experiment.yaml; edit that file instead.\n")
    yaml = YAML()
    yaml.width = 4096
    yaml.dump({"stages": stages_of(folder, experiment)}, text)
    target = folder / "dvc.yaml"
    if not target.exists() or target.read_text("utf-8") != text.getvalue():
        write_text(target, text.getvalue())


def write_smoke_copy(folder: Path) -> Path:
    """Write a tiny version of the experiment beside the others and return its folder.

    Shapes of models still vary; sizes of data and lengths of training do not.
    """
    values = read_yaml(folder / FILE)

    def kept(changes: dict[str, Any] | None) -> dict[str, Any]:
        size = {*BUDGETS, *(key for key in SMOKE if not key.startswith("model."))}
        size.add("model.context_length")
        return {key: value for key, value in (changes or {}).items() if key not in size}

    values["base"] = {**SMOKE, **kept(values.get("base"))}
    values["variants"] = {name: kept(changes) for name, changes in values["variants"].items()}
    copy = folder.parent / f"smoke_{folder.name}"
    text = io.StringIO()
    YAML().dump(values, text)
    if not (copy / FILE).exists() or (copy / FILE).read_text("utf-8") != text.getvalue():
        write_text(copy / FILE, text.getvalue())
    return copy
