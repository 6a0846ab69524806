"""An experiment as a pipeline: each cell runs once, and only what is new runs again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from helpers.clone import Clone, environment
from helpers.imports import files_of

pytest.importorskip("scipy", reason="needs scipy (`make experiment` installs it)")
pytest.importorskip("matplotlib", reason="needs matplotlib (`make experiment` installs it)")

from lmcore.common.params import read_yaml
from lmcore.experiments.definition import load_experiment
from lmcore.experiments.pipeline import CELL_CODE, write_pipeline

PIPELINE = "experiments/smoke_quick/dvc.yaml"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone.make(tmp_path_factory.mktemp("experiment"))
    prepare(clone, "--smoke")
    ran = repro(clone)
    cells = [f"{variant}-{seed}" for variant in ("gelu", "swiglu") for seed in (1, 2, 3)]
    assert sorted(ran) == sorted([*cells, "results"])
    return clone


def prepare(clone: Clone, *options: str, name: str = "quick") -> None:
    done = clone.stage("experiment", "prepare", f"experiments/{name}", *options)
    assert done.returncode == 0, done.stderr


def repro(clone: Clone) -> list[str]:
    """Return which cells ran, and `results`."""
    done = clone.run("dvc", "repro", PIPELINE)
    assert done.returncode == 0, done.stdout + done.stderr
    names = re.findall(r"Running stage '\S+?:(\S+)'", done.stdout)
    return [name.removeprefix("cell@") for name in names]


def results(clone: Clone) -> dict:
    return json.loads((clone.folder / "experiments/smoke_quick/results.json").read_text())


def test_the_results_have_every_seed_and_a_verdict(clone: Clone) -> None:
    found = results(clone)
    assert found["seeds"] == [1, 2, 3]
    assert all(len(row["bits_per_byte_by_seed"]) == 3 for row in found["variants"].values())
    assert len(set(found["variants"]["swiglu"]["bits_per_byte_by_seed"])) == 3
    folder = clone.folder / "experiments/smoke_quick"
    assert found["verdicts"][0] in (folder / "results.md").read_text()
    assert (folder / "results.svg").read_text().startswith("<?xml")


def test_nothing_new_runs_nothing_and_is_quick(clone: Clone) -> None:
    started = time.monotonic()
    prepare(clone, "--smoke")
    assert repro(clone) == []
    assert time.monotonic() - started < 30  # a loaded machine; it is about 3 s on a quiet one


def test_a_new_seed_runs_its_cells_alone(clone: Clone) -> None:
    before = results(clone)["variants"]["gelu"]["bits_per_byte_by_seed"]
    file = clone.folder / "experiments/quick/experiment.yaml"
    file.write_text(file.read_text().replace("seeds: [1, 2, 3]", "seeds: [1, 2, 3, 4]"))
    prepare(clone, "--smoke")
    assert sorted(repro(clone)) == ["gelu-4", "results", "swiglu-4"]
    assert results(clone)["variants"]["gelu"]["bits_per_byte_by_seed"][:3] == before


def test_a_killed_grid_goes_on_where_it_stopped(clone: Clone) -> None:
    """The whole process group is killed as soon as one of the two new cells is there."""
    before = results(clone)["variants"]["gelu"]["bits_per_byte_by_seed"]
    file = clone.folder / "experiments/quick/experiment.yaml"
    file.write_text(re.sub(r"seeds: .*", "seeds: [1, 2, 3, 5]", file.read_text()))
    prepare(clone, "--smoke")
    command = ["dvc", "repro", PIPELINE]
    process = subprocess.Popen(
        command, cwd=clone.folder, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 280
    cells = clone.folder / "data/experiments/smoke_quick"
    while not list(cells.glob("*-5.json")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert clone.stage("repair").returncode == 0
    assert set(repro(clone)) <= {"gelu-5", "swiglu-5", "results"}
    found = results(clone)
    assert found["seeds"] == [1, 2, 3, 5]
    assert found["variants"]["gelu"]["bits_per_byte_by_seed"][:3] == before[:3]


def test_a_mistake_is_one_sentence(clone: Clone) -> None:
    folder = clone.folder / "experiments/wrong"
    folder.mkdir()
    (folder / "experiment.yaml").write_text("question: x\nprofile: quickstart\nseeds: [1]\n")
    done = clone.stage("experiment", "prepare", "experiments/wrong")
    assert done.returncode == 1
    assert done.stderr == "Error: experiments/wrong/experiment.yaml: variants is missing.\n"


def test_a_prediction_is_written_before_its_run_is_trained(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repository / "profiles", tmp_path / "profiles")
    folder = Path("experiments/scaling")
    shutil.copytree(repository / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    experiment = load_experiment(folder)
    write_pipeline(folder, experiment)
    stages = read_yaml(folder / "dvc.yaml")["stages"]
    prediction, name = f"{folder}/prediction.json", experiment.law.predict
    assert stages["prediction"]["outs"] == [{prediction: {"cache": False}}]
    assert not [dep for dep in stages["prediction"]["deps"] if name in dep]
    assert stages["predicted"]["matrix"]["variant"] == [name]
    assert prediction in stages["predicted"]["deps"]
    assert name not in stages["cell"]["matrix"]["variant"]
    needed = files_of("stages.experiment", repository)
    deps = [dep for dep in stages["prediction"]["deps"] if not dep.startswith("data/")]
    assert [file for file in sorted(needed) if not covered(file, deps)] == []


def covered(file: str, deps: list[str]) -> bool:
    return any(file == path or file.startswith(f"{path}/") for path in deps)


def test_a_cell_depends_on_all_code_that_it_runs(repository: Path) -> None:
    needed = files_of("stages.experiment_cell", repository)
    assert [file for file in sorted(needed) if not covered(file, CELL_CODE)] == []
    assert all((repository / path).exists() for path in CELL_CODE)
