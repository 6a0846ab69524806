"""A model as a folder: model.safetensors, config.json and tokenizer.json.

The weights of several steps of one training run share a folder:

    step-00000100/model.safetensors    one folder a step
    index.json                         the steps, and the SHA-256 of each file of weights
    config.json, tokenizer.json        as of one model
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten
from pydantic import ValidationError

from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.common.params import first_mistake
from lmcore.model.config import ModelConfig
from lmcore.model.gpt import GPT

_WEIGHTS, _CONFIG, _TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"
_INDEX = "index.json"


def save_model(directory: Path, model: GPT, tokenizer_json: Path) -> None:
    """Write the model and the tokenizer that its ids are of, whole or not at all."""
    with atomic_directory(Path(directory)) as partial:
        save_weights(partial / _WEIGHTS, dict(tree_flatten(model.parameters())))
        write_json(partial / _CONFIG, model.config.model_dump())
        shutil.copyfile(tokenizer_json, partial / _TOKENIZER)


def save_weights(path: Path, weights: dict[str, mx.array]) -> None:
    """Write the weights of a model, as `load_model` reads them."""
    save_arrays(path, weights, {"format": "mlx"})


def step_folder(directory: Path, step: int) -> Path:
    """Return the folder of one step's weights."""
    return Path(directory) / f"step-{step:08d}"


def save_checkpoint_index(
    directory: Path, steps: Iterable[int], config: ModelConfig, tokenizer_json: Path
) -> None:
    """Write what belongs beside the folders of `steps`, which are there already."""
    hashes = {step: sha256_of(step_folder(directory, step) / _WEIGHTS) for step in steps}
    entries = [{"step": step, "sha256": sha256} for step, sha256 in hashes.items()]
    write_json(directory / _INDEX, {"checkpoints": entries})
    write_json(directory / _CONFIG, config.model_dump())
    shutil.copyfile(tokenizer_json, directory / _TOKENIZER)


def checkpoint_steps(directory: Path) -> list[int]:
    """Return the steps whose weights `directory` holds, in order; `load_model` reads each."""
    return list(_checkpoint_hashes(Path(directory)))


def _checkpoint_hashes(directory: Path) -> dict[int, str]:
    index = directory / _INDEX
    content = read_json(index)
    try:
        return {int(entry["step"]): str(entry["sha256"]) for entry in content["checkpoints"]}
    except (KeyError, TypeError, ValueError):
        raise LmcoreError(f"{index} does not list checkpoints; `dvc repro` makes it.") from None


def save_arrays(
    path: Path, arrays: dict[str, mx.array], metadata: dict[str, str] | None = None
) -> None:
    """Write a .safetensors file; raises `LmcoreError` where it cannot, as on a full disk."""
    try:
        mx.save_safetensors(str(path), arrays, metadata or {})
    except RuntimeError as error:
        if "[write]" not in str(error):
            raise
        raise LmcoreError(f"{path} could not be written; is the disk full?") from None


def load_model(directory: Path, step: int | None = None) -> GPT:
    """Return the model that `save_model` wrote, or the one of a `step` in `checkpoint_steps`.

    Raises `LmcoreError` when a file is absent or damaged, or files do not fit together.
    """
    directory = Path(directory)
    refused = f"{directory / _CONFIG} is not a model's config"
    if not isinstance(values := read_json(directory / _CONFIG), dict):
        raise LmcoreError(f"{refused}: it is no JSON object.")
    try:
        config = ModelConfig(**values)
    except ValidationError as error:
        raise LmcoreError(f"{refused}: {first_mistake(error, ModelConfig)}.") from None
    weights = (directory if step is None else step_folder(directory, step)) / _WEIGHTS
    if not weights.exists():
        raise LmcoreError(f"{weights} does not exist; `dvc repro` makes it.")
    if step is not None and _checkpoint_hashes(directory).get(step) != sha256_of(weights):
        raise LmcoreError(f"{weights} is not the file that {_INDEX} names; `dvc repro` makes both.")
    model = GPT(config)
    try:
        model.load_weights(str(weights))
    except (ValueError, RuntimeError) as error:
        raise LmcoreError(f"{weights} does not fit {_CONFIG} beside it: {error}.") from None
    mx.eval(model.parameters())
    return model
