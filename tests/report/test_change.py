"""What a report says of the run committed last, in a real git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from helpers.report_run import write_run

from lmcore.common import paths
from lmcore.common.atomic_files import write_json
from lmcore.common.json_files import read_json
from lmcore.report.change import change_section, committed_run, run_of_workspace


def git(*arguments: str) -> str:
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    done = subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run in a folder of a repository, not yet committed."""
    git("init", "--quiet", str(tmp_path))
    folder = tmp_path / "below"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write_run(folder)
    return folder


def commit() -> str:
    git("add", ".")
    git("commit", "--quiet", "-m", "run")
    return git("rev-parse", "HEAD")[:8]


def said() -> str:
    return change_section(committed_run(), run_of_workspace()).replace("<wbr>", "")


def test_where_nothing_was_committed_it_says_what_to_commit(run: Path) -> None:
    assert "No earlier run is committed here" in said()
    git("add", "params.yaml")
    git("commit", "--quiet", "-m", "parameters alone")
    assert "No earlier run is committed here" in said()


def test_outside_a_repository_too(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit()
    monkeypatch.setenv("GIT_DIR", str(run / "nowhere"))
    assert "No earlier run is committed here" in said()


def test_the_same_run_differs_in_nothing(run: Path) -> None:
    name = commit()
    assert f"No parameter and no metric differs from commit {name}." in said()


def test_a_change_is_told_with_its_effect(run: Path) -> None:
    name = commit()
    text = (run / "params.yaml").read_text()
    (run / "params.yaml").write_text(text.replace("0.003", "0.001").replace("steps", "<b>"))
    metrics = paths.METRICS / "evaluation.json"
    found = read_json(metrics)
    found["model"]["bits_per_byte"] = 0.72
    write_json(metrics, found)
    html = said()
    assert f"Since commit {name}: 0.800 bits per byte before, 0.720 now" in html
    assert '<th scope="row">train.learning_rate</th><td>0.003</td><td>0.001</td>' in html
    assert '<th scope="row">train.steps</th><td>1500</td><td>–</td>' in html
    assert '<th scope="row">train.&lt;b&gt;</th>' in html
    row = "<td>0.8</td><td>0.72</td><td>-0.08</td>"
    assert f'<th scope="row">evaluation: model.bits_per_byte</th>{row}' in html
    assert "samples: " not in html


def test_whole_numbers_change_by_whole_numbers_and_the_unknown_is_called_so(run: Path) -> None:
    commit()
    train, evaluation = (paths.METRICS / f"{name}.json" for name in ("train", "evaluation"))
    write_json(train, read_json(train) | {"parameters": 12_345 - 131_072})
    figures = read_json(evaluation)
    figures["model"]["loss_standard_error"] = None
    write_json(evaluation, figures)
    html = said()
    assert "<td>12345</td><td>-118727</td><td>-131072</td>" in html
    assert "<td>0.025</td><td>unknown</td><td></td>" in html
