"""JSON of ours is read by one reader: what is damaged or of another shape is one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lmcore.common.atomic_files import write_json
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import check_shape, read_json

SHAPE = {"tokens": int, "share": float, "shards": [{"file": str}], "files": {str: str}}
GOOD = {"tokens": 3, "share": 1, "shards": [{"file": "a", "more": None}], "files": {"a": "b"}}


def test_what_has_the_shape_is_returned() -> None:
    check_shape(GOOD, SHAPE)
    check_shape([None, 1, "a"], object)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tokens": True}, "tokens is true; it must be an integer"),
        ({"tokens": 2.5}, "tokens is 2.5; it must be an integer"),
        ({"share": "x"}, 'share is "x"; it must be a number'),
        ({"shards": None}, "shards is null; it must be a list"),
        ({"shards": [{"file": "a"}, {}]}, r"shards\[1\]\.file is missing"),
        ({"files": {"a": 1}}, r"files\.a is 1; it must be a string"),
        ({"files": []}, r"files is \[\]; it must be an object"),
    ],
)
def test_another_shape_is_named(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        check_shape(GOOD | change, SHAPE)


@pytest.mark.parametrize(
    "content",
    [b"null", b"[]", b"{}", b"", b"{", b"\xff", b"[" * 100_000, b'{"tokens": NaN}', b"9" * 5000],
)
def test_damage_is_one_sentence_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(LmcoreError) as error:
        read_json(path, {"tokens": int}, "mend it")
    assert error.value.message.startswith(f"{path} is damaged (")
    assert error.value.message.endswith("; mend it.")
    assert "\n" not in error.value.message


def test_an_object_is_compared_with_the_checksum_that_it_states(tmp_path: Path) -> None:
    path, value = tmp_path / "a.json", {"loss": 2.25, "ä": [{"b": None}], "a": 1}
    write_json(path, value, checksum=True)
    assert read_json(path, {"loss": float}) == value
    path.write_text(path.read_text().replace("2.25", "2.35"))
    with pytest.raises(LmcoreError, match=r"is not the one whose SHA-256 it states.*; mend"):
        read_json(path, {"loss": float}, "mend it")


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(LmcoreError, match=r"a\.json does not exist; `dvc repro` makes it\.$"):
        read_json(tmp_path / "a.json")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(LmcoreError, match="is not a file"):
            read_json(path)
