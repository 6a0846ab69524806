"""Which split a file belongs to, by whole words in its name and in its folders' names.

`TinyStoriesV2-GPT4-valid.txt`, `validation/0000.parquet`, `val.txt` and `dev.jsonl` are
validation text; `invalid.txt` and `values.txt` are not.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from lmcore.common.errors import LmcoreError, listing

_WORDS = {
    "train": ("train", "training"),
    "validation": ("valid", "validation", "val", "dev", "eval", "evaluation", "heldout", "holdout"),
    "test": ("test", "tests", "testing"),
}
_SPLIT_OF_WORD = {word: split for split, words in _WORDS.items() for word in words}


def named_split(path: PurePath, shown: str) -> str | None:
    """Return "train", "validation" or "test" where the path names one, else None.

    The path is relative to data.folder, without its format's suffixes. Raises `LmcoreError`,
    which calls the file `shown`, where the path names more than one split.
    """
    words = re.findall(r"[^\W\d_]+", "/".join(path.parts).lower())
    splits = {word: _SPLIT_OF_WORD[word] for word in words if word in _SPLIT_OF_WORD}
    if len(set(splits.values())) > 1:
        raise LmcoreError(
            f"{shown} is named by more than one split ({listing(splits, 'and')}); "
            "rename the file or its folder, so that one is left."
        )
    return next(iter(splits.values()), None)
