"""The model and its tokenizer as the live page holds them.

Weights are one run of bytes and a table that says what lies in it, in order.
Matrices are float16, or int8 with one float32 scale per row (half the size;
weight = scale * integer, absolute maximum scaling); vectors stay float32.
assets/live/weights.js and assets/live/tokenizer.js read what is written here.
"""

from __future__ import annotations

from typing import Any, Literal

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from lmcore.model import GPT
from lmcore.tokenizer.file_formats import printable
from lmcore.tokenizer.tokenizer import Tokenizer
from lmcore.tokenizer.unicode_classes import OTHER, class_table

WeightType = Literal["float16", "int8"]
_FLOAT16_MAX = 65504.0


def describe_model(
    model: GPT, tokenizer: Tokenizer, weight_type: WeightType
) -> tuple[dict[str, Any], bytes]:
    """Return what the page needs besides the bytes of the weights, as JSON values, and those."""
    table, weights = pack_weights(model, weight_type)
    config = model.config.model_dump()
    return {"config": config, "table": table, "tokenizer": pack_tokenizer(tokenizer)}, weights


def arrays_by_name(model: GPT) -> dict[str, mx.array]:
    """Return the weights of a model by the names that model.safetensors has."""
    return dict(tree_flatten(model.parameters()))


def pack_weights(model: GPT, weight_type: WeightType) -> tuple[list[dict[str, Any]], bytes]:
    """Return the table [{name, shape, type}] and the bytes of all arrays, in its order."""
    table, parts = [], []
    for name, array in sorted(arrays_by_name(model).items()):
        values = np.array(array.astype(mx.float32))
        stored_as, data = _encoded(values, weight_type)
        table.append({"name": name, "shape": list(values.shape), "type": stored_as})
        parts.append(data)
    return table, b"".join(parts)


def packed_size(model: GPT, weight_type: WeightType) -> int:
    """Return about how many bytes `pack_weights` makes, without making them."""
    size = 0
    for array in arrays_by_name(model).values():
        rows = array.size // array.shape[-1]
        as_type = {"float16": 2 * array.size, "int8": array.size + 4 * rows}[weight_type]
        size += 4 * array.size if array.ndim < 2 else as_type
    return size


def _encoded(values: np.ndarray, weight_type: WeightType) -> tuple[str, bytes]:
    """Return the type that one array is stored in, and its bytes, little-endian."""
    # Vectors (norms, biases, scalars) are few; what float16 cannot hold stays exact.
    if values.ndim < 2 or np.abs(values).max() > _FLOAT16_MAX:
        return "float32", values.astype("<f4").tobytes()
    if weight_type == "float16":
        return "float16", values.astype("<f2").tobytes()
    scales = np.abs(values).max(axis=-1, keepdims=True) / 127  # (..., 1)
    integers = np.round(values / np.where(scales == 0, 1, scales)).astype(np.int8)
    return "int8", scales.astype("<f4").tobytes() + integers.tobytes()


def pack_tokenizer(tokenizer: Tokenizer) -> dict[str, Any]:
    """Return what assets/live/tokenizer.js needs, as JSON values."""
    tokens = [tokenizer.token_bytes(index) for index in range(tokenizer.vocab_size)]
    special = set(tokenizer.special_tokens.values())
    ids = {token: index for index, token in enumerate(tokens) if index not in special}
    return {
        "pattern": tokenizer.pattern,
        "tokens": [printable(token) for token in tokens],
        "merges": [
            index
            for left, right in tokenizer.merges
            for index in (ids[left], ids[right], ids[left + right])
        ],
        "special": tokenizer.special_tokens,
        "classes": _class_runs(),
    }


def _class_runs() -> str:
    """Return the Unicode classes as runs "gap.length.class" in base 36; the gaps are `OTHER`."""
    classes = class_table()
    starts = np.flatnonzero(np.diff(classes, prepend=255))
    ends = np.append(starts[1:], len(classes))
    runs, before = [], 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if classes[start] != OTHER:
            numbers = (start - before, end - start, int(classes[start]))
            runs.append(".".join(np.base_repr(number, 36).lower() for number in numbers))
            before = end
    return " ".join(runs)
