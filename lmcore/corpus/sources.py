"""`data.source`: where stories come from; all end as the same parquet files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.params import DataParams
from lmcore.common.progress import progress
from lmcore.corpus import builtin, files, tinystories
from lmcore.dataset.stories import SPLITS, SplitWriter, read_texts, row_groups, split_files


def prepare(params: DataParams, raw: Path, downloads: Path) -> None:
    """Fills the folder `raw` with both splits and manifest.json, whole or not at all.

    `downloads` keeps what has been fetched so far when a download breaks off.
    """
    with atomic_directory(raw) as partial:
        licence = SOURCES[params.source](params, partial, downloads)
        for split in SPLITS:
            if not list(partial.glob(f"{split}-*.parquet")):
                raise LmcoreError(
                    f"data.folder {params.folder!r} gave no {split} story: add stories or change "
                    f"data.validation_fraction, which is {params.validation_fraction}."
                )
        facts = {"source": params.source, "license": licence}
        write_json(partial / "manifest.json", facts | {"splits": _splits(partial)})


def _builtin(params: DataParams, folder: Path, downloads: Path) -> str:
    counts = {"train": params.train_stories, "validation": params.validation_stories}
    for split, count in counts.items():
        with (
            SplitWriter(folder, split) as writer,
            progress(count, f"tell {split}", "story") as bar,
        ):
            for story in builtin.stories(params.seed, split, count):
                writer.add(story.text, log2_probability=story.log2_probability)
                bar.update()
    return "MIT"


def _tinystories(params: DataParams, folder: Path, downloads: Path) -> str:
    tinystories.download(folder, downloads)
    return "CDLA-Sharing-1.0"


def _files(params: DataParams, folder: Path, downloads: Path) -> str:
    with SplitWriter(folder, "train") as train, SplitWriter(folder, "validation") as validation:
        for held_out, story in files.stories(params):
            (validation if held_out else train).add(story)
    return "that of the files"


SOURCES: dict[str, Callable[[DataParams, Path, Path], str]] = {
    "builtin": _builtin,
    "tinystories": _tinystories,
    "files": _files,
}


def _splits(raw: Path) -> dict[str, Any]:
    """Stories, bytes and file hashes of each split."""
    return {split: _facts(raw, split) for split in SPLITS}


def _facts(raw: Path, split: str) -> dict[str, Any]:
    groups = row_groups(raw, split)
    sizes = (pc.sum(pc.binary_length(read_texts(group))).as_py() or 0 for group in groups)
    return {
        "stories": sum(group.rows for group in groups),
        "bytes": sum(sizes),
        "files": {path.name: sha256_of(path) for path in split_files(raw, split)},
    }
