"""The `files` source: formats, splits, and one sentence for each mistake."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.params import DataParams
from lmcore.corpus import file_readers
from lmcore.corpus.sources import prepare
from lmcore.dataset.stories import iter_texts


def parameters(
    folder: Path, fraction: float = 0.3, source: str = "files", column: str = "text"
) -> DataParams:
    return DataParams(
        source=source,
        seed=1,
        train_stories=30,
        validation_stories=5,
        folder=str(folder),
        text_column=column,
        validation_fraction=fraction,
    )


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "README.md").write_text("not a story")
    return folder


def run(folder: Path, **options: Any) -> dict[str, list[str]]:
    raw = folder.parent / "raw"
    prepare(parameters(folder, **options), raw, folder.parent / "downloads")
    return {split: list(iter_texts(raw, split)) for split in ("train", "validation")}


def write_all_kinds(folder: Path) -> None:
    pq.write_table(pa.table({"text": ["p one", "", "p two"], "n": [1, 2, 3]}), folder / "c.parquet")
    (folder / "b.txt").write_text("t one\nmore\n<|endoftext|>\n\n<|endoftext|>\nt two é\n")
    (folder / "a.jsonl").write_text('{"text": "j one", "x": 1}\n\n{"text": "j two"}\n')


def test_three_formats_in_sorted_order(given: Path) -> None:
    write_all_kinds(given)
    (given / "valid.txt").write_text("v one")
    found = run(given)
    assert found["train"] == ["j one", "j two", "t one\nmore", "t two é", "p one", "p two"]
    assert found["validation"] == ["v one"]


def test_halves_of_pairs_that_json_spells_are_replaced(given: Path) -> None:
    (given / "a.jsonl").write_text('{"text": "x \\ud800 y \\ud83d\\ude00"}\n')
    (given / "valid.txt").write_text("v")
    assert run(given)["train"] == ["x \ufffd y 😀"]


def test_hash_split_does_not_depend_on_order_or_neighbours(given: Path) -> None:
    texts = [f"story {number}" for number in range(400)]
    (given / "a.txt").write_text("\n<|endoftext|>\n".join(texts))
    first = run(given)
    assert 80 < len(first["validation"]) < 160
    assert sorted(first["train"] + first["validation"]) == sorted(texts)
    (given / "a.txt").write_text("\n<|endoftext|>\n".join(reversed(texts[:200])))
    assert set(run(given)["validation"]) == set(first["validation"]) & set(texts[:200])


def test_manifest_and_same_bytes_each_time(given: Path) -> None:
    write_all_kinds(given)
    (given / "valid.txt").write_text("v é")
    run(given)
    first = (given.parent / "raw" / "manifest.json").read_bytes()
    run(given)
    assert (given.parent / "raw" / "manifest.json").read_bytes() == first
    assert manifest(given)["source"] == "files"
    assert manifest(given)["splits"]["validation"]["stories"] == 1
    assert manifest(given)["splits"]["validation"]["bytes"] == 4


def test_builtin_writes_probabilities(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    prepare(parameters(tmp_path, source="builtin"), raw, tmp_path / "downloads")
    table = pq.read_table(raw / "train-00000-of-00001.parquet")
    assert table.schema.field("log2_probability").type == pa.float64()
    assert table.num_rows == 30
    assert json.loads((raw / "manifest.json").read_text())["splits"]["validation"]["stories"] == 5


def truncate(path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"] * 100}), path)
    path.write_bytes(path.read_bytes()[:-20])


MISTAKES = {
    "not a readable parquet": lambda folder: truncate(folder / "a.parquet"),
    "needs a string column": lambda folder: pq.write_table(
        pa.table({"text": [1, 2]}), folder / "a.parquet"
    ),
    "story \\(string\\)": lambda folder: pq.write_table(
        pa.table({"story": ["a"]}), folder / "a.parquet"
    ),
    "line 2: byte 3 is not valid UTF-8": lambda folder: (folder / "a.txt").write_bytes(
        b"fine\nab\xff"
    ),
    'line 2: expected an object with a string "text"': lambda folder: (
        folder / "a.jsonl"
    ).write_text('{"text": "a"}\n{"story": "b"}\n'),
    'line 1: expected an object with a string "text"': lambda folder: (
        folder / "a.jsonl"
    ).write_text("{nonsense\n"),
    "holds no file that is read .*; README.md is of a format that is not read": lambda folder: None,
    "train/valid.txt is named by more than one split": lambda folder: (
        (folder / "train").mkdir(),
        (folder / "train" / "valid.txt").write_text("v"),
    ),
    "gave no story: its files are empty": lambda folder: (folder / "a.txt").write_text(" \n"),
    "a\\\\x1b\\[2J\\\\n.jsonl, line 1": lambda folder: (folder / "a\x1b[2J\n.jsonl").write_text(
        "{}"
    ),
    "gave no validation story": lambda folder: (
        (folder / "a.txt").write_text("a"),
        (folder / "valid.txt").write_text("\n"),
    ),
    "gave no train story: add files beside valid.txt, which is held out": lambda folder: (
        folder / "valid.txt"
    ).write_text("v"),
}


@pytest.mark.parametrize("sentence", MISTAKES)
def test_mistakes_are_one_sentence_and_leave_nothing(given: Path, sentence: str) -> None:
    MISTAKES[sentence](given)
    with pytest.raises(LmcoreError, match=sentence) as error:
        run(given)
    assert "\n" not in error.value.message
    assert [path.name for path in given.parent.iterdir()] == ["input"]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(LmcoreError, match="no such folder"):
        run(tmp_path / "absent")


def sources(folder: Path) -> dict[str, Any]:
    return json.loads((folder.parent / "raw" / "sources.json").read_text())


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder.parent / "raw" / "manifest.json").read_text())


def test_usual_names_are_held_out_and_test_text_is_left_out(given: Path) -> None:
    for name in ("TinyStoriesV2-GPT4-valid.txt", "VAL.TXT", "stories.txt", "test.txt"):
        (given / name).write_text(name)
    (given / "dev.jsonl").write_text('{"text": "dev.jsonl"}')
    (given / "validation").mkdir()
    pq.write_table(pa.table({"text": ["hub"]}), given / "validation" / "0000.parquet")
    found = run(given)
    assert found["train"] == ["stories.txt"]
    assert sorted(found["validation"]) == [
        "TinyStoriesV2-GPT4-valid.txt", "VAL.TXT", "dev.jsonl", "hub",
    ]  # fmt: skip


def test_the_table_names_each_file_what_it_became_and_its_stories(given: Path) -> None:
    write_all_kinds(given)
    for folder in ("__MACOSX", ".ipynb_checkpoints", "more"):
        (given / folder).mkdir()
        (given / folder / "x.txt").write_text(f"in {folder}")
    (given / ".hidden.txt").write_text("hidden")
    (given / "valid.txt").write_text("v one<|endoftext|>t one\nmore")
    (given / "test.txt").write_text("for later")
    (given / "empty.txt").write_text("")
    (given / "lfs.txt").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    (given / "x.parquet.gz").write_bytes(b"")
    (given / "loop").symlink_to(given)
    (given / "gone.txt").symlink_to(given / "nowhere.txt")
    (given.parent / "elsewhere").mkdir()
    (given.parent / "elsewhere" / "y.json").write_text('["linked"]')
    (given / "linked").symlink_to(given.parent / "elsewhere")
    os.mkfifo(given / "pipe.txt")
    lines = prepare(parameters(given), given.parent / "raw", given.parent / "downloads")
    assert [re.sub("  +", " | ", line) for line in lines] == [
        "file | became | stories",
        ".hidden.txt | a hidden file",
        ".ipynb_checkpoints/ | a hidden folder",
        "README.md | of a format that is not read",
        "__MACOSX/ | what an archiver added",
        "a.jsonl | train | 2",
        "b.txt | train | 2",
        "c.parquet | train | 2",
        "empty.txt | nothing: no story",
        "gone.txt | a link to nothing",
        "lfs.txt | a pointer of git-lfs, not the file; `git lfs pull` fetches it",
        "linked/y.json | train | 1",
        "loop/ | a link to a folder that is read already",
        "more/x.txt | train | 1",
        "pipe.txt | not a file",
        "test.txt | left out: its name says test",
        "valid.txt | validation | 2",
        "x.parquet.gz | of a format that is not read",
        "The files named as validation text are held out.",
        "Stories: 8 for training and 2 for validation; 1 (50.00%) of the latter are word for word "
        "among the former.",
    ]
    assert sources(given)["files"][4] == {
        "file": "a.jsonl", "became": "train", "train_stories": 2,
    }  # fmt: skip
    assert len(sources(given)["files"]) == 17
    assert manifest(given)["validation_stories_in_train"] == {"stories": 1, "share": 0.5}


def test_one_document_is_split_at_its_end(given: Path) -> None:
    lines = [f"line {number} of the book, which goes on" for number in range(2000)]
    (given / "input.txt").write_text("\n".join(lines))
    found = run(given, fraction=0.1)
    assert [len(found[split]) for split in ("train", "validation")] == [1, 1]
    assert [*found["train"][0].split("\n"), *found["validation"][0].split("\n")] == lines
    assert 0.1 <= len(found["validation"][0]) / sum(map(len, lines)) < 0.11
    assert "1 document, whose end (10.00% of the characters)" in sources(given)["split"]


def test_a_few_documents_are_each_split_at_their_ends_across_parts(
    given: Path, monkeypatch
) -> None:
    monkeypatch.setattr(file_readers, "MAX_PART", 1000)
    texts = [" ".join(f"{word}{number}" for number in range(700)) for word in "abc"]
    for number, text in enumerate(texts):
        (given / f"{number}.txt").write_text(text)
    found = run(given, fraction=0.2)
    for word, text in zip("abc", texts, strict=True):
        parts = [part for part in found["train"] if part.startswith(word)]
        ends = [part for part in found["validation"] if part.startswith(word)]
        assert " ".join([*parts, *ends]) == text
        assert 0.2 <= sum(map(len, ends)) / len(text) < 0.25
    assert sources(given)["files"][0]["documents_cut"] == 1


def test_a_split_that_is_too_small_says_what_is_enough(given: Path) -> None:
    (given / "a.txt").write_text("<|endoftext|>".join(f"story {n}" for n in range(1000)))
    with pytest.raises(LmcoreError, match=r"validation_fraction is 1e-09; 0\.01 is enough\.$"):
        run(given, fraction=1e-9)
    assert run(given, fraction=0.01)["validation"]
    with pytest.raises(LmcoreError, match=r"no train story: .* is 0\.99999999; 0\.5 is enough\.$"):
        run(given, fraction=0.99999999)


def test_marks_of_joined_files_are_removed(given: Path) -> None:
    (given / "a.txt").write_bytes(b"\xef\xbb\xbfone<|endoftext|>\n\xef\xbb\xbftwo")
    (given / "val.txt").write_text("v")
    assert run(given)["train"] == ["one", "two"]


def test_a_corpus_that_is_too_short_says_so_at_once(given: Path) -> None:
    (given / "a.txt").write_text("a long enough story " * 100)
    (given / "val.txt").write_text("short")
    arguments = parameters(given), given.parent / "raw", given.parent / "downloads"
    refused = "The validation split has 5 bytes, so at most 6 tokens; model.context_length is 6"
    with pytest.raises(LmcoreError, match=f"^{refused}"):
        prepare(*arguments, 6, 12)
    lines = prepare(*arguments, 5, 501)
    assert [line for line in lines if line.startswith("Warning")] == [
        "Warning: the train split has 1,999 bytes, about 499 tokens: fewer than the 501 tokens of "
        "a batch.",
        "Warning: the validation split has 5 bytes, about 1 tokens: fewer than the 5 tokens of "
        "model.context_length and the 501 tokens of a batch.",
    ]


def test_git_sees_nothing_of_the_users_files(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "input").mkdir(parents=True)
    shutil.copy(repository / "data" / ".gitignore", tmp_path / "data")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in ("README.md", "mine.txt", "folder"):
        (tmp_path / "data" / "input" / name).write_text("mine")
    status = ["git", "status", "--short", "--untracked-files=all"]
    seen = subprocess.run(status, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert seen == "?? data/.gitignore\n?? data/input/README.md\n"
