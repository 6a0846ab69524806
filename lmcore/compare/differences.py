"""What differs between two nested dictionaries, as rows of a table."""

from __future__ import annotations

from typing import Any


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return `{a: {b: 1}}` as `{a.b: 1}`."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def changes(a: dict[str, Any], b: dict[str, Any]) -> list[list[str]]:
    """Return rows of key, A and B where two flat dictionaries differ."""
    keys = [*a, *(key for key in b if key not in a)]
    return [
        [key, cell_text(a.get(key, "–")), cell_text(b.get(key, "–"))]
        for key in keys
        if key not in a or key not in b or a[key] != b[key]
    ]


def cell_text(value: Any) -> str:
    """Return a value as it stands in a cell of a table."""
    match value:
        case None:
            return "unknown"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.6g}"
        case list():
            return "; ".join(map(cell_text, value))
        case _:
            return str(value)
