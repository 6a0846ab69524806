"""A model as a folder: model.safetensors, config.json and tokenizer.json."""

from __future__ import annotations

import shutil
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten
from pydantic import ValidationError

from lmcore.common.atomic_files import atomic_directory, read_json, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.params import first_mistake
from lmcore.model.config import ModelConfig
from lmcore.model.gpt import GPT

_WEIGHTS, _CONFIG, _TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"


def save_model(directory: Path, model: GPT, tokenizer_json: Path) -> None:
    """Writes the model and the tokenizer that its ids are of, whole or not at all."""
    with atomic_directory(Path(directory)) as partial:
        save_arrays(partial / _WEIGHTS, dict(tree_flatten(model.parameters())), {"format": "mlx"})
        write_json(partial / _CONFIG, model.config.model_dump())
        shutil.copyfile(tokenizer_json, partial / _TOKENIZER)


def save_arrays(
    path: Path, arrays: dict[str, mx.array], metadata: dict[str, str] | None = None
) -> None:
    """Writes a .safetensors file; raises `LmcoreError` where it cannot, as on a full disk."""
    try:
        mx.save_safetensors(str(path), arrays, metadata or {})
    except RuntimeError as error:
        if "[write]" not in str(error):
            raise
        raise LmcoreError(f"{path} could not be written; is the disk full?") from None


def load_model(directory: Path) -> GPT:
    """Reads a model that `save_model` wrote.

    Raises `LmcoreError` when a file is absent or the two do not fit together.
    """
    directory = Path(directory)
    refused = f"{directory / _CONFIG} is not a model's config"
    if not isinstance(values := read_json(directory / _CONFIG), dict):
        raise LmcoreError(f"{refused}: it is no JSON object.")
    try:
        config = ModelConfig(**values)
    except ValidationError as error:
        raise LmcoreError(f"{refused}: {first_mistake(error, ModelConfig)}.") from None
    weights = directory / _WEIGHTS
    if not weights.exists():
        raise LmcoreError(f"{weights} does not exist; `dvc repro` makes it.")
    model = GPT(config)
    try:
        model.load_weights(str(weights))
    except (ValueError, RuntimeError) as error:
        raise LmcoreError(f"{weights} does not fit {_CONFIG} beside it: {error}.") from None
    mx.eval(model.parameters())
    return model
