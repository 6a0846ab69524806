"""The `files` source: formats, splits, and one sentence for each mistake."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.params import DataParams
from lmcore.corpus.sources import prepare
from lmcore.dataset.stories import iter_texts


def parameters(folder: Path, fraction: float = 0.3, source: str = "files") -> DataParams:
    return DataParams(
        source=source,
        seed=1,
        train_stories=30,
        validation_stories=5,
        folder=str(folder),
        validation_fraction=fraction,
    )


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "README.md").write_text("not a story")
    return folder


def run(folder: Path, **options: float) -> dict[str, list[str]]:
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
    manifest = json.loads(first)
    assert manifest["source"] == "files"
    assert manifest["splits"]["validation"]["stories"] == 1
    assert manifest["splits"]["validation"]["bytes"] == 4


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
    "holds no .parquet, .txt or .jsonl": lambda folder: None,
    "gave no validation story": lambda folder: (
        (folder / "a.txt").write_text("a"),
        (folder / "valid.txt").write_text("\n"),
    ),
    "gave no train story": lambda folder: (folder / "valid.txt").write_text("v"),
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
