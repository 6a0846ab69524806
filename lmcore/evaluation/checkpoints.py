"""The states that a model had during its training, for measuring when it learned what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lmcore.common.atomic_files import sha256_of
from lmcore.common.json_files import read_json
from lmcore.model import GPT, load_model


def kept_models(folder: Path, checkpoints: Path) -> Iterator[tuple[int, GPT | None]]:
    """Yield the step and the model of every checkpoint in `checkpoints`, the earliest first.

    The last is the model in `folder` itself, so None is given in its place. Where it
    is not, as after an import of another model, the checkpoints are of another run
    and none is yielded.
    """
    index = read_json(checkpoints / "index.json", {"checkpoints": [{"step": int, "sha256": str}]})
    entries = sorted(index["checkpoints"], key=lambda entry: entry["step"])
    if entries and entries[-1]["sha256"] == sha256_of(folder / "model.safetensors"):
        for entry in entries[:-1]:
            yield entry["step"], load_model(checkpoints, entry["step"])
        yield entries[-1]["step"], None
