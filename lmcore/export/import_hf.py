"""A model from Hugging Face's layout as one of ours.

It reads the architectures that can be exported (lmcore/export/architectures.py),
and what was exported comes back with the same bits. Not all that it reads can
be exported again: a StableLM from elsewhere may have biases in its norms, where
we know none.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import mlx.core as mx

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import check_shape, read_json
from lmcore.export.architectures import ARCHITECTURES
from lmcore.export.folder import replaceable
from lmcore.export.hf_config import from_config_json
from lmcore.export.quantization import dequantized
from lmcore.export.weights import MLX_LM, TRANSFORMERS, Arrays, to_ours, without_idle_biases
from lmcore.model import GPT, save_model
from lmcore.model.io import refuse_non_finite
from lmcore.model.safetensors_header import count_layers, read_shapes
from lmcore.tokenizer.tokenizer import Tokenizer

_WRITTEN = {"checksums.json", "config.json", "model.safetensors", "tokenizer.json"}
_REMEDY = "a folder of Hugging Face's layout has it"


def import_huggingface(source: Path, into: Path) -> GPT:
    """Read the model in `source` and write it as a model folder of ours.

    Weights may be in several files, of any float type, or quantised in MLX's layout; ours are
    float32.
    Raises `LmcoreError` where the model, or its tokenizer, has no counterpart, and
    where `into` holds anything except for a model of ours.
    """
    into = replaceable(into, _WRITTEN, _is_ours)
    described = read_json(source / "config.json", {"model_type": str}, _REMEDY)
    try:
        config = from_config_json(described)
    except LmcoreError as error:
        raise LmcoreError(f"{source / 'config.json'}: {error.message}.") from None
    kind = described["model_type"]
    if ARCHITECTURES[kind].always:  # some biases, and in our models all or none
        config = config.model_copy(update={"bias": True})
    theirs, naming = _read_weights(source), TRANSFORMERS[kind]
    try:
        if sizes := described.get("quantization"):
            check_shape(sizes, {"group_size": int, "bits": int}, "quantization")
            theirs, naming = dequantized(theirs, sizes["group_size"], sizes["bits"]), MLX_LM[kind]
        theirs = _model_arrays(theirs, config.tied_embeddings)
        if (layers := count_layers(theirs)) != config.n_layers:  # before a model is built
            raise LmcoreError(f"they have {layers} layers, not {config.n_layers}")
        arrays = to_ours(config, theirs, naming)
        config, arrays = without_idle_biases(config, arrays)
        model = GPT(config)
        model.load_weights(list(arrays.items()))
    except (LmcoreError, ValueError) as error:
        raise LmcoreError(f"The weights in {source} do not fit its config.json: {error}.") from None
    refuse_non_finite(arrays, source)
    with TemporaryDirectory() as folder:
        _read_tokenizer(source / "tokenizer.json", Path(folder), config.vocab_size)
        save_model(into, model, Path(folder) / "tokenizer.json")
    return model


def _is_ours(folder: Path) -> bool:
    """Return whether config.json is of our kind; transformers' names the kind of model."""
    path = folder / "config.json"
    return path.exists() and "model_type" not in read_json(path, {str: object})


def _read_weights(source: Path) -> Arrays:
    """Return all arrays of a checkpoint, whether in one file or in several named by an index."""
    files = {"model.safetensors"}
    if (index := source / "model.safetensors.index.json").exists():
        files = set(read_json(index, {"weight_map": {str: str}}, _REMEDY)["weight_map"].values())
        for name in files:
            if name != Path(name).name:  # it must not choose other files of this machine
                raise LmcoreError(f"{index} names {name!r}; weights lie in its own folder.")
    arrays: Arrays = {}
    for path in (source / name for name in sorted(files)):
        read_shapes(path)
        try:
            arrays |= mx.load(str(path), format="safetensors")
        except (RuntimeError, ValueError) as error:
            raise LmcoreError(f"{path} is not a readable safetensors file: {error}.") from None
    return arrays


# Tables that old checkpoints hold though they can be computed.
_COMPUTED = re.compile(r"h\.\d+\.attn\.(masked_)?bias|.*\.rotary_emb\.inv_freq")


def _model_arrays(arrays: Arrays, tied_embeddings: bool) -> Arrays:
    """Return the arrays of the model, GPT-2's without the prefix that some files give them."""
    arrays = {name.removeprefix("transformer."): array for name, array in arrays.items()}
    if tied_embeddings:  # some files repeat the embedding
        arrays.pop("lm_head.weight", None)
    return {name: array for name, array in arrays.items() if not _COMPUTED.fullmatch(name)}


def _read_tokenizer(path: Path, folder: Path, vocab_size: int) -> None:
    """Write the tokenizer of `path` to `folder` as ours.

    Raises `LmcoreError` where it is not one that `Tokenizer.load` reads, has no
    <|endoftext|>, or has more tokens than the model.
    """
    tokenizer = Tokenizer.load(path)
    if END_OF_TEXT not in tokenizer.special_tokens:
        raise LmcoreError(f"{path} has no token {END_OF_TEXT}, after which lmcore begins texts.")
    if tokenizer.vocab_size > vocab_size:
        raise LmcoreError(
            f"{path} has {tokenizer.vocab_size:,} tokens; the model has {vocab_size:,}."
        )
    tokenizer.save(folder)
