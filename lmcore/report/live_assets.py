"""The scripts of the live page as one script."""

from __future__ import annotations

import re
from pathlib import Path

_LIVE = Path(__file__).parent / "assets" / "live"
# Each comes after what it imports.
LIBRARY = (
    "weights.js",
    "arrays.js",
    "kv_cache.js",
    "norms.js",
    "positions.js",
    "attention.js",
    "feed_forward.js",
    "model.js",
    "tokenizer.js",
    "sampler.js",
)
INTERFACE = (
    "elements.js",
    "reading.js",
    "attention_view.js",
    "next_token_view.js",
    "lens_view.js",
    "removal_view.js",
    "explore.js",
)


def bundle(names: tuple[str, ...]) -> str:
    """Return the files as one script.

    They are written as modules, which name what they take from one another. One
    HTML file cannot hold modules that import each other, so the imports and the
    word `export` are left out here; names are therefore unique across files.
    """
    text = "\n".join((_LIVE / name).read_text("utf-8") for name in names)
    text = re.sub(r"^import [^;]*;\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^export ", "", text, flags=re.MULTILINE)
