"""The header of a .safetensors file: names and shapes, without reading an array.

The file begins with 8 bytes, the length of a JSON object, which follows them:

    {"embedding.weight": {"dtype": "F32", "shape": [2048, 128], "data_offsets": [0, 1048576]}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import check_shape

_MAX_HEADER = 100_000_000  # bytes, as the format's own library allows
_ENTRY = {"dtype": str, "shape": [int], "data_offsets": [int]}
_LAYER = re.compile(r"\.([0-9]+)\.")  # the first number in a name


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array; raise `LmcoreError` for a damaged header or a cut file."""
    try:
        if not path.is_file():  # reading a pipe would never end
            raise LmcoreError(f"{path} does not exist, or is not a file.")
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _MAX_HEADER:
                raise ValueError(f"its header would have {length} bytes")
            header = json.loads(file.read(length).decode("utf-8"))
        check_shape(header, dict)
        arrays = {name: entry for name, entry in header.items() if name != "__metadata__"}
        check_shape(arrays, {str: _ENTRY})
        ends = [offset for entry in arrays.values() for offset in entry["data_offsets"]]
        if 8 + length + max(ends, default=0) != path.stat().st_size:
            raise ValueError("its size is not what its header says")
    except (ValueError, RecursionError) as error:
        raise LmcoreError(f"{path} is not a readable safetensors file: {error}.") from None
    return {name: tuple(entry["shape"]) for name, entry in arrays.items()}


def count_layers(names: Iterable[str]) -> int:
    """Return the number of layers that names such as `blocks.3.attention.query.weight` have."""
    layers = (int(match[1]) for name in names if (match := _LAYER.search(name)))
    return max(layers, default=-1) + 1
