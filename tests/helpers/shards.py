"""Token shards written by a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lmcore.dataset.shards import ShardWriter, TokenShards

FACTS = {"bytes": 10, "documents": 1, "vocab_size": 300, "end_of_text": 299}


def write(folder: Path, tokens: np.ndarray, shard_tokens: int, pieces: int = 1) -> TokenShards:
    """Write `tokens` into shards of `shard_tokens`, appended in `pieces`, and open them."""
    writer = ShardWriter(folder, shard_tokens)
    for piece in np.array_split(tokens, pieces):
        writer.append(piece)
    writer.finish(**FACTS)
    return TokenShards(folder)
