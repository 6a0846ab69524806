r"""Cutting text into words before any merging, as GPT-2 does.

BPE never merges across the words found here. The definition is one regular
expression (Radford et al., 2019), tried from left to right:

    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+

GPT-4's pattern, cl100k, is the other choice. `find_words` is the definition, run by
the `regex` package on the classes of `unicode_classes`. It is exact and slow.
`split_texts` gives the same words for a whole block of texts at once, from arrays
(lmcore/tokenizer/word_starts.py). Texts in a block end with a byte that UTF-8 never
uses, a word of its own: it becomes <|endoftext|>.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmcore.common.errors import LmcoreError, listing
from lmcore.tokenizer.unicode_classes import LETTER, NUMBER, OTHER, SPACE, class_table
from lmcore.tokenizer.word_starts import END, word_starts

# Written so that tiktoken, `regex` and Hugging Face's Oniguruma read the same:
# `{1,3}+` would be possessive in the first two, and a repetition in the third.
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}

Words: TypeAlias = pa.BinaryArray | pa.LargeBinaryArray

# Texts are counted and encoded about this many bytes at a time: smaller blocks
# repeat dictionary work, larger ones fall out of the processor's cache.
BLOCK_BYTES = 3 << 20
# Long texts are cut so that a few pieces are a block.
PIECE_CHARACTERS = BLOCK_BYTES // 4

_MAX_NARROW = 2**31 - 1  # bytes that int32 offsets reach


def check_pattern(name: str) -> None:
    """Raise `LmcoreError` where there is no pattern of that name."""
    if name not in PATTERNS:
        raise LmcoreError(f"tokenizer.pattern is {name!r}; it must be {listing(PATTERNS)}.")


def check_texts(texts: Iterable[str]) -> None:
    """Raise `LmcoreError` for a single string, whose letters would be the texts."""
    if isinstance(texts, str):
        raise LmcoreError(f"texts is the string {texts[:20]!r}; it must be a list of strings.")


def find_words(text: str, pattern: str = "gpt2") -> list[str]:
    """Return every match of the pattern, in order, by definition; they join to `text`."""
    stand_in_text = text if text.isascii() else text.translate(_STAND_INS)
    check_pattern(pattern)
    words = _compiled(PATTERNS[pattern]).findall(stand_in_text)
    if stand_in_text == text:
        return words
    ends = accumulate(map(len, words), initial=0)
    return [text[start:end] for start, end in pairwise(ends)]


def split_texts(texts: pa.Array, pattern: str = "gpt2") -> Words:
    """Return the words of all texts as bytes, `END` after each text.

    `texts` is a string array without nulls. Raises `pa.ArrowInvalid` where it
    is not valid UTF-8.
    """
    texts.validate(full=True)
    check_pattern(pattern)
    block = _joined(texts)
    starts = np.flatnonzero(word_starts(block, pattern))
    width: type[np.signedinteger]
    if block.size <= _MAX_NARROW:
        words, kind, width = pa.BinaryArray, pa.binary(), np.int32
    else:
        words, kind, width = pa.LargeBinaryArray, pa.large_binary(), np.int64
    offsets = np.append(starts, block.size).astype(width)
    return words.from_buffers(kind, len(starts), [None, pa.py_buffer(offsets), block])


def count_words(texts: pa.Array, pattern: str) -> dict[bytes, int]:
    """Return how often each word occurs in a string array."""
    counted = split_texts(texts, pattern).value_counts()
    words, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return dict(zip(words, counts, strict=True))


def blocks_of(texts: Iterable[str]) -> Iterator[pa.Array]:
    """Yield texts gathered into string arrays of about `BLOCK_BYTES`."""
    check_texts(texts)
    block: list[bytes] = []
    size = 0
    for text in texts:
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            encoded = replace_surrogates(text).encode()
        block.append(encoded)
        size += len(encoded)
        if size >= BLOCK_BYTES:
            yield _string_array(block)
            block, size = [], 0
    if block:
        yield _string_array(block)


def _string_array(texts: list[bytes]) -> pa.Array:
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return pa.LargeStringArray.from_buffers(
        len(texts), pa.py_buffer(offsets), pa.py_buffer(b"".join(texts))
    )


def pieces_of(text: str) -> Iterator[str]:
    """Yield a text in pieces whose words are the text's: of `PIECE_CHARACTERS` where they can be.

    A piece ends where a letter is followed by something else: there a word ends in both
    patterns, whatever comes before and after.
    """
    start, size = 0, PIECE_CHARACTERS
    while start + size < len(text):
        end = last_cut(text, start, start + size)
        if end is None:  # a megabyte of blanks, say
            size *= 2
            continue
        yield text[start:end]
        start, size = end, PIECE_CHARACTERS
    yield text[start:]


def last_cut(text: str, start: int, limit: int) -> int | None:
    """Return the last position in `start + 1 ... limit` before which a piece may end, if any.

    `limit` must be less than the text's length.
    """
    window = 1024
    while True:
        first = max(start, limit - window)
        codes = np.frombuffer(text[first : limit + 1].encode("utf-32-le", "surrogatepass"), "<u4")
        # Half a UTF-16 pair is no letter, but the pair may be one.
        letter = (class_table()[codes] == LETTER) | ((codes >= 0xD800) & (codes < 0xE000))
        cuts = np.flatnonzero((class_table()[codes[:-1]] == LETTER) & ~letter[1:])
        if len(cuts):
            return first + int(cuts[-1]) + 1
        if first == start:
            return None
        window *= 8


def replace_surrogates(text: str) -> str:
    """Return `text` with halves of UTF-16 pairs joined, and U+FFFD for those alone."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@cache
def _compiled(expression: str) -> Any:
    import regex  # only the slow path needs it

    return regex.compile(expression)


class _StandIns(dict[int, str]):
    """What `regex` is shown for a code point: the character, if it classes it as our table does.

    Where its Unicode version is another, it is shown a character of our class.
    """

    def __missing__(self, code: int) -> str:
        kind = int(class_table()[code])
        classed_alike = _compiled(_CLASSES[kind]).match(chr(code))
        self[code] = chr(code) if classed_alike else _EXAMPLES[kind]
        return self[code]


_CLASSES = {LETTER: r"\p{L}", NUMBER: r"\p{N}", SPACE: r"\s", OTHER: r"[^\s\p{L}\p{N}]"}
_EXAMPLES = {LETTER: "é", NUMBER: "½", SPACE: "\u3000", OTHER: "—"}
_STAND_INS = _StandIns()


def _joined(texts: pa.Array) -> pa.Buffer:
    """Return the texts' bytes in one buffer, `END` after each."""
    wide = pa.large_binary()  # with the ends, they may be more than int32 offsets reach
    ended = pc.binary_join_element_wise(
        texts.cast(wide), pa.scalar(END, wide), pa.scalar(b"", wide)
    )
    offsets = np.frombuffer(ended.buffers()[1], np.int64)
    first, last = offsets[ended.offset], offsets[ended.offset + len(ended)]
    return ended.buffers()[2].slice(first, last - first)
