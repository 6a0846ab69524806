"""The disk becomes full while a stage writes; space is freed, and the pipeline is run again.

The disk is a small file system in memory, which only root can mount.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from helpers.clone import STAGES, Clone

from benchmarks.soak_trial import Outcome, copy_of, differences, run, run_stage

_SIZE = 512 << 20  # bytes of the file system


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a file system of `_SIZE` bytes at `folder`; yield False where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    if not hasattr(os, "geteuid") or os.geteuid() or shutil.which("mount") is None:
        yield False
        return
    if subprocess.run(mount, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def disk_trials(
    clone: Clone,
    expected: dict[str, bytes],
    disk: Path,
    draw: random.Random,
    count: int,
    stages: Sequence[str] = STAGES,
) -> Iterator[Outcome]:
    """Yield the outcome of `count` full disks, over the stages in turn, half of them under DVC."""
    victim = copy_of(clone, disk / "clone")
    for number in range(count):
        stage, through_dvc = stages[number % len(stages)], number // len(stages) % 2
        if stage == "train":
            shutil.rmtree(victim.folder / "data/.checkpoints", ignore_errors=True)
        # A few kilobytes are left, so that the stage fails at one write or another.
        room = draw.choice([0, 4096, draw.randrange(200_000), draw.randrange(2_000_000)])
        filler = disk / "filler"
        _fill(filler, room)
        command = ["dvc", "repro", "--force", "--no-run-cache", "--single-item", stage]
        full = run(victim, *command) if through_dvc else run_stage(victim, stage)
        filler.unlink()
        started = time.monotonic()
        repaired = run(victim, sys.executable, "-m", "stages.repair")
        again = run(victim, "dvc", "repro")
        # DVC fails in words of its own, with another exit code.
        error = repaired.error() or again.error() or ("" if through_dvc else full.error())
        if not error and (repaired.code or again.code):
            error = "the pipeline cannot go on: " + (repaired.output + again.output)[-300:]
        name = f"{stage}{' under DVC' * through_dvc}: {room:,} bytes left"
        yield Outcome(name, time.monotonic() - started, differences(victim, expected), error)


def _fill(path: Path, room: int) -> None:
    """Write a file that leaves `room` bytes of its file system free."""
    with path.open("wb") as file:
        left = os.statvfs(path.parent).f_bavail * os.statvfs(path.parent).f_frsize - room
        if left > 0:
            os.posix_fallocate(file.fileno(), 0, left)
