"""Weights at a few steps of a run, kept so that evaluation and the report show how it learned.

While a run trains, they lie beside its checkpoints (outside what DVC owns):

    kept/step-00000100/model.safetensors   the weights of that step, float32
                       sha256.json         their hash

Each step is written before the checkpoint of the same step, so a run that
resumes finds the weights of all earlier steps. At the end `publish` copies
them into an output of the `train` stage, where `lmcore.model.load_model` reads them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np

from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.model.config import ModelConfig
from lmcore.model.io import save_checkpoint_index, save_weights, step_folder

_HASH = "sha256.json"
_WEIGHTS = "model.safetensors"


def steps_to_keep(steps: int, count: int) -> list[int]:
    """Return `count` steps from 1 to `steps`, logarithmically spaced; all if there are fewer.

    A model learns most in its first steps, hence the spacing. The first and the
    last step are among them (of one, it is the last).
    """
    count = min(count, steps)
    if count < 2:
        return [steps] * count
    chosen: list[int] = []
    for step in np.geomspace(1, steps, count).round().astype(int).tolist():
        chosen.append(max(step, chosen[-1] + 1) if chosen else step)
    return chosen


class KeptCheckpoints:
    """The kept weights of one run, in `folder`, at `steps`."""

    def __init__(self, folder: Path, steps: list[int]) -> None:
        self.folder, self.steps = folder, steps

    def save(self, step: int, weights: dict[str, mx.array]) -> None:
        """Write the weights of `step`, whole or not at all."""
        with atomic_directory(step_folder(self.folder, step)) as partial:
            save_weights(partial / _WEIGHTS, weights)
            write_json(partial / _HASH, sha256_of(partial / _WEIGHTS))

    def first_missing(self, until: int) -> int | None:
        """Return the first step up to `until` whose weights are absent or damaged, or None."""
        due = (step for step in self.steps if step <= until)
        return next((step for step in due if not self._is_whole(step)), None)

    def publish(self, final: Path, config: ModelConfig, tokenizer: Path) -> None:
        """Copy all into the folder `final`, with the files that a model needs beside them."""
        with atomic_directory(final) as partial:
            for step in self.steps:
                if not self._is_whole(step):
                    raise LmcoreError(
                        f"{step_folder(self.folder, step)} is missing or damaged; "
                        "run again, and training makes it anew."
                    )
                step_folder(partial, step).mkdir()
                source = step_folder(self.folder, step) / _WEIGHTS
                shutil.copyfile(source, step_folder(partial, step) / _WEIGHTS)
            save_checkpoint_index(partial, self.steps, config, tokenizer)

    def _is_whole(self, step: int) -> bool:
        folder = step_folder(self.folder, step)
        try:
            return read_json(folder / _HASH) == sha256_of(folder / _WEIGHTS)
        except (LmcoreError, OSError):
            return False
