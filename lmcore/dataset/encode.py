"""The stories of both splits as shards of token ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from lmcore.common.atomic_files import atomic_directory, sha256_of
from lmcore.dataset.pieces import Piece, blocks_of_piece, map_pieces
from lmcore.dataset.shards import ShardWriter
from lmcore.dataset.stories import SPLITS
from lmcore.tokenizer.tokenizer import Tokenizer


def encode_corpus(
    raw: Path, tokenizer_file: Path, tokens: Path, shard_tokens: int, workers: int | None = None
) -> dict[str, Any]:
    """Write the shards of both splits below `tokens`; return figures about them."""
    figures = {}
    with atomic_directory(tokens) as partial:
        for split in SPLITS:
            writer = ShardWriter(partial / split, shard_tokens)
            figures[split] = encode_split(raw, split, tokenizer_file, writer, workers)
    return figures


def encode_split(
    raw: Path, split: str, tokenizer_file: Path, writer: ShardWriter, workers: int | None
) -> dict[str, Any]:
    tokenizer = Tokenizer.load(tokenizer_file)
    counts = np.zeros(tokenizer.vocab_size, np.int64)  # how often each token occurs
    text_bytes = 0
    # 1. Encode pieces in parallel; they come back in order.
    encode = _Encode(tokenizer_file)
    for ids, size in map_pieces(encode, raw, split, f"encode {split}", workers):
        # 2. Append their ids to the shards.
        writer.append(ids)
        counts += np.bincount(ids, minlength=len(counts))
        text_bytes += size
    # 3. Write the index.
    index = writer.finish(
        bytes=text_bytes,
        documents=int(counts[tokenizer.end_of_text]),
        vocab_size=tokenizer.vocab_size,
        end_of_text=tokenizer.end_of_text,
        tokenizer_sha256=sha256_of(tokenizer_file),
    )
    return _figures(index, counts, tokenizer)


def _figures(index: dict[str, Any], counts: np.ndarray, tokenizer: Tokenizer) -> dict[str, Any]:
    """Return what the metrics say of a split; ends of text count as tokens of 0 bytes."""
    lengths = np.array([len(tokenizer.token_bytes(i)) for i in range(len(counts))])
    lengths[tokenizer.end_of_text] = 0
    commonest = np.argsort(-counts, kind="stable")[:100]
    occurring = [i for i in np.argsort(-lengths, kind="stable") if counts[i]]
    return {
        "tokens": index["tokens"],
        "bytes": index["bytes"],
        "documents": index["documents"],
        "bytes_per_token": index["bytes"] / max(1, index["tokens"]),
        "vocabulary_used": float((counts > 0).mean()),
        "share_of_bytes_in_commonest_100": float(
            (counts * lengths)[commonest].sum() / max(1, index["bytes"])
        ),
        "longest_tokens": [tokenizer.decode([i]) for i in occurring[:5]],
    }


class _Encode:
    """Encodes a piece: token ids, and the bytes of its text."""

    def __init__(self, tokenizer_file: Path) -> None:
        self._file = tokenizer_file
        self._tokenizer: Tokenizer | None = None  # loaded once in each worker

    def __call__(self, piece: Piece) -> tuple[np.ndarray, int]:
        if self._tokenizer is None:
            self._tokenizer = Tokenizer.load(self._file)
        parts, size = [np.empty(0, np.uint16)], 0
        for block in blocks_of_piece(piece):
            parts.append(self._tokenizer.encode_block(block))
            size += pc.sum(pc.binary_length(block)).as_py()
        return np.concatenate(parts), size
