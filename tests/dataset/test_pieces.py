"""A split is cut into pieces that are mapped in order by any number of workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lmcore.common.errors import LmcoreError
from lmcore.dataset import pieces
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.shards import TokenShards
from lmcore.dataset.stories import SplitWriter, row_groups
from lmcore.dataset.train_tokenizer import train_tokenizer


def test_equal_stories_are_many_pieces_for_any_workers(tmp_path: Path) -> None:
    story = "Once upon a time there was a girl who liked her red ball. " * 14
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(20_000):
            writer.add(story)
    with SplitWriter(tmp_path, "validation") as writer:
        writer.add(story)
    gathered = pieces.gather(row_groups(tmp_path, "train"))
    assert [sum(group.rows for group in piece) for piece in gathered] == [2000] * 10
    tokenizer, _ = train_tokenizer(tmp_path, 300, "gpt2", 1)
    tokenizer.save(tmp_path)
    shards = []
    for workers in (1, 2):
        tokens = tmp_path / str(workers)
        encode_corpus(tmp_path, tmp_path / "tokenizer.json", tokens, 1 << 20, workers)
        shards.append({path.name: path.read_bytes() for path in (tokens / "train").iterdir()})
    assert shards[0] == shards[1]
    each = tokenizer.encode(story).size + 1
    assert len(TokenShards(tokens / "train")) == 20_000 * each


def test_row_groups_of_others_that_hold_one_story_again_and_again_are_many_pieces(
    tmp_path: Path,
) -> None:
    table = pa.table({"text": ["Once upon a time. " * 50] * 20_000})
    pq.write_table(table, tmp_path / "train-0.parquet", row_group_size=100)
    groups = row_groups(tmp_path, "train")
    assert sum(group.bytes for group in groups) < pieces.BLOCK_BYTES  # of 18 MB
    gathered = pieces.gather(groups)
    assert [group for piece in gathered for group in piece] == groups
    assert [len(piece) for piece in gathered] == [64, 64, 64, 8]


class _Die:
    """Work that kills the process it is done in, unless that is the one that leads."""

    def __call__(self, piece: pieces.Piece) -> None:
        if multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_helper_is_one_sentence(raw: Path, monkeypatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 200_000)  # several pieces: else nobody helps
    with pytest.raises(LmcoreError, match="was killed"):
        list(pieces.map_pieces(_Die(), raw, "train", "die", workers=2))
