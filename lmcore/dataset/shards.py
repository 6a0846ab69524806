"""Tokens on disk: uint16 `.npy` shards that are read through memory maps.

A folder holds shard-00000.npy, shard-00001.npy, ... (one-dimensional,
little-endian) and index.json with their sizes and hashes. Every shard but the
last has the same number of tokens, so a token's place gives its shard.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json

INDEX = "index.json"
_DTYPE = np.dtype("<u2")


class ShardWriter:
    """Appends tokens to the shards of a folder; `finish` writes the index."""

    def __init__(self, folder: Path, shard_tokens: int) -> None:
        self._folder, self._room = folder, shard_tokens
        self._waiting: list[np.ndarray] = []
        self._shards: list[dict[str, Any]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, tokens: np.ndarray) -> None:
        """Adds uint16 tokens after those before; other types would lose bits, and are refused."""
        if tokens.dtype != _DTYPE:
            raise ValueError(f"tokens are {tokens.dtype}; shards hold {_DTYPE}")
        while len(tokens):
            free = self._room - sum(map(len, self._waiting))
            self._waiting.append(tokens[:free])
            tokens = tokens[free:]
            if free <= len(self._waiting[-1]):
                self._write()

    def finish(self, **facts: Any) -> dict[str, Any]:
        """Writes what is left and index.json with `facts`; returns the index."""
        if self._waiting:
            self._write()
        index = {
            "dtype": "uint16",
            "tokens": sum(shard["tokens"] for shard in self._shards),
            "shards": self._shards,
            **facts,
        }
        write_json(self._folder / INDEX, index)
        return index

    def _write(self) -> None:
        path = self._folder / f"shard-{len(self._shards):05d}.npy"
        tokens = np.concatenate(self._waiting).astype(_DTYPE, copy=False)
        np.save(path, tokens)
        self._waiting = []
        self._shards.append({"file": path.name, "tokens": len(tokens), "sha256": sha256_of(path)})


class TokenShards:
    """All tokens of a folder as if they were one array, read when sliced.

    Raises `LmcoreError` where the index or a shard is missing or does not fit.
    """

    def __init__(self, folder: Path) -> None:
        self.index: dict[str, Any] = read_json(folder / INDEX)
        try:
            self.tokens: int = self.index["tokens"]
            self.bytes: int = self.index["bytes"]  # of UTF-8 text, ends of text left out
            self.documents: int = self.index["documents"]
            self.vocab_size: int = self.index["vocab_size"]
            self.end_of_text: int = self.index["end_of_text"]
            self._maps = [_open(folder / s["file"], s["tokens"]) for s in self.index["shards"]]
        except (KeyError, TypeError) as error:
            raise LmcoreError(f"{folder / INDEX} is not an index of shards: {error}.") from None
        self._shard_tokens = len(self._maps[0]) if self._maps else 1

    def __len__(self) -> int:
        return self.tokens

    def __getitem__(self, span: slice) -> np.ndarray:
        """Tokens `start:stop`, (stop - start,) uint16, across shards where needed."""
        if not isinstance(span, slice) or span.step not in (None, 1):
            raise TypeError(f"shards are read by slices without a step, as in [3:7], not [{span}]")
        start, stop, _ = span.indices(self.tokens)
        stop = max(start, stop)
        first, last = start // self._shard_tokens, max(start, stop - 1) // self._shard_tokens
        parts = [
            self._maps[shard][
                max(0, start - shard * self._shard_tokens) : stop - shard * self._shard_tokens
            ]
            for shard in range(first, min(last + 1, len(self._maps)))
        ]
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, _DTYPE), *parts])


def check_tokenizer(tokens: Path, tokenizer: Path, remedy: str) -> None:
    """Raises `LmcoreError`, with the remedy, unless the shards were written with just this file.

    Ids mean nothing by themselves: those of another tokenizer would pass unnoticed.
    """
    expected = TokenShards(tokens / "train").index.get("tokenizer_sha256")
    if not tokenizer.is_file() or sha256_of(tokenizer) != expected:
        raise LmcoreError(
            f"{tokenizer} is missing or is not the tokenizer that {tokens} was encoded with; "
            f"{remedy}."
        )


def _open(path: Path, tokens: int) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise LmcoreError(f"{path} is not a readable shard: {error}.") from None
    if array.dtype != _DTYPE or array.shape != (tokens,):
        raise LmcoreError(
            f"{path} holds {array.dtype} of shape {array.shape}; its index says uint16 ({tokens},)."
        )
    return array
