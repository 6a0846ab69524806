"""What the trials of `make soak` share: an outcome, a run of a command, a row of a table."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers.clone import Clone

LIMIT = 300  # seconds after which a command counts as hanging, on a busy machine too
# What the stages make, and what a fault must not change without a word.
RESULTS = [
    "data/raw", "data/tokenizer", "data/tokens", "data/model", "data/checkpoints", "data/figures",
    "data/plots", "data/evaluation", "data/metrics", "data/samples", "data/inside",
    "data/report",
]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One trial: what was tried, and what went wrong, if anything."""

    name: str
    seconds: float
    lost: str = ""  # what was wrong, missing or half-written afterwards
    error: str = ""  # a traceback, a hang or a failure without a sentence

    @property
    def survived(self) -> bool:
        return not self.lost and not self.error


@dataclass(frozen=True)
class Done:
    """A command that has ended, or was stopped at the limit (then the code is None)."""

    code: int | None
    output: str
    seconds: float

    def error(self) -> str:
        """Return what is wrong with the way it ended, whether in success or refusal."""
        if self.code is None:
            return f"still running after {LIMIT} s"
        if "Traceback (most recent call last)" in self.output:
            return "traceback: " + self.output.strip().splitlines()[-1]
        if self.code and not (self.code == 1 and "Error: " in self.output):
            last = (self.output.strip().splitlines() or [""])[-1]
            return f"exit code {self.code} without a sentence: {last}"
        return ""


def run(clone: Clone, *command: str, **variables: str) -> Done:
    """Run a command in the clone, with more environment variables."""
    started = time.monotonic()
    assignments = [f"{name}={value}" for name, value in variables.items()]
    try:
        done = clone.run("env", *assignments, *command, timeout=LIMIT)
        code, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        code, output = None, ""
    except UnicodeDecodeError as error:
        code, output = None, f"output is not UTF-8: {error}"
    return Done(code, output, time.monotonic() - started)


def run_stage(clone: Clone, stage: str, *arguments: str, **variables: str) -> Done:
    return run(clone, sys.executable, "-m", f"stages.{stage}", *arguments, **variables)


def differences(clone: Clone, expected: dict[str, bytes]) -> str:
    """Return the names of the results that are not as expected, or an empty string."""
    results = clone.bytes_of(*RESULTS)
    names = sorted(expected.keys() ^ results.keys())
    names += sorted(
        name for name in expected.keys() & results.keys() if expected[name] != results[name]
    )
    partial = [path.name for path in (clone.folder / "data").rglob(".*.partial*")]
    return ", ".join(names + partial)


def copy_of(clone: Clone, folder: Path) -> Clone:
    """Return a copy of a clone that trials may harm."""
    shutil.copytree(clone.folder, folder, symlinks=True)
    return Clone(folder)


def row(area: str, outcomes: Iterable[Outcome]) -> list[str]:
    """Return the row of a table about all trials of one kind."""
    outcomes = list(outcomes)
    slowest = max((outcome.seconds for outcome in outcomes), default=0.0)
    counts = (
        len(outcomes),
        sum(outcome.survived for outcome in outcomes),
        sum(bool(outcome.lost) for outcome in outcomes),
        sum(bool(outcome.error) for outcome in outcomes),
    )
    return [area, *map(str, counts), f"{slowest:.1f} s"]
