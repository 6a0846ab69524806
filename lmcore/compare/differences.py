"""What differs between two nested dictionaries, as rows of a table."""

from __future__ import annotations

from typing import Any


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """`{a: {b: 1}}` as `{a.b: 1}`."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= flatten(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def changes(a: dict[str, Any], b: dict[str, Any]) -> list[list[str]]:
    """Rows of key, A and B where two flat dictionaries differ."""
    keys = [*a, *(key for key in b if key not in a)]
    return [
        [key, said(a.get(key, "–")), said(b.get(key, "–"))]
        for key in keys
        if key not in a or key not in b or a[key] != b[key]
    ]


def said(value: Any) -> str:
    """A value as a cell of a table."""
    match value:
        case None:
            return "unknown"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.6g}"
        case list():
            return "; ".join(map(said, value))
        case _:
            return str(value)
