"""Tokens on disk: uint16 `.npy` shards that are read through memory maps.

A folder holds shard-00000.npy, shard-00001.npy, ... (one-dimensional,
little-endian) and index.json with their sizes and SHA-256. Every shard but the
last has the same number of tokens, so a token's position gives its shard.

Shards are compared with the index once, when they are opened: hashing and the
largest id take 0.3 s for 500 MB, 4 ms for the quickstart's 4 MB (an EPYC with
instructions for SHA).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.checksums import remake, verify_file
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json

INDEX = "index.json"
_DTYPE = np.dtype("<u2")
_REMEDY = remake("encode")
_SHAPE = {
    "tokens": int,
    "bytes": int,  # of UTF-8 text, ends of text left out
    "documents": int,
    "vocab_size": int,
    "end_of_text": int,
    "shards": [{"file": str, "tokens": int, "sha256": str}],
}


class ShardWriter:
    """Appends tokens to the shards of a folder; `finish` writes the index."""

    def __init__(self, folder: Path, shard_tokens: int) -> None:
        self._folder, self._shard_tokens = folder, shard_tokens
        self._waiting: list[np.ndarray] = []
        self._shards: list[dict[str, Any]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, tokens: np.ndarray) -> None:
        """Append uint16 tokens; other types would lose bits, and are refused."""
        if tokens.dtype != _DTYPE:
            raise ValueError(f"tokens are {tokens.dtype}; shards hold {_DTYPE}")
        while len(tokens):
            free = self._shard_tokens - sum(map(len, self._waiting))
            self._waiting.append(tokens[:free])
            tokens = tokens[free:]
            if free <= len(self._waiting[-1]):
                self._write()

    def finish(self, **facts: Any) -> dict[str, Any]:
        """Write what is left, and index.json with `facts`; return the index."""
        if self._waiting:
            self._write()
        index = {
            "dtype": "uint16",
            "tokens": sum(shard["tokens"] for shard in self._shards),
            "shards": self._shards,
            **facts,
        }
        write_json(self._folder / INDEX, index, checksum=True)
        return index

    def _write(self) -> None:
        path = self._folder / f"shard-{len(self._shards):05d}.npy"
        tokens = np.concatenate(self._waiting).astype(_DTYPE, copy=False)
        np.save(path, tokens)
        self._waiting = []
        self._shards.append({"file": path.name, "tokens": len(tokens), "sha256": sha256_of(path)})


class TokenShards:
    """All tokens of a folder as if they were one array, read when sliced.

    Raises `LmcoreError` where the index or a shard is missing or damaged, where they do not fit
    together, and for an id that is not in the vocabulary.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.index = folder, read_index(folder)
        self.tokens: int = self.index["tokens"]
        self.bytes: int = self.index["bytes"]
        self.documents: int = self.index["documents"]
        self.vocab_size: int = self.index["vocab_size"]
        self.end_of_text: int = self.index["end_of_text"]
        self._maps = [_open(folder, shard, self.vocab_size) for shard in self.index["shards"]]
        self._shard_tokens = len(self._maps[0]) if self._maps else 1
        sizes = [len(shard) for shard in self._maps]
        equal = all(size == self._shard_tokens for size in sizes[:-1])
        if sum(sizes) != self.tokens or not equal or sizes[-1:] > [self._shard_tokens]:
            raise LmcoreError(
                f"{folder / INDEX} is damaged: its shards hold {sum(sizes)} tokens, of unequal "
                f"sizes or not the {self.tokens} that it states; {_REMEDY}."
            )

    def __len__(self) -> int:
        return self.tokens

    def __getitem__(self, span: slice) -> np.ndarray:
        """Return tokens `start:stop`, (stop - start,) uint16, across shards where needed."""
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


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index of the shards in a folder; `LmcoreError` where it is absent or damaged."""
    return read_json(folder / INDEX, _SHAPE, _REMEDY)


def check_tokenizer(tokens: Path, tokenizer: Path, remedy: str) -> None:
    """Raise `LmcoreError`, with the remedy, unless the shards were written with just this file.

    Ids mean nothing by themselves: those of another tokenizer would pass unnoticed.
    """
    expected = read_index(tokens / "train").get("tokenizer_sha256")
    if not tokenizer.is_file() or sha256_of(tokenizer) != expected:
        raise LmcoreError(
            f"{tokenizer} is missing or is not the tokenizer that {tokens} was encoded with; "
            f"{remedy}."
        )


def _open(folder: Path, shard: dict[str, Any], vocab_size: int) -> np.ndarray:
    """Return the tokens of a shard, mapped; `LmcoreError` unless it is as the index says."""
    path, tokens = folder / shard["file"], shard["tokens"]
    verify_file(folder, shard["file"], shard["sha256"], folder / INDEX, _REMEDY)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise LmcoreError(f"{path} is not a readable shard ({error}); {_REMEDY}.") from None
    if array.dtype != _DTYPE or array.shape != (tokens,):
        raise LmcoreError(
            f"{path} holds {array.dtype} of shape {array.shape}; its index says uint16 "
            f"({tokens},); {_REMEDY}."
        )
    if tokens and (largest := int(array.max())) >= vocab_size:
        raise LmcoreError(
            f"{path} holds the id {largest}; its index says that ids are below {vocab_size}; "
            f"{_REMEDY}."
        )
    return array
