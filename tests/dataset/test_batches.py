"""Batches depend on (seed, step) alone and take every window once an epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.shards import write

from lmcore.common.errors import LmcoreError
from lmcore.dataset.batches import Batches, aligned_starts, batch_at_step
from lmcore.dataset.shards import TokenShards


@pytest.fixture
def shards(tmp_path: Path) -> TokenShards:
    return write(tmp_path, np.arange(1003, dtype=np.uint16) % 300, 128)


def test_targets_are_the_next_tokens(shards: TokenShards) -> None:
    inputs, targets = batch_at_step(shards, 16, 4, seed=1, step=5)
    assert inputs.shape == targets.shape == (4, 16)
    assert inputs.dtype == targets.dtype == np.int32
    assert ((inputs + 1) % 300 == targets).all()


def test_the_order_of_asking_does_not_matter(shards: TokenShards) -> None:
    one = Batches(shards, 16, 4, seed=1)
    forwards = [one.micro_batch(step)[0].tolist() for step in range(40)]
    other = Batches(shards, 16, 4, seed=1)
    backwards = [other.micro_batch(step)[0].tolist() for step in reversed(range(40))]
    assert forwards == backwards[::-1]
    assert forwards[17] == batch_at_step(shards, 16, 4, seed=1, step=17)[0].tolist()


def test_seeds_and_epochs_differ(shards: TokenShards) -> None:
    first = batch_at_step(shards, 16, 61, seed=1, step=0)[0].tolist()
    assert first != batch_at_step(shards, 16, 61, seed=2, step=0)[0].tolist()
    assert first != batch_at_step(shards, 16, 61, seed=1, step=1)[0].tolist()


def test_an_epoch_takes_every_window_once(tmp_path: Path) -> None:
    length = 10
    tokens = np.arange(length * 21 + 4, dtype=np.uint16)
    batches = Batches(write(tmp_path, tokens, 64), length, 5, seed=3)
    starts = np.concatenate([batches.micro_batch(step)[0][:, 0] for step in range(4)])
    assert len(set(starts.tolist())) == 20  # 20 windows: one epoch
    assert set(np.diff(np.sort(starts)).tolist()) == {length}


@pytest.mark.parametrize("size", [11, 12, 20, 21, 22, 40])
def test_short_data_stays_within_bounds(tmp_path: Path, size: int) -> None:
    tokens = np.arange(size, dtype=np.uint16)
    batches = Batches(write(tmp_path, tokens, 8), 10, 3, seed=0)
    for step in range(60):
        inputs, targets = batches.micro_batch(step)
        assert (inputs + 1 == targets).all() and targets.max() < size


def test_data_shorter_than_a_window_is_refused(tmp_path: Path) -> None:
    shards = write(tmp_path, np.arange(10, dtype=np.uint16), 8)
    with pytest.raises(LmcoreError, match=r"context_length is 10; .* tokens in .*, which is 10\.$"):
        Batches(shards, 10, 1, seed=0)


def test_aligned_windows_begin_with_the_end_of_text_before_each_document(tmp_path: Path) -> None:
    """Documents of 3, 25, 1 and 40 tokens with an end each, in windows of 10."""
    end = 299
    documents = [np.append(np.arange(size) + 1, end) for size in (3, 25, 1, 40)]
    shards = write(tmp_path, np.concatenate(documents).astype(np.uint16), 16)
    # Ends at 3, 29, 31 and 72: 1 window of the first, then 3, 1, and 4 that have 11 tokens.
    expected = [0, 3, 13, 23, 29, 31, 41, 51, 61]
    assert aligned_starts(shards, 10, end).tolist() == expected
    batches = Batches(shards, 10, 3, seed=0, align_documents=True)
    epochs = [
        np.concatenate([batches.micro_batch(step)[0] for step in range(3 * epoch, 3 * epoch + 3)])
        for epoch in range(2)
    ]
    for windows in epochs:
        found = sorted(windows.tolist())
        assert found == sorted(np.asarray(shards[s : s + 10]).tolist() for s in expected)
    assert epochs[0].tolist() != epochs[1].tolist()


@pytest.mark.parametrize("align", [False, True])
def test_any_integer_array_gives_the_batches_of_its_shards(tmp_path: Path, align: bool) -> None:
    tokens = (np.arange(403) * 7 % 300).astype(np.uint16)
    expected = Batches(write(tmp_path, tokens, 128), 16, 4, 1, align).micro_batch(3)
    for array in (tokens, tokens.astype(np.int64), tokens.tolist(), mx.array(tokens)):
        found = Batches(array, 16, 4, 1, align, end_of_text=299).micro_batch(3)
        assert all((one == other).all() for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (
            np.arange(40.0),
            r"are float64 of shape \(40,\); they must be integers of shape \(N,\)\.$",
        ),
        (np.arange(40).reshape(4, 10), r"are int64 of shape \(4, 10\); they must be"),
        ([-1, *range(40)], r"are -1 to 39; ids are 0 or more, and below 2\^31\.$"),
        ([1, 2, 3], r"is 10; it must be smaller .* tokens in the array, which is 3\.$"),
    ],
)
def test_what_is_no_array_of_ids_is_refused(tokens: Any, message: str) -> None:
    with pytest.raises(LmcoreError, match=message):
        Batches(tokens, 10, 2, seed=0)


def test_aligned_windows_of_an_array_need_the_end_of_text() -> None:
    with pytest.raises(LmcoreError, match=r"^end_of_text is missing: .*\.$"):
        Batches(range(40), 10, 2, seed=0, align_documents=True)


def test_aligned_windows_of_short_data_stay_within_bounds(tmp_path: Path) -> None:
    shards = write(tmp_path, np.arange(12, dtype=np.uint16), 8)
    inputs, targets = Batches(shards, 10, 2, seed=0, align_documents=True).micro_batch(7)
    assert (inputs[:, 0] == 0).all() and (inputs + 1 == targets).all()
