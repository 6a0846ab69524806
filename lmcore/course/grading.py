"""A reader's functions compared with the library's, on the same inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from lmcore.common.errors import LmcoreError, listing, printable
from lmcore.course.values import MAX_SHOWN, described, line_of, shown

EXERCISES = Path("exercises")
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5  # between float32 results that were rounded in other orders


@dataclass(frozen=True)
class Exercise:
    """A function that the reader writes, the library's, and the arguments that both are given.

    `inputs` makes the arguments anew for each call: a function may change what it is given.
    """

    name: str
    reference: Callable[..., Any]
    inputs: Callable[[], list[tuple]]


@dataclass(frozen=True)
class Verdict:
    """What became of one function: `text` says it in a line."""

    name: str
    passed: bool
    text: str


def grade(path: Path, exercises: list[Exercise]) -> Iterator[Verdict]:
    """Yield a verdict on each function that the file `path` should hold.

    Raises `LmcoreError` where the file is missing or is no Python that runs.
    """
    functions = read_functions(path)
    for exercise in exercises:
        if exercise.name not in functions:
            yield Verdict(exercise.name, False, f"is not in {path}")
        else:
            mistake = first_mistake(exercise, functions[exercise.name], path)
            yield Verdict(exercise.name, mistake is None, mistake or "passed")


def read_functions(path: Path) -> dict[str, Any]:
    """Return what a file of exercises defines, by name."""
    if not path.is_file():
        raise LmcoreError(f"{path} does not exist; `git checkout {path}` brings it back.")
    namespace: dict[str, Any] = {"__name__": "exercises", "__file__": str(path)}
    try:
        exec(compile(path.read_text("utf-8"), str(path), "exec"), namespace)
    except SyntaxError as error:
        raise LmcoreError(f"{path}, line {error.lineno}: {error.msg}.") from None
    except (Exception, SystemExit) as error:
        raise LmcoreError(f"{path}{line_of(error, path)}: {described(error)}.") from None
    return namespace


def first_mistake(exercise: Exercise, function: Any, path: Path) -> str | None:
    """Return what is wrong with a reader's function, in a line; None where nothing is."""
    for number, arguments in enumerate(exercise.inputs()):
        expected = exercise.reference(*arguments)
        fresh_arguments = exercise.inputs()[number]
        try:
            mistake = difference(expected, function(*fresh_arguments))
        except NotImplementedError:
            return "not yet written"
        except (Exception, SystemExit) as error:
            mistake = f"it raises {described(error)}{line_of(error, path)}"
        if mistake:
            return printable(f"differs for {_arguments(function, arguments)}: {mistake}")
    return None


def difference(expected: Any, result: Any) -> str | None:
    """Return how a result differs from the expected one; None where it does not.

    Numbers and arrays are compared within rounding, whatever their type; others must be equal.
    """
    if isinstance(expected, tuple | list) and any(_holds_arrays(part) for part in expected):
        if not isinstance(result, tuple | list) or len(result) != len(expected):
            return f"expected {len(expected)} results, got {shown(result)}"
        for number, (one, other) in enumerate(zip(expected, result, strict=True), 1):
            if text := difference(one, other):
                return f"result {number} of {len(expected)}: {text}"
        return None
    if not isinstance(expected, mx.array | np.ndarray | float | int):
        same = type(result) is type(expected) and result == expected
        return None if same else f"expected {shown(expected)}, got {shown(result)}"
    try:
        one, other = np.array(expected, np.float64), np.array(result, np.float64)
        if result is None:  # NumPy makes a number of it
            raise ValueError
    except (TypeError, ValueError):
        return f"expected {shown(expected)}, got {shown(result)}"
    if one.shape != other.shape:
        return f"expected shape {one.shape}, got shape {other.shape}"
    wrong = ~np.isclose(other, one, rtol=_RELATIVE, atol=_ABSOLUTE)
    if not wrong.any():
        return None
    if one.size <= MAX_SHOWN:
        return f"expected {shown(one)}, got {shown(other)}"
    first = tuple(int(index) for index in np.argwhere(wrong)[0])
    return f"expected {one[first]:.5g} at {list(first)}, got {other[first]:.5g}"


def _holds_arrays(value: Any) -> bool:
    return isinstance(value, mx.array) or (
        isinstance(value, list) and any(map(_holds_arrays, value))
    )


def _arguments(function: Any, arguments: tuple) -> str:
    """Return `x = [3, 4], epsilon = 0.1`, by the names that the reader's function has."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # not a function of Python
        names = []
    names += [f"argument {number + 1}" for number in range(len(names), len(arguments))]
    pairs = zip(names, arguments, strict=False)
    return listing((f"{name} = {shown(value)}" for name, value in pairs), "and")
