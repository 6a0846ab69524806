"""Stories on disk: parquet files with a string column `text`, one story a row.

Every source (`lmcore.corpus.sources`) ends as the same layout, so all that
follows is the same for each:

    FOLDER/train-00000-of-00002.parquet, ...
    FOLDER/validation-00000-of-00001.parquet, ...
    FOLDER/manifest.json          the source, and stories, bytes and SHA-256 of each split

Reading goes by row group, the unit that parquet can read alone: that bounds
memory and lets several processes share the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lmcore.common.checksums import remake, verify_file
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json

SPLITS = ("train", "validation")
TEXT = "text"
MANIFEST = "manifest.json"
_REMEDY = remake("download")


@dataclass(frozen=True)
class RowGroup:
    """One independently readable piece of a split."""

    path: Path
    index: int
    rows: int
    bytes: int  # uncompressed, but encoded: of repetitive text the file may hold less


def split_files(folder: Path, split: str) -> list[Path]:
    """Return the parquet files of a split in reading order; `LmcoreError` if none."""
    files = sorted(folder.glob(f"{split}-*.parquet"))
    if not files:
        raise LmcoreError(f"{folder} holds no {split}-*.parquet; {_REMEDY}.")
    return files


def verify_stories(folder: Path, splits: Iterable[str] = SPLITS) -> None:
    """Raise `LmcoreError` unless the splits' files are those that manifest.json describes."""
    manifest = folder / MANIFEST
    shape = {"splits": {split: {"files": {str: str}} for split in splits}}
    content = read_json(manifest, shape, _REMEDY)
    for split in splits:
        expected = content["splits"][split]["files"]
        for path in split_files(folder, split):
            if path.name not in expected:
                raise LmcoreError(f"{manifest} does not name {path}; {_REMEDY}.")
        for name, sha256 in expected.items():
            verify_file(folder, name, sha256, manifest, _REMEDY)


def row_groups(folder: Path, split: str) -> list[RowGroup]:
    """Return every row group of a split, in reading order.

    Raises `LmcoreError` for a file that is not parquet or has no string
    column `text`.
    """
    return [group for path in split_files(folder, split) for group in row_groups_of(path)]


def read_texts(group: RowGroup) -> pa.LargeStringArray:
    """Return the stories of one row group; a missing (null) story counts as empty.

    Raises `LmcoreError` where the file is damaged, or its text not UTF-8.
    """
    try:
        with pq.ParquetFile(group.path) as file:
            column = file.read_row_group(group.index, columns=[TEXT]).column(TEXT)
        column.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(group.path, error) from None
    # Wide first: 32-bit offsets reach no more than 2 GiB, and one row group may have more.
    return column.cast(pa.large_string()).combine_chunks().fill_null("")


def iter_texts(folder: Path, split: str) -> Iterator[str]:
    """Yield every story of a split."""
    for group in row_groups(folder, split):
        yield from read_texts(group).to_pylist()


class SplitWriter:
    """Writes the stories of one split, a few megabytes a row group; use in `with`.

    No file appears for a split without stories.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self._path = folder / f"{split}-00000-of-00001.parquet"
        self._rows: list[dict[str, Any]] = []
        self._characters = 0  # of those rows
        self._writer: pq.ParquetWriter | None = None

    def add(self, text: str, **columns: float) -> None:
        """Add one story; every story has the same further columns."""
        self._rows.append({TEXT: text, **columns})
        self._characters += len(text)
        if len(self._rows) == _ROWS or self._characters >= _CHARACTERS:
            self._write()

    def __enter__(self) -> SplitWriter:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._rows:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        table = pa.Table.from_pylist(self._rows)
        self._rows, self._characters = [], 0
        if self._writer is None:
            # Without dictionaries, in which repeated stories would count once in `RowGroup.bytes`.
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="zstd", use_dictionary=False
            )
        self._writer.write_table(table, row_group_size=_ROWS)


# Stories in a row group of what we write, one or two megabytes; fewer of long texts.
_ROWS, _CHARACTERS = 2000, 8 << 20


def row_groups_of(path: Path) -> list[RowGroup]:
    """Return the row groups of one file; `LmcoreError` as for `row_groups`."""
    try:
        with pq.ParquetFile(path) as file:
            schema, metadata = file.schema_arrow, file.metadata
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None
    position = schema.get_field_index(TEXT)
    column_type = schema.field(position).type if position >= 0 else None
    if column_type not in (pa.string(), pa.large_string()):
        columns = ", ".join(f"{field.name} ({field.type})" for field in schema) or "no columns"
        raise LmcoreError(f"{path}: needs a string column `{TEXT}`; found {columns}.")
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    return [
        RowGroup(path, index, group.num_rows, group.total_byte_size)
        for index, group in enumerate(groups)
    ]


def _damaged(path: Path, error: Exception) -> LmcoreError:
    reason = " ".join(str(error).split()).rstrip(".")
    return LmcoreError(f"{path} is not a readable parquet file ({reason}); {_REMEDY}.")
