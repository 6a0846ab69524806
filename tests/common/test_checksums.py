"""Files of an artifact are compared with the checksums written beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.checksums import CHECKSUMS, verify_checksums, verify_file, write_checksums
from lmcore.common.errors import LmcoreError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.txt").write_bytes(b"some text")
    (tmp_path / "inner" / "b.txt").write_bytes(b"")
    write_checksums(tmp_path)
    return tmp_path


def test_what_was_written_is_accepted(folder: Path) -> None:
    verify_checksums(folder, "mend it")
    before = (folder / CHECKSUMS).read_bytes()
    write_checksums(folder)  # checksums.json does not name itself
    assert (folder / CHECKSUMS).read_bytes() == before
    verify_file(folder, "a.txt", sha256_of(folder / "a.txt"), folder / CHECKSUMS, "mend it")


def flip_a_bit(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"sole text")


HARMS = {
    "a.txt is damaged": flip_a_bit,
    "b.txt is missing": lambda folder: (folder / "inner" / "b.txt").unlink(),
    "checksums.json does not exist": lambda folder: (folder / CHECKSUMS).unlink(),
    "which is not in": lambda folder: write_json(folder / CHECKSUMS, {"../a.txt": "0"}),
    "must be a string": lambda folder: write_json(folder / CHECKSUMS, {"a.txt": None}),
}


@pytest.mark.parametrize("sentence", HARMS)
def test_damage_is_one_sentence_with_the_remedy(folder: Path, sentence: str) -> None:
    HARMS[sentence](folder)
    with pytest.raises(LmcoreError, match=rf"{sentence}.*; mend it\.$"):
        verify_checksums(folder, "mend it")
