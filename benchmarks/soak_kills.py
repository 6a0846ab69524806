"""Stages, their DVC, or all at once are killed at random moments, and the pipeline is run again.

It must end with the bits of an uninterrupted run, after `python -m stages.repair` as
`make run` calls it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psutil
from helpers.clone import STAGES, Clone, environment

from benchmarks.soak_trial import LIMIT, Outcome, differences, run

VICTIMS = ["stage", "dvc", "group"]


def kill_trials(
    clone: Clone,
    expected: dict[str, bytes],
    draw: random.Random,
    count: int,
    stages: Sequence[str] = STAGES,
) -> Iterator[Outcome]:
    """Yield the outcome of `count` kills, over all stages and victims in turn."""
    durations: dict[str, float] = {}
    for number in range(count):
        stage, victim = stages[number % len(stages)], draw.choice(VICTIMS)
        if stage not in durations:
            durations[stage] = _duration(clone, stage)
        delay = draw.uniform(0, durations[stage])
        yield _trial(clone, expected, stage, victim, delay)


def _duration(clone: Clone, stage: str) -> float:
    started = time.monotonic()
    process = _start(clone, stage)
    process.communicate()
    assert process.returncode == 0, f"{stage} fails by itself"
    return time.monotonic() - started


def _start(clone: Clone, stage: str) -> subprocess.Popen[bytes]:
    """Start a stage through DVC, with nothing to restore it from."""
    if stage == "train":
        shutil.rmtree(clone.folder / "data/.checkpoints", ignore_errors=True)
    return subprocess.Popen(
        ["dvc", "repro", "--force", "--no-run-cache", "--single-item", stage],
        cwd=clone.folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _trial(
    clone: Clone, expected: dict[str, bytes], stage: str, victim: str, delay: float
) -> Outcome:
    process = _start(clone, stage)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    _kill(process, victim)
    process.wait(LIMIT)
    started = time.monotonic()
    repaired = run(clone, sys.executable, "-m", "stages.repair")
    again = run(clone, "dvc", "repro")
    seconds = time.monotonic() - started
    error = repaired.error() or again.error()
    if not error and (repaired.code or again.code):
        error = "the pipeline cannot go on: " + (repaired.output + again.output).strip()[-300:]
    name = f"{stage}: {victim} killed after {delay:.2f} s"
    return Outcome(name, seconds, differences(clone, expected), error)


def _kill(process: subprocess.Popen[bytes], victim: str) -> None:
    with suppress(ProcessLookupError, psutil.Error):
        if victim == "dvc":
            process.kill()
        elif victim == "group":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            for child in psutil.Process(process.pid).children():
                child.kill()
