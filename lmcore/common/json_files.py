"""Read JSON files of ours: one reader, which checks what it returns.

A shape says what a file must hold: a type; `[shape]` for a list; `{"key": shape}` for an
object with at least these keys; `{str: shape}` for an object with any keys.

A file that lies alone, without a folder's checksums.json, states its own checksum under
`CONTENT_SHA256` (`write_json(..., checksum=True)`), and is compared with it here.
"""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

from lmcore.common.errors import LmcoreError

CONTENT_SHA256 = "content_sha256"
_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
}


def read_json(path: Path, shape: Any = object, remedy: str = "`dvc repro` makes it") -> Any:
    """Return the content of a JSON file, without its checksum.

    Raises `LmcoreError`, with the remedy, for a file that is absent, damaged or of another shape.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would never end
            raise LmcoreError(f"{path} is not a file; {remedy}.")
        value = json.loads(path.read_text("utf-8"), parse_constant=_refuse_constant)
        if isinstance(value, dict) and CONTENT_SHA256 in value:
            stated = value.pop(CONTENT_SHA256)
            if stated != content_sha256(value):
                raise ValueError("its content is not the one whose SHA-256 it states")
        check_shape(value, shape)
    except FileNotFoundError:
        raise LmcoreError(f"{path} does not exist; {remedy}.") from None
    except RecursionError:
        raise LmcoreError(f"{path} is damaged (it is nested too deeply); {remedy}.") from None
    except ValueError as error:
        raise LmcoreError(f"{path} is damaged ({error}); {remedy}.") from None
    return value


def content_sha256(value: dict[str, Any]) -> str:
    """Return the SHA-256 of a JSON object, however a file arranges it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def check_shape(value: Any, shape: Any, path: str = "") -> None:
    """Raise `ValueError`, which names the first key that is missing or of another type."""
    kind: type = shape if isinstance(shape, type) else type(shape)
    # JSON has one kind of number, but true and false are no numbers.
    fits: bool = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind in (int, float)):
        name = path.removeprefix(".") or "its content"
        text = json.dumps(value)
        text = text if len(text) <= 40 else f"{text[:40]}..."
        raise ValueError(f"{name} is {text}; it must be {_NAMES[kind]}")
    if isinstance(shape, list):
        for position, item in enumerate(value):
            check_shape(item, shape[0], f"{path}[{position}]")
    elif isinstance(shape, dict):
        keys = {key: shape[str] for key in value} if str in shape else shape
        for key, inner in keys.items():
            inner_path = f"{path}.{key}"
            if key not in value:
                raise ValueError(f"{inner_path.removeprefix('.')} is missing")
            check_shape(value[key], inner, inner_path)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is not JSON")
