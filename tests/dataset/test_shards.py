"""Shards read back as one array, and damage is named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.shards import FACTS, write
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.errors import LmcoreError
from lmcore.dataset.shards import INDEX, ShardWriter, TokenShards, check_tokenizer, read_index


@settings(deadline=None)
@given(
    tokens=st.lists(st.integers(0, 299), min_size=1, max_size=60),
    shard_tokens=st.integers(1, 20),
    pieces=st.integers(1, 7),
    span=st.tuples(st.integers(-70, 70), st.integers(-70, 70)),
)
@example(tokens=list(range(50)), shard_tokens=20, pieces=1, span=(25, 10))
def test_any_slice_of_any_division(tmp_path_factory, tokens, shard_tokens, pieces, span) -> None:
    array = np.array(tokens, np.uint16)
    shards = write(tmp_path_factory.mktemp("shards"), array, shard_tokens, pieces)
    assert len(shards) == len(array)
    assert shards[span[0] : span[1]].tolist() == array[span[0] : span[1]].tolist()


def test_what_would_be_misread_is_refused(tmp_path: Path) -> None:
    shards = write(tmp_path, np.arange(50, dtype=np.uint16), 20)
    for index in (5, slice(0, 9, 2)):
        with pytest.raises(TypeError, match="slices without a step"):
            shards[index]
    with pytest.raises(ValueError, match="int64"):
        ShardWriter(tmp_path, 20).append(np.array([70000]))


def test_the_pieces_do_not_change_the_files(tmp_path: Path) -> None:
    tokens = np.arange(100, dtype=np.uint16)
    write(tmp_path / "a", tokens, 30, 1)
    write(tmp_path / "b", tokens, 30, 9)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["index.json", *(f"shard-{n:05d}.npy" for n in range(4))]
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_numpy_reads_a_shard_by_itself(tmp_path: Path) -> None:
    write(tmp_path, np.arange(50, dtype=np.uint16), 20)
    shard = np.load(tmp_path / "shard-00001.npy", mmap_mode="r")
    assert shard.dtype == np.dtype("<u2") and shard.tolist() == list(range(20, 40))


def test_tokens_of_another_tokenizer_are_refused(tmp_path: Path) -> None:
    file, tokens = tmp_path / "tokenizer.json", tmp_path / "tokens"
    file.write_text("{}")
    writer = ShardWriter(tokens / "train", 20)
    writer.append(np.arange(50, dtype=np.uint16))
    writer.finish(**FACTS, tokenizer_sha256=sha256_of(file))
    check_tokenizer(tokens, file, "not said")
    file.write_text("{ }")
    refused = r"tokenizer.json is missing or is not .*tokens was encoded with; mend it\.$"
    for harm in (lambda: None, file.unlink):
        harm()
        with pytest.raises(LmcoreError, match=refused):
            check_tokenizer(tokens, file, "mend it")


def index_with(folder: Path, **changes: Any) -> None:
    write_json(folder / INDEX, read_index(folder) | changes)


def renamed(folder: Path, name: str) -> None:
    shards = read_index(folder)["shards"]
    index_with(folder, shards=[shards[0] | {"file": name}, *shards[1:]])


def replaced(folder: Path, array: np.ndarray) -> None:
    """Put another array into the last shard, and its checksum into the index."""
    shards = read_index(folder)["shards"]
    np.save(folder / shards[-1]["file"], array)
    shards[-1]["sha256"] = sha256_of(folder / shards[-1]["file"])
    index_with(folder, shards=shards)


def flip_a_bit(path: Path) -> None:
    """Change one bit, and neither size nor time of modification."""
    content, times = bytearray(path.read_bytes()), path.stat()
    content[-3] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


HARMS: dict[str, Callable[[Path], object]] = {
    "shard-00001.npy is damaged: its SHA-256": lambda f: flip_a_bit(f / "shard-00001.npy"),
    "shard-00002.npy is missing": lambda f: (f / "shard-00002.npy").unlink(),
    "index.json does not exist": lambda f: (f / INDEX).unlink(),
    "index.json is damaged .tokens is missing": lambda f: write_json(f / INDEX, {}),
    "index.json is damaged .its content is null": lambda f: write_json(f / INDEX, None),
    "sha256 is missing": lambda f: index_with(f, shards=[{"file": "a", "tokens": 1}]),
    "which is not in": lambda f: renamed(f, "../shard-00000.npy"),
    "holds the id 300; .* ids are below 300": lambda f: replaced(
        f, np.array([*range(9), 300], np.uint16)
    ),
    "holds int32": lambda f: replaced(f, np.arange(10, dtype=np.int32)),
    "is not a readable shard": lambda f: replaced(f, np.array([None] * 10)),
    "its shards hold 50 tokens": lambda f: index_with(f, tokens=51),
    "of unequal sizes": lambda f: index_with(f, shards=read_index(f)["shards"][::-1]),
}


@pytest.mark.parametrize("sentence", HARMS)
def test_damage_is_one_sentence_with_the_remedy(tmp_path: Path, sentence: str) -> None:
    write(tmp_path, np.arange(50, dtype=np.uint16), 20)
    HARMS[sentence](tmp_path)
    remedy = "`dvc repro --force --single-item encode` makes it anew"
    with pytest.raises(LmcoreError, match=rf"{sentence}.*; {remedy}\.$"):
        TokenShards(tmp_path)
