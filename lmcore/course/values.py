"""Values and errors of a reader's code in about a line each."""

from __future__ import annotations

import reprlib
import traceback
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

MAX_SHOWN = 9  # numbers of an array, or items of a list, that are written out


def shown(value: Any, width: int = 60) -> str:
    """Return a value in about a line; strings and objects in at most `width` characters."""
    if isinstance(value, np.generic):  # NumPy's numbers, as Python's
        value = value.item()
    if isinstance(value, mx.array | np.ndarray):
        if value.size > MAX_SHOWN:
            return f"an array of shape {tuple(value.shape)}"
        floats = isinstance(value, mx.array) and mx.issubdtype(value.dtype, mx.floating)
        array = np.array(value.astype(mx.float32) if floats else value)  # NumPy has no bfloat16
        numbers: Any = {"float_kind": _number}
        return " ".join(np.array2string(array, separator=", ", formatter=numbers).split())
    if isinstance(value, float):
        return _number(value)
    if type(value) in (list, tuple):
        items = [shown(item, width) for item in value[:MAX_SHOWN]]
        items += ["..."] if len(value) > MAX_SHOWN else []
        if isinstance(value, list):
            return f"[{', '.join(items)}]"
        return f"({', '.join(items)}{',' * (len(value) == 1)})"
    shortened = reprlib.Repr()
    shortened.maxdict = shortened.maxlist = MAX_SHOWN
    shortened.maxstring = shortened.maxother = width
    return shortened.repr(value)


def _number(value: float) -> str:
    return f"{value + 0.0:.5g}"  # -0 is 0


def described(error: BaseException) -> str:
    """Return `ValueError: its text`."""
    text = " ".join(str(error).split()).removesuffix(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def line_of(error: BaseException, path: Path) -> str:
    """Return `, line 12`: the last line of the reader's file on the way to the error."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    return f", line {lines[-1]}" if lines else ""
