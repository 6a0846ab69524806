"""Documents read from each format: separators, encodings, damage, and memory that is bounded."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError
from lmcore.corpus import file_readers
from lmcore.corpus.file_readers import COMPRESSIONS, READERS, cut_before, documents_of


def read(path: Path, column: str = "text") -> list[str]:
    """Return the documents of a file whole."""
    suffixes = path.suffixes
    compression = COMPRESSIONS.get(suffixes[-1])
    reader = READERS[suffixes[-2 if compression else -1]]
    return joined(reader(path, compression, column))


def joined(parts: Iterator[file_readers.Part]) -> list[str]:
    documents, open_document = [""], False
    for part in parts:
        documents[-1] += part.text
        if part.ends_document:
            documents.append("")
        open_document = not part.ends_document
    assert not open_document and documents.pop() == ""
    return documents


@settings(deadline=None)
@given(
    documents=st.lists(st.text("ab\n <|", max_size=30), min_size=1, max_size=5),
    chunk=st.integers(1, 40),
    longest=st.integers(1, 20),
)
def test_any_chunks_give_the_same_documents(documents, chunk, longest) -> None:
    text = END_OF_TEXT.join(documents)
    chunks = [text[at : at + chunk] for at in range(0, len(text), chunk)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_readers, "MAX_PART", max(longest, len(END_OF_TEXT)))
        parts = list(documents_of(chunks))
        assert parts == list(documents_of([text]))
        assert all(len(part.text) <= file_readers.MAX_PART for part in parts)
        assert joined(iter(parts)) == text.split(END_OF_TEXT)


def test_a_long_text_is_cut_at_the_best_place() -> None:
    text = "word " * 100
    assert cut_before(text, 203) == 200
    assert cut_before(text[:196] + "\n" + text[197:], 203) == 197
    assert cut_before(text[:194] + "\n\n" + text[196:], 203) == 196
    assert cut_before("x" * 300, 203) == 203
    assert cut_before("a b", 1) == 1


def test_separators_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one<|endoftext|>two\n<|endoftext|>\nthree <|endoftext|><|endoftext|>")
    assert read(path) == ["one", "two\n", "\nthree ", "", ""]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_removed(tmp_path: Path, codec: str) -> None:
    text = "é 日本 😀\n"
    (tmp_path / "a.txt").write_bytes(text.encode(codec))
    (tmp_path / "a.jsonl").write_bytes(json.dumps({"text": text}).encode(codec))
    (tmp_path / "a.json").write_bytes(json.dumps([{"text": text}]).encode(codec))
    assert read(tmp_path / "a.txt") == read(tmp_path / "a.jsonl") == [text]
    assert read(tmp_path / "a.json") == [text]


def test_characters_across_blocks_and_the_place_of_a_mistake(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(file_readers, "_BLOCK", 3)
    path = tmp_path / "a.txt"
    path.write_text("é日本😀\n" * 9)
    assert read(path) == ["é日本😀\n" * 9]
    path.write_bytes(("é日本😀\n" * 9).encode() + "é日".encode() + b"\xff")
    with pytest.raises(LmcoreError, match=r"a\.txt, line 10: byte 6 is not valid UTF-8\.$"):
        read(path)
    path.write_bytes("ab\né".encode()[:-1])
    with pytest.raises(LmcoreError, match="line 2: byte 1 is not valid UTF-8"):
        read(path)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_compressed_files(tmp_path: Path, suffix: str) -> None:
    text = "".join(f"story {number}\n<|endoftext|>" for number in range(300_000))
    path = tmp_path / f"a.txt{suffix}"
    with pa.output_stream(str(path), compression=COMPRESSIONS.get(suffix)) as stream:
        stream.write(text.encode())
    assert read(path) == text.split(END_OF_TEXT)
    if suffix:
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(LmcoreError, match="cannot be decompressed"):
            read(path)


def test_gzip_files_joined_to_one_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"one<|endoftext|>") + gzip.compress(b"two"))
    assert read(path) == ["one", "two"]


def test_json_lists_of_any_size(tmp_path: Path, monkeypatch) -> None:
    items = [{"text": f"{'x' * (n % 97)}[{n}], \\ é"} for n in range(500)] + ["a string"]
    expected = [item if isinstance(item, str) else item["text"] for item in items]
    path = tmp_path / "a.json"
    for indent in (None, 1):
        path.write_text("\n " + json.dumps(items, indent=indent))
        for block in (7, 1 << 20):
            monkeypatch.setattr(file_readers, "_BLOCK", block)
            assert read(path) == expected
    path.write_text("\n".join(map(json.dumps, items)))  # JSON lines under another name
    assert read(path) == expected
    path.write_text("[]")
    assert read(path) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('[{"text": "a"}, {"text": 1}]', 'item 2: expected an object with a string "text"'),
        ('[{"text": "a"}, {"text"', "item 2: it is not valid JSON, or the list does not end"),
        ('["a"', "item 2: it is not valid JSON, or the list does not end"),
        ("[" * 100_000, "item 1: it is not valid JSON"),
        ("null", 'line 1: expected an object with a string "text"'),
        ('{"story": "a", "n": 1}', "its fields are story and n"),
    ],
)
def test_mistakes_in_json_are_named(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(LmcoreError, match=sentence):
        read(path)


def test_another_field(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"story": "a"}')
    pq.write_table(pa.table({"story": ["a"], "text": [1]}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.jsonl", "story") == read(tmp_path / "a.parquet", "story") == ["a"]


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),  # polars
        pa.dictionary(pa.int32(), pa.string()),  # pandas' categories
        pa.dictionary(pa.int8(), pa.large_string()),
        pa.dictionary(pa.uint32(), pa.string()),
    ],
)
@pytest.mark.parametrize("use_dictionary", [True, False])
def test_the_types_of_pandas_and_polars(tmp_path: Path, kind, use_dictionary: bool) -> None:
    texts = pa.array(["a", None, "é", "a", ""]).cast(kind)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": texts}), path, use_dictionary=use_dictionary)
    assert read(path) == ["a", "é", "a", ""]


def test_a_column_of_nulls_has_no_document(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": pa.nulls(3)}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == []


def test_parquet_in_batches_is_the_whole_of_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(file_readers, "_BATCH_BYTES", 1000)
    draw = random.Random(0)
    texts = ["".join(draw.choices("abc", k=draw.randint(0, 400))) for _ in range(900)]
    pq.write_table(pa.table({"n": range(900), "text": texts}), tmp_path / "a.parquet", 300)
    assert read(tmp_path / "a.parquet") == texts


def test_utf16_without_a_byte_order_mark_is_not_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Once upon a time.".encode("utf-16-le"))
    with pytest.raises(LmcoreError, match="UTF-16 without a byte order mark has; save it as UTF-8"):
        read(tmp_path / "a.txt")


def test_a_page_that_cannot_fit_into_memory_is_refused(tmp_path: Path, monkeypatch) -> None:
    pq.write_table(pa.table({"text": ["Once upon a time. " * 1000] * 2}), tmp_path / "a.parquet")
    monkeypatch.setattr(file_readers, "main_memory", lambda: 10_000)
    with pytest.raises(LmcoreError, match=r"row group 1 may need 0\.0 GiB.*smaller row groups"):
        read(tmp_path / "a.parquet")


PEAK = """
import resource, sys
from pathlib import Path
from lmcore.corpus.file_readers import READERS
path, column = Path(sys.argv[1]), "text"
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
size = sum(len(part.text) for part in READERS[path.suffix](path, None, column))
print(size, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def repetitive_parquet(path: Path, use_dictionary: bool) -> int:
    """Write 1 GB of text as a small file with one row group; return its characters."""
    story = "Once upon a time. " * 3000
    code = pa.array([0] * 20_000, pa.int32())
    texts = pa.DictionaryArray.from_arrays(code, [story])
    if not use_dictionary:
        texts = texts.cast(pa.large_string())
    table = pa.table({"text": texts})
    pq.write_table(
        table, path, compression="zstd", use_dictionary=use_dictionary, row_group_size=1 << 30
    )
    assert path.stat().st_size < 4 << 20
    return 20_000 * len(story)


def long_texts_parquet(path: Path) -> int:
    """Write 300 different texts of a megabyte, which the writer's dictionary cannot hold.

    What was read of a row group must not stay in memory, as it would in a dictionary of all texts.
    """
    texts = [f"{number:>8}" + "Once upon a time. " * 55_000 for number in range(300)]
    table = pa.table({"n": [{"a": 1}] * 300, "text": texts})
    pq.write_table(table, path, compression="zstd", write_batch_size=2, row_group_size=1 << 30)
    return sum(map(len, texts))


@pytest.mark.parametrize("content", ["dictionary", "plain", "one line", "long texts"])
def test_a_small_file_that_expands_costs_bounded_memory(tmp_path: Path, content: str) -> None:
    path = tmp_path / ("a.txt" if content == "one line" else "a.parquet")
    if content == "one line":
        size = 300 << 20
        with path.open("wb") as file:
            for _ in range(300):
                file.write(b"x" * (1 << 20))
    elif content == "long texts":
        size = long_texts_parquet(path)
    else:
        size = repetitive_parquet(path, use_dictionary=content == "dictionary")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    characters, megabytes = map(int, done.stdout.split())
    assert characters == size
    assert megabytes < 150
