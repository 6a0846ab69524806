"""Stories on disk: what is written is read back, a row group at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.dataset.stories import (
    MANIFEST,
    SPLITS,
    SplitWriter,
    iter_texts,
    read_texts,
    row_groups,
    split_files,
    verify_stories,
)


def test_a_row_group_is_bounded_whatever_the_length_of_texts(tmp_path: Path) -> None:
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(30):
            writer.add("abcdefgh" * 2**17)  # a megabyte
    sizes = [group.rows for group in row_groups(tmp_path, "train")]
    assert sizes == [8, 8, 8, 6]


def test_texts_of_a_row_group_have_room_for_more_than_2_gib(raw: Path) -> None:
    for group in row_groups(raw, "validation"):
        assert read_texts(group).type == pa.large_string()


def with_manifest(folder: Path) -> Path:
    """Write two splits and what manifest.json must say of them."""
    for split in SPLITS:
        with SplitWriter(folder, split) as writer:
            writer.add(f"a story of {split}")
    files = {split: {p.name: sha256_of(p) for p in split_files(folder, split)} for split in SPLITS}
    content = {"splits": {split: {"files": named} for split, named in files.items()}}
    write_json(folder / MANIFEST, content)
    return folder / "train-00000-of-00001.parquet"


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)


HARMS: dict[str, Callable[[Path], object]] = {
    "train-00000-of-00001.parquet is damaged: its SHA-256": flip_a_bit,
    "holds no train": Path.unlink,
    "manifest.json does not name .*train-1.parquet": lambda path: shutil.copy(
        path, path.with_name("train-1.parquet")
    ),
    "manifest.json does not exist": lambda path: path.with_name(MANIFEST).unlink(),
    "splits is missing": lambda path: write_json(path.with_name(MANIFEST), {}),
    "train is missing": lambda path: write_json(path.with_name(MANIFEST), {"splits": {}}),
}


@pytest.mark.parametrize("sentence", HARMS)
def test_stories_are_compared_with_the_manifest(tmp_path: Path, sentence: str) -> None:
    path = with_manifest(tmp_path)
    verify_stories(tmp_path)
    HARMS[sentence](path)
    remedy = "`dvc repro --force --single-item download` makes it anew"
    with pytest.raises(LmcoreError, match=rf"{sentence}.*; {remedy}\.$"):
        verify_stories(tmp_path)
    if sentence.startswith("train-"):
        verify_stories(tmp_path, ["validation"])


@pytest.mark.parametrize("damage", ["footer", "text"])
def test_parquet_that_cannot_be_read_is_one_sentence(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "train-0.parquet"
    texts = pa.array(["a story", "another"])
    if damage == "text":
        texts = pa.array([b"Once \xff"]).view(pa.string())
    pq.write_table(pa.table({"text": texts}), path)
    if damage == "footer":
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(LmcoreError, match=r"train-0\.parquet is not a readable parquet file"):
        list(iter_texts(tmp_path, "train"))
