"""Splits are recognised by whole words in names; names of two splits are refused."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.corpus.split_names import named_split


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("TinyStoriesV2-GPT4-valid", "validation"),
        ("validation/0000", "validation"),
        ("validation-00000-of-00001", "validation"),
        ("val", "validation"),
        ("VAL_2", "validation"),
        ("dev", "validation"),
        ("squad-dev-v1.1", "validation"),
        ("en/Eval/part1", "validation"),
        ("val0", "validation"),
        ("test", "test"),
        ("wiki.test.tokens", "test"),
        ("train-00000-of-00004", "train"),
        ("invalid", None),
        ("values", None),
        ("latest", None),
        ("evaluate", None),
        ("device", None),
        ("stories/one", None),
        ("prüfval", None),
    ],
)
def test_whole_words_of_files_and_folders(name: str, split: str | None) -> None:
    assert named_split(PurePath(name), name) == split


@pytest.mark.parametrize("name", ["validation/train-0", "dev/test", "train_val", "train-test/x"])
def test_two_splits_in_one_name_are_refused(name: str) -> None:
    with pytest.raises(LmcoreError, match=rf"^{name}\.txt is named by more than one split \(.*\)"):
        named_split(PurePath(name), f"{name}.txt")
