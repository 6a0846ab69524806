"""A model as a folder: model.safetensors, config.json, tokenizer.json and checksums.json.

The last holds the SHA-256 of the others. Reading compares them once, and the config with
the header of the weights before a model of that size is built.

The weights of several steps of one training run share a folder:

    step-00000100/model.safetensors    one folder a step
    index.json                         the steps, and the SHA-256 of each file
    config.json, tokenizer.json        as of one model
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.checksums import remake, verify_checksums, verify_file, write_checksums
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.common.params import checked
from lmcore.model.config import WITHOUT_VARIANTS, ModelConfig
from lmcore.model.gpt import GPT
from lmcore.model.safetensors_header import count_layers, read_shapes

_WEIGHTS, _CONFIG, _TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"
_INDEX = "index.json"
_INDEX_SHAPE = {"checkpoints": [{"step": int, "sha256": str}], "files": {str: str}}
_REMEDY = remake("train")


def save_model(directory: Path, model: GPT, tokenizer_json: Path) -> None:
    """Write the model and the tokenizer that its ids are of, whole or not at all."""
    with atomic_directory(Path(directory)) as partial:
        save_weights(partial / _WEIGHTS, dict(tree_flatten(model.parameters())))
        write_json(partial / _CONFIG, model.config.model_dump())
        shutil.copyfile(tokenizer_json, partial / _TOKENIZER)
        write_checksums(partial)


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
    write_json(directory / _CONFIG, config.model_dump())
    shutil.copyfile(tokenizer_json, directory / _TOKENIZER)
    index = {
        "checkpoints": [{"step": step, "sha256": sha256} for step, sha256 in hashes.items()],
        "files": {name: sha256_of(directory / name) for name in (_CONFIG, _TOKENIZER)},
    }
    write_json(directory / _INDEX, index, checksum=True)


def checkpoint_steps(directory: Path) -> list[int]:
    """Return the steps whose weights `directory` holds, in order; `load_model` reads each."""
    return [entry["step"] for entry in _read_index(Path(directory))["checkpoints"]]


def _read_index(directory: Path) -> dict[str, Any]:
    return read_json(directory / _INDEX, _INDEX_SHAPE, _REMEDY)


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
    folder = directory if step is None else step_folder(directory, step)
    if not directory.is_dir():
        raise LmcoreError(f"{directory} is not a folder; `dvc repro` makes it.")
    if step is None:
        verify_checksums(directory, _REMEDY)
    else:
        _verify_step(directory, step)
    config = read_config(directory / _CONFIG)
    _compare_with_header(config, folder / _WEIGHTS)
    model = GPT(config)
    try:
        model.load_weights(str(folder / _WEIGHTS))
    except (ValueError, RuntimeError) as error:
        raise _does_not_fit(folder / _WEIGHTS, str(error)) from None
    mx.eval(model.parameters())
    refuse_non_finite(dict(tree_flatten(model.parameters())), folder / _WEIGHTS)
    return model


def refuse_non_finite(weights: dict[str, mx.array], path: Path) -> None:
    """Raise `LmcoreError` where weights that were read from `path` are NaN or infinite."""
    finite = {name: mx.all(mx.isfinite(array)) for name, array in weights.items()}
    mx.eval(finite)
    if name := next((name for name, is_finite in finite.items() if not is_finite.item()), None):
        raise LmcoreError(f"{path}: {name} holds NaN or infinity, and a model must hold numbers.")


def read_config(path: Path) -> ModelConfig:
    refused = f"{path} is not a model's config"
    if not isinstance(values := read_json(path, object, _REMEDY), dict):
        raise LmcoreError(f"{refused}: it is no JSON object.")
    # A model that was saved before there was a variant is without it.
    return checked(ModelConfig, {**WITHOUT_VARIANTS, **values}, refused)


def _verify_step(directory: Path, step: int) -> None:
    """Raise `LmcoreError` unless the files of a step are those that index.json names."""
    index = _read_index(directory)
    hashes = {entry["step"]: entry["sha256"] for entry in index["checkpoints"]}
    weights = step_folder(directory, step) / _WEIGHTS
    name = weights.relative_to(directory).as_posix()
    if step not in hashes:
        raise LmcoreError(f"{directory / _INDEX} names no step {step}; {_REMEDY}.")
    for file, sha256 in {name: hashes[step], **index["files"]}.items():
        verify_file(directory, file, sha256, directory / _INDEX, _REMEDY)


def _compare_with_header(config: ModelConfig, weights: Path) -> None:
    """Raise `LmcoreError` where the sizes that decide the memory differ from the weights'."""
    shapes = read_shapes(weights)
    if (layers := count_layers(shapes)) != config.n_layers:
        raise _does_not_fit(weights, f"it has {layers} layers, not {config.n_layers}")
    shape, expected = shapes.get("embedding.weight"), (config.vocab_size, config.d_model)
    if shape != expected:
        raise _does_not_fit(weights, f"its embedding.weight is {shape}, not {expected}")


def _does_not_fit(weights: Path, reason: str) -> LmcoreError:
    return LmcoreError(f"{weights} does not fit {_CONFIG} beside it: {reason}.")
