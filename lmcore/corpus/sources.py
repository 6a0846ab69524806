"""`data.source`: where stories come from; all end as the same parquet files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.errors import LmcoreError, listing
from lmcore.common.params import DataParams
from lmcore.common.progress import progress
from lmcore.corpus import builtin, files, hub
from lmcore.dataset.stories import (
    MANIFEST,
    SPLITS,
    SplitWriter,
    read_texts,
    row_groups,
    split_files,
)

_MAX_ROWS_SHOWN = 40
_BYTES_PER_TOKEN = 4  # of English text, roughly


def prepare(
    params: DataParams, raw: Path, downloads: Path, window: int = 1, batch: int = 1
) -> list[str]:
    """Fill the folder `raw` with both splits and manifest.json; return lines that describe them.

    `downloads` keeps what has been fetched so far when a download breaks off. `window` and `batch`
    are the tokens that the model sees at once and in a training step. Raises `LmcoreError` where
    a split cannot fill one window, and returns a warning where it may be shorter than a batch.
    """
    with atomic_directory(raw) as partial:
        licence, lines = SOURCES[params.source](params, partial, downloads)
        splits, digests = {}, {}
        for split in SPLITS:
            splits[split], digests[split] = _facts(partial, split)
            lines += _check_size(split, splits[split], window, batch)
        overlap = int(np.isin(digests["validation"], digests["train"]).sum())
        share = overlap / splits["validation"]["stories"]
        lines.append(
            f"Stories: {splits['train']['stories']:,} for training and "
            f"{splits['validation']['stories']:,} for validation; {overlap:,} ({share:.2%}) of the "
            "latter are word for word among the former."
        )
        manifest = {
            "source": params.source,
            "license": licence,
            "splits": splits,
            "validation_stories_in_train": {"stories": overlap, "share": share},
        }
        write_json(partial / MANIFEST, manifest, checksum=True)
    return lines


def _builtin(params: DataParams, folder: Path, downloads: Path) -> tuple[str, list[str]]:
    counts = {"train": params.train_stories, "validation": params.validation_stories}
    for split, count in counts.items():
        with (
            SplitWriter(folder, split) as writer,
            progress(count, f"generate {split}", "story") as bar,
        ):
            for story in builtin.stories(params.seed, split, count):
                writer.add(story.text, log2_probability=story.log2_probability)
                bar.update()
    return "MIT", []


def _hub(params: DataParams, folder: Path, downloads: Path) -> tuple[str, list[str]]:
    data_set = hub.DATA_SETS[params.source]
    hub.write_stories(data_set, folder, downloads)
    return data_set.licence, []


def _files(params: DataParams, folder: Path, downloads: Path) -> tuple[str, list[str]]:
    read, rule = files.write_stories(params, folder)
    rows = [file.row() for file in read]
    write_json(folder / "sources.json", {"split": rule, "files": rows})
    return "that of the files", [*_table(rows), rule]


SOURCES: dict[str, Callable[[DataParams, Path, Path], tuple[str, list[str]]]] = {
    "builtin": _builtin,
    "tinystories": _hub,
    "simplestories": _hub,
    "files": _files,
}


def _table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the rows as lines with columns: file, what it became, how many stories."""
    cells = [("file", "became", "stories")]
    for row in rows[:_MAX_ROWS_SHOWN]:
        counts = [f"{row[key]:,}" for key in ("train_stories", "validation_stories") if key in row]
        cut = f" (long documents cut: {row['documents_cut']:,})" if "documents_cut" in row else ""
        cells.append((row["file"], row["became"], " and ".join(counts) + cut))
    widths = [max(len(row[column]) for row in cells) for column in (0, 1)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in cells]
    if len(rows) > _MAX_ROWS_SHOWN:
        lines.append(f"... and {len(rows) - _MAX_ROWS_SHOWN:,} more: see sources.json.")
    return lines


def _facts(raw: Path, split: str) -> tuple[dict[str, Any], np.ndarray]:
    """Return stories, bytes and file hashes of a split, and 64 bits of each story's SHA-256."""
    stories = size = 0
    digests = []
    for group in row_groups(raw, split):
        texts = read_texts(group)
        stories += len(texts)
        size += pc.sum(pc.binary_length(texts)).as_py() or 0
        parts = (
            hashlib.sha256(text).digest()[:8] for text in texts.cast(pa.large_binary()).to_pylist()
        )
        digests.append(np.frombuffer(b"".join(parts), np.uint64))
    hashes = {path.name: sha256_of(path) for path in split_files(raw, split)}
    facts = {"stories": stories, "bytes": size, "files": hashes}
    return facts, np.concatenate([np.empty(0, np.uint64), *digests])


def _check_size(split: str, facts: dict[str, Any], window: int, batch: int) -> list[str]:
    """Return a warning where a split is short; `LmcoreError` where it cannot be long enough."""
    max_tokens = facts["bytes"] + facts["stories"]  # a token is a byte at least, or ends a story
    if max_tokens <= window:
        raise LmcoreError(
            f"The {split} split has {facts['bytes']:,} bytes, so at most {max_tokens:,} tokens; "
            f"model.context_length is {window} and needs more. Add text, or make it smaller."
        )
    likely = facts["bytes"] // _BYTES_PER_TOKEN
    needs = [
        f"{tokens:,} tokens of {name}"
        for name, tokens in (("model.context_length", window), ("a batch", batch))
        if likely < tokens
    ]
    if not needs:
        return []
    return [
        f"Warning: the {split} split has {facts['bytes']:,} bytes, about {likely:,} tokens: "
        f"fewer than the {listing(needs, 'and the')}."
    ]
