"""Stories on disk: what is written is read back, a row group at a time."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from lmcore.dataset.stories import SplitWriter, read_texts, row_groups


def test_a_row_group_is_bounded_whatever_the_length_of_texts(tmp_path: Path) -> None:
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(30):
            writer.add("abcdefgh" * 2**17)  # a megabyte
    sizes = [group.rows for group in row_groups(tmp_path, "train")]
    assert sizes == [8, 8, 8, 6]


def test_texts_of_a_row_group_have_room_for_more_than_2_gib(raw: Path) -> None:
    for group in row_groups(raw, "validation"):
        assert read_texts(group).type == pa.large_string()
