"""Checkpoints that a kill at any moment cannot harm.

A run's checkpoints lie in a folder named by a hash of everything that decides its
result (lmcore/training/fingerprint.py), outside what DVC owns, so that the same run finds them
again and a different run never does. Those of a few runs are kept, unfinished
runs first. Each checkpoint is a folder

    step-00000100/arrays.safetensors   weights, optimizer state and the rest of TrainStep.state
                  state.json           step, the best step so far, and curves
                  sha256.json          the hashes of both

written under another name and renamed when whole. Reading verifies the hashes.
A damaged checkpoint is set aside, with a message, and the one before it is read.
"""

from __future__ import annotations

import re
import shutil
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import mlx.core as mx

from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.file_lock import file_lock
from lmcore.common.json_files import read_json
from lmcore.model.io import save_arrays

_ARRAYS = "arrays.safetensors"
_STATE = "state.json"
_HASHES = "sha256.json"
_KEPT = 2  # newest checkpoints of a run; the best one is kept as well
_FINISHED = "finished"
_RUNS = 4  # whose checkpoints are kept when a run finishes


@dataclass(frozen=True)
class Checkpoint:
    """A training run at one moment."""

    step: int  # optimizer steps taken
    arrays: dict[str, mx.array]
    state: dict[str, Any]  # plain JSON values


class CheckpointFolder:
    """The checkpoints of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, checkpoint: Checkpoint, *, best: bool = False) -> None:
        """Write a checkpoint, then remove those no longer needed."""
        content = {
            "step": checkpoint.step,
            "best": checkpoint.step if best else self.best_step(),
            "state": checkpoint.state,
        }
        with atomic_directory(self._folder_of(checkpoint.step)) as partial:
            save_arrays(partial / _ARRAYS, checkpoint.arrays)
            write_json(partial / _STATE, content)
            write_json(partial / _HASHES, _hashes(partial))
        self.prune()

    def newest(self) -> Checkpoint | None:
        """Return the newest whole checkpoint, or None; damaged ones are named and set aside.

        Left among the others, they would count as the newest, and the
        checkpoints written from now on would be removed instead of them.
        """
        for step in reversed(self.steps()):
            try:
                return self.load(step)
            except LmcoreError as error:
                aside = self.folder / f"damaged-{step:08d}"
                click.echo(f"{error.message} It is skipped and kept as {aside.name}.", err=True)
                shutil.rmtree(aside, ignore_errors=True)
                self._folder_of(step).rename(aside)
        return None

    def load(self, step: int) -> Checkpoint:
        """Return one checkpoint; raise `LmcoreError` if it is damaged."""
        folder = self._folder_of(step)
        try:
            if read_json(folder / _HASHES) != _hashes(folder):
                raise LmcoreError(f"its files do not match {_HASHES}")
            content = read_json(folder / _STATE)
            if content["step"] != step:
                raise LmcoreError(f"it is of step {content['step']}")
            arrays = mx.load(str(folder / _ARRAYS))
            mx.eval(arrays)  # the file may be pruned before a lazy read
            return Checkpoint(step, arrays, content["state"])
        except (LmcoreError, OSError, KeyError, TypeError, RuntimeError) as error:
            raise LmcoreError(f"Checkpoint {folder} is damaged: {error}.") from None

    def drop_from(self, step: int) -> None:
        """Remove the checkpoints of `step` and later."""
        for later in self.steps():
            if later >= step:
                shutil.rmtree(self._folder_of(later))

    def other_runs(self) -> list[Path]:
        """Return the other runs' folders with checkpoints: unfinished runs first, then by age."""
        others = (path for path in self.folder.parent.iterdir() if path != self.folder)
        return sorted(
            (path for path in others if CheckpointFolder(path).steps()),
            key=lambda path: ((path / _FINISHED).exists(), -path.stat().st_mtime),
        )

    def finish(self) -> None:
        """Mark the run as finished, and remove the checkpoints of runs beyond the few kept."""
        (self.folder / _FINISHED).touch()
        for run in self.other_runs()[_RUNS - 1 :]:
            with suppress(LmcoreError), lock_folder(run, patience=0):  # unless it is running
                shutil.rmtree(run)
                click.echo(f"Removed {run}, the checkpoints of an older run.", err=True)

    def steps(self) -> list[int]:
        """Return the steps that have a checkpoint, in order."""
        names = (path.name for path in self.folder.glob("step-*"))
        return sorted(int(name[5:]) for name in names if re.fullmatch(r"step-[0-9]{8,}", name))

    def best_step(self) -> int | None:
        """Return the step with the lowest validation loss, which the newest checkpoint names."""
        try:
            return read_json(self._folder_of(self.steps()[-1]) / _STATE)["best"]
        except (LmcoreError, IndexError, KeyError, TypeError):
            return None

    def prune(self) -> None:
        """Remove all checkpoints except for the newest ones and the best one."""
        for step in {*self.steps()[:-_KEPT]} - {self.best_step()}:
            shutil.rmtree(self._folder_of(step))

    def _folder_of(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"


def _hashes(folder: Path) -> dict[str, str]:
    return {name: sha256_of(folder / name) for name in (_ARRAYS, _STATE)}


def lock_folder(folder: Path, patience: float = 30.0) -> AbstractContextManager[None]:
    """Return a lock on `folder` for this process alone; it waits up to `patience` seconds.

    A killed `dvc repro` can leave its stage running for a moment: hence the patience.
    """
    in_use = (
        f"{folder} is in use: another process is training the same run; wait for it or stop it."
    )
    return file_lock(folder / "lock", patience, in_use)
