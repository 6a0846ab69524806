"""Documents read from .txt, .jsonl, .json and .parquet files in bounded memory.

<|endoftext|> separates documents wherever it stands. A document is read in parts: a long one is
cut near every `MAX_PART` characters, at a blank line, else at the end of a line, else at a blank.
So one line of gigabytes costs no more memory than many short ones, in every stage.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError, listing
from lmcore.common.memory import main_memory

MAX_PART = 1_000_000  # characters
_BLOCK = 1 << 20  # bytes read at once
_MAX_JSON = 64 << 20  # characters of one JSON value, which is parsed whole
_MAX_ROWS, _BATCH_BYTES = 2000, 4 << 20  # of a parquet file, read at once
_MAX_PAGE = 2**31  # bytes, in the format of parquet
_CUT_WINDOW = 10_000  # characters before the limit in which a better place to cut is looked for


class Part(NamedTuple):
    """A piece of a document, or all of it."""

    text: str
    ends_document: bool


def documents_of(chunks: Iterable[str]) -> Iterator[Part]:
    """Yield the documents of a text that arrives in chunks, in parts of at most `MAX_PART`."""
    waiting = ""
    for chunk in chunks:
        *documents, waiting = (waiting + chunk).split(END_OF_TEXT)
        for document in documents:
            yield from _in_parts(document)
        # A separator may be cut by the end of the chunk, so what is near the end waits.
        while len(waiting) >= 2 * MAX_PART:
            end = cut_before(waiting, MAX_PART)
            yield Part(waiting[:end], False)
            waiting = waiting[end:]
    yield from _in_parts(waiting)


def _in_parts(document: str) -> Iterator[Part]:
    while len(document) > MAX_PART:
        end = cut_before(document, MAX_PART)
        yield Part(document[:end], False)
        document = document[end:]
    yield Part(document, True)


def cut_before(text: str, limit: int) -> int:
    """Return where to cut `text`, at `limit` or shortly before it: between paragraphs if it can."""
    first = limit - min(_CUT_WINDOW, limit // 20)
    for mark in ("\n\n", "\n", " "):
        if (position := text.rfind(mark, first, limit)) >= 0:
            return position + len(mark)
    return limit


def read_txt(path: Path, compression: str | None, column: str) -> Iterator[Part]:
    """Yield the documents of a text file."""
    return documents_of(_decoded(path, _blocks(path, compression)))


def read_jsonl(path: Path, compression: str | None, column: str) -> Iterator[Part]:
    """Yield the documents of JSON lines: each a string, or an object with the field `column`."""
    return _documents_of_lines(path, _decoded(path, _blocks(path, compression)), column)


def read_json_file(path: Path, compression: str | None, column: str) -> Iterator[Part]:
    """Yield the documents of a JSON list of what `read_jsonl` reads, or of JSON lines."""
    chunks = _decoded(path, _blocks(path, compression))
    first = next(chunks, "")
    if first.lstrip()[:1] == "[":
        return _documents_of_list(path, chain([first.lstrip()], chunks), column)
    return _documents_of_lines(path, chain([first], chunks), column)


def _documents_of_lines(path: Path, chunks: Iterable[str], column: str) -> Iterator[Part]:
    number, waiting = 0, ""
    for chunk in chain(chunks, "\n"):
        *lines, waiting = (waiting + chunk).split("\n")
        for line in lines:
            number += 1
            if line.strip():
                location = f"{path}, line {number}"
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError):
                    value = None
                yield from documents_of([_text_of(value, column, location)])
        if len(waiting) > _MAX_JSON:
            raise LmcoreError(
                f"{path}, line {number + 1} is longer than {_MAX_JSON:,} characters, "
                "which must be parsed at once; divide it into several, or use a .txt file."
            )


def _documents_of_list(path: Path, chunks: Iterator[str], column: str) -> Iterator[Part]:
    decoder, item_start = json.JSONDecoder(), re.compile(r"[^\s,]|\Z")
    text, start, number = next(chunks), 1, 0  # after the opening bracket
    while True:
        if (match := item_start.search(text, start)) is not None:
            start = match.start()
        if text.startswith("]", start):
            return
        try:
            value, start = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            # The item may go on beyond the text that is here: read as much again.
            text, start = text[start:], 0
            more = "".join(islice(chunks, 1 + len(text) // _BLOCK))
            if not more or len(text) > _MAX_JSON:
                raise LmcoreError(
                    f"{path}, item {number + 1}: it is not valid JSON, or the list does not end."
                ) from None
            text += more
            continue
        number += 1
        yield from documents_of([_text_of(value, column, f"{path}, item {number}")])


def _text_of(value: Any, column: str, location: str) -> str:
    text = value.get(column) if isinstance(value, dict) else value
    if not isinstance(text, str):
        has_fields = isinstance(value, dict) and value
        fields = f"; its fields are {listing(value, 'and')[:200]}" if has_fields else ""
        raise LmcoreError(
            f'{location}: expected an object with a string "{column}" (data.text_column){fields}.'
        )
    # JSON can spell half a UTF-16 pair, which no UTF-8 file can hold.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _blocks(path: Path, compression: str | None) -> Iterator[bytes]:
    """Yield the bytes of a file, decompressed."""
    if compression is None:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
        return
    try:
        with pa.input_stream(str(path), compression=compression) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except (pa.ArrowException, OSError) as error:
        raise LmcoreError(f"{path} cannot be decompressed: {_sentence(error)}") from None


def _decoded(path: Path, blocks: Iterable[bytes]) -> Iterator[str]:
    """Yield a file's text without a byte order mark; `LmcoreError` names the line of a mistake."""
    codec, decoder, line, column = "UTF-8", None, 1, 0
    for block in chain(blocks, [b""]):
        if decoder is None:
            if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                codec = "UTF-16"
            decoder = codecs.getincrementaldecoder(codec)()
            if codec == "UTF-8" and block.count(0) * 4 > len(block):  # every other byte of English
                raise LmcoreError(
                    f"{path} has a NUL in every few bytes, as UTF-16 without a byte order mark "
                    "has; save it as UTF-8."
                )
            block = block.removeprefix(codecs.BOM_UTF8)
        data = decoder.getstate()[0] + block  # a character may lie across two blocks
        try:
            text = decoder.decode(block, final=not block)
            is_valid, prefix = True, data[: len(data) - len(decoder.getstate()[0])]
        except UnicodeDecodeError as error:
            is_valid, prefix = False, data[: error.start]
        line += prefix.count(b"\n")
        column = len(prefix) - prefix.rfind(b"\n") - 1 if b"\n" in prefix else column + len(prefix)
        if not is_valid:
            raise LmcoreError(f"{path}, line {line}: byte {column + 1} is not valid {codec}.")
        yield text


def read_parquet(path: Path, compression: str | None, column: str) -> Iterator[Part]:
    """Yield the documents of a column of strings; nulls are left out.

    Pages are read one after another, and few rows of long text at once: a small file of
    repetitive text does not fill the memory.
    """
    try:
        with pq.ParquetFile(path) as file:
            _check_column(path, file.schema_arrow, column)
        with pq.ParquetFile(path, buffer_size=_BLOCK, pre_buffer=False) as file:
            for index in range(file.num_row_groups):
                rows = _rows_at_once(path, file.metadata.row_group(index), index, column)
                for batch in file.iter_batches(rows, [index], [column], use_threads=False):
                    texts = batch.column(0)
                    if pa.types.is_dictionary(texts.type):  # as pandas writes categories
                        texts = texts.dictionary_decode()
                    for text in texts.to_pylist():
                        if text is not None:
                            yield from documents_of([text])
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise LmcoreError(f"{path} is not a readable parquet file: {_sentence(error)}") from None


def _rows_at_once(path: Path, group: pq.RowGroupMetaData, index: int, column: str) -> int:
    """Return how many rows of a row group to read at once; `LmcoreError` where a page is too large.

    A page is decompressed as a whole. What it repeats stands once in a dictionary, whose longest
    text bounds a row, because the size that the file states does not count repetitions.
    """
    chunks = (group.column(position) for position in range(group.num_columns))
    chunk = next(chunk for chunk in chunks if chunk.path_in_schema == column)
    needed = 2 * min(chunk.total_uncompressed_size, _MAX_PAGE)
    if needed > (memory := main_memory()):
        raise LmcoreError(
            f"{path}: row group {index + 1} may need {needed / 2**30:.1f} GiB of memory; this "
            f"machine has {memory / 2**30:.1f} GiB. Write the file with smaller row groups."
        )
    longest = chunk.total_uncompressed_size // max(1, group.num_rows)  # on average
    if chunk.has_dictionary_page:
        with pq.ParquetFile(path, read_dictionary=[column], pre_buffer=False) as file:
            # The first batch holds the whole dictionary of the row group.
            batch = next(file.iter_batches(1, [index], [column], use_threads=False), None)
        if batch is not None and pa.types.is_dictionary(batch.column(0).type):
            lengths = pc.binary_length(batch.column(0).dictionary)
            longest = max(longest, pc.max(lengths).as_py() or 0)
    return max(1, min(_MAX_ROWS, _BATCH_BYTES // max(1, longest)))


def _check_column(path: Path, schema: pa.Schema, column: str) -> None:
    kind = schema.field(column).type if schema.names.count(column) == 1 else None
    inner = kind.value_type if kind is not None and pa.types.is_dictionary(kind) else kind
    if inner not in (pa.string(), pa.large_string(), pa.string_view(), pa.null()):
        columns = ", ".join(f"{field.name} ({field.type})" for field in schema) or "no columns"
        raise LmcoreError(
            f"{path}: needs a string column `{column}` (data.text_column); found {columns[:300]}."
        )


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") + "."


# How each format is read: a path, its compression and the field's or column's name.
READERS: dict[str, Callable[[Path, str | None, str], Iterator[Part]]] = {
    ".parquet": read_parquet,
    ".txt": read_txt,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json_file,
}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
