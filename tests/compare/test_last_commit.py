"""What changed since the run committed last, in a real git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from helpers.report_run import write_run

from lmcore.common import paths
from lmcore.common.atomic_files import write_json
from lmcore.common.json_files import read_json
from lmcore.compare.last_commit import change_lines, committed_run, run_of_workspace


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


def changed_lines() -> str:
    return "\n".join(change_lines(committed_run(), run_of_workspace()))


def test_where_nothing_was_committed_it_says_what_to_commit(run: Path) -> None:
    assert "No earlier run is committed here" in changed_lines()
    assert max(map(len, changed_lines().splitlines())) <= 100  # columns of a terminal
    git("add", "params.yaml")
    git("commit", "--quiet", "-m", "parameters alone")
    assert "No earlier run is committed here" in changed_lines()


def test_outside_a_repository_too(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit()
    monkeypatch.setenv("GIT_DIR", str(run / "nowhere"))
    assert "No earlier run is committed here" in changed_lines()


def test_the_same_run_differs_in_nothing(run: Path) -> None:
    name = commit()
    assert f"No parameter and no metric differs from commit {name}." in changed_lines()


def test_a_change_is_told_with_its_effect(run: Path) -> None:
    name = commit()
    text = (run / "params.yaml").read_text()
    (run / "params.yaml").write_text(text.replace("0.003", "0.001").replace("steps", "<b>"))
    metrics = paths.METRICS / "evaluation.json"
    found = read_json(metrics)
    found["bits_per_byte"] = 0.72
    write_json(metrics, found)
    first, *lines = changed_lines().splitlines()
    assert first == f"Since commit {name}: 0.800 bits per byte before, 0.720 now (-10.0%)."
    assert "train.learning_rate: 0.003 -> 0.001" in lines
    assert "train.steps: 1500 -> –" in lines and "train.<b>: – -> 1500" in lines
    assert "bits_per_byte: 0.8 -> 0.72 (-0.08)" in lines
    assert not any(line.startswith("samples: ") for line in lines)


def test_whole_numbers_change_by_whole_numbers_and_the_unknown_is_called_so(run: Path) -> None:
    metrics = paths.METRICS / "evaluation.json"
    write_json(metrics, {"stories": 200, "trigram": 1.5})
    commit()
    write_json(metrics, {"stories": 180, "trigram": None})
    lines = changed_lines().splitlines()
    assert "stories: 200 -> 180 (-20)" in lines and "trigram: 1.5 -> unknown" in lines
