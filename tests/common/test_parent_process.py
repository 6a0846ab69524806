"""A stage ends with the DVC that started it, and publishes nothing afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

# A stage that works for as long as it is told, and then writes `out`.
STAGE = """
import sys, time
from pathlib import Path
import click
from lmcore.common.atomic_files import write_text
from lmcore.common.errors import StageCommand

@click.command(cls=StageCommand)
@click.argument("seconds", type=float)
def main(seconds):
    Path("started").touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.01)
    write_text(Path("out"), "of old parameters")

main()
"""
# Stands for `dvc repro`: starts a stage and waits for it.
STARTER = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); input()"


def start_and_kill_parent(folder: Path, program: str, *arguments: str, **variables: str):
    """Start a program through STARTER, kill that once the program has started."""
    repository = Path(__file__).resolve().parents[2]
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, sys.executable, "-c", program, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(repository), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert starter.stdout is not None
    child = psutil.Process(int(starter.stdout.readline()))
    deadline = time.monotonic() + 60
    while not (folder / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    starter.kill()
    starter.wait()
    return child


def test_an_abandoned_stage_ends_while_it_works(tmp_path: Path) -> None:
    child = start_and_kill_parent(tmp_path, STAGE, "60", DVC_STAGE="report")
    assert psutil.wait_procs([child], timeout=20)[1] == []
    assert not (tmp_path / "out").exists()


def test_an_abandoned_stage_that_is_done_at_once_publishes_nothing(tmp_path: Path) -> None:
    """It comes to its end before the watch has looked, or within the time of grace."""
    child = start_and_kill_parent(tmp_path, STAGE, "0.5", DVC_STAGE="report")
    assert psutil.wait_procs([child], timeout=20)[1] == []
    assert [path.name for path in tmp_path.iterdir()] == ["started"]


def test_a_command_of_a_user_outlives_its_terminal(tmp_path: Path) -> None:
    child = start_and_kill_parent(tmp_path, STAGE, "0.5")
    psutil.wait_procs([child], timeout=20)
    assert (tmp_path / "out").read_text() == "of old parameters"


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_a_parent_that_died_before_we_looked_is_noticed() -> None:
    """The parent is then a process that adopts orphans; a shell stands for it here."""
    ask = "from lmcore.common.parent_process import is_abandoned; print(is_abandoned())"
    shell = 'eval "$COMMAND"; exit'  # its own command line names no interpreter of ours
    answers = {}
    for parent in ("shell", "us"):
        command = ["sh", "-c", shell] if parent == "shell" else [sys.executable, "-c", ask]
        done = subprocess.run(
            command,
            env={
                **os.environ,
                "COMMAND": f"'{sys.executable}' -c '{ask}'",
                "DVC_STAGE": "report",
                "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            },
            capture_output=True,
            text=True,
        )
        answers[parent] = done.stdout.strip()
    assert answers == {"shell": "True", "us": "False"}
