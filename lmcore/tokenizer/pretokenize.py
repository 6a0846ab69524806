r"""Cutting text into words before any merging, as GPT-2 does.

BPE never merges across the words found here. The definition is one regular
expression (Radford et al., 2019), tried from left to right:

    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+

`find_words` is that definition, run by the `regex` package on the classes of
`unicode_classes`. It is exact and slow. `split_texts` gives the same words for
a whole block of texts at once, from arrays: with a class for each byte (letter,
number, space, other), a word starts

1. where the class changes, unless the byte before is a blank, which the word
   takes with it;
2. at the last white space before something that is not (so that a blank there
   can go with the next word);
3. after a contraction, an apostrophe that starts a word with its letters.

Texts in a block end with a byte that UTF-8 never uses, a class and a word of
its own: it becomes <|endoftext|>. The cl100k pattern is run by `find_words` only.
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

# UTF-8 has no byte 0xFF, so it can end each text of a block.
END = b"\xff"
_END = 0xFF
_BLANK, _APOSTROPHE = 0x20, 0x27
_CLASS_OF_END = 1 + max(LETTER, NUMBER, SPACE, OTHER)
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
    shown = text if text.isascii() else text.translate(_STAND_INS)
    words = _compiled(pattern).findall(shown)
    if shown == text:
        return words
    ends = accumulate(map(len, words), initial=0)
    return [text[start:end] for start, end in pairwise(ends)]


def split_texts(texts: pa.Array, pattern: str = "gpt2") -> Words:
    """Return the words of all texts as bytes, `END` after each text.

    `texts` is a string array without nulls. Raises `pa.ArrowInvalid` where it
    is not valid UTF-8.
    """
    texts.validate(full=True)
    if pattern != "gpt2":
        words: list[bytes] = []
        for text in texts.to_pylist():
            words += [*(word.encode() for word in find_words(text, pattern)), END]
        return pa.array(words, pa.large_binary())
    return _split_block(_joined(texts))


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
def _compiled(pattern: str) -> Any:
    import regex  # only the slow path needs it

    check_pattern(pattern)
    return regex.compile(PATTERNS[pattern])


class _StandIns(dict[int, str]):
    """What `regex` is shown for a code point: the character, if it classes it as our table does.

    Where its Unicode version is another, it is shown a character of our class.
    """

    def __missing__(self, code: int) -> str:
        kind = int(class_table()[code])
        classed_alike = _compiled_class(kind).match(chr(code))
        self[code] = chr(code) if classed_alike else _EXAMPLES[kind]
        return self[code]


_EXAMPLES = {LETTER: "é", NUMBER: "½", SPACE: "\u3000", OTHER: "—"}
_STAND_INS = _StandIns()


@cache
def _compiled_class(kind: int) -> Any:
    import regex

    classes = {LETTER: r"\p{L}", NUMBER: r"\p{N}", SPACE: r"\s", OTHER: r"[^\s\p{L}\p{N}]"}
    return regex.compile(classes[kind])


def _joined(texts: pa.Array) -> pa.Buffer:
    """Return the texts' bytes in one buffer, `END` after each."""
    wide = pa.large_binary()  # with the ends, they may be more than int32 offsets reach
    ended = pc.binary_join_element_wise(
        texts.cast(wide), pa.scalar(END, wide), pa.scalar(b"", wide)
    )
    offsets = np.frombuffer(ended.buffers()[1], np.int64)
    first, last = offsets[ended.offset], offsets[ended.offset + len(ended)]
    return ended.buffers()[2].slice(first, last - first)


def _split_block(block: pa.Buffer) -> Words:
    text = np.frombuffer(block, np.uint8)
    starts = np.flatnonzero(word_starts(text, block.to_pybytes()))
    width: type[np.signedinteger]
    if len(text) <= _MAX_NARROW:
        words, kind, width = pa.BinaryArray, pa.binary(), np.int32
    else:
        words, kind, width = pa.LargeBinaryArray, pa.large_binary(), np.int64
    offsets = np.append(starts, len(text)).astype(width)
    return words.from_buffers(kind, len(starts), [None, pa.py_buffer(offsets), block])


def word_starts(text: np.ndarray, raw: bytes) -> np.ndarray:
    """Return True at the first byte of every word; `text` and `raw` are the same bytes."""
    classes = np.frombuffer(raw.translate(_byte_classes()), np.uint8)
    if not raw.isascii():
        classes = classes.copy()
        _classify_beyond_ascii(text, classes)
    starts = np.empty(len(text), bool)
    starts[:1] = True
    if len(text) < 2:
        return starts
    space = classes == SPACE
    word = ~space
    word[text == _END] = False  # nothing goes together with the end of a text
    # 1. A change of class; a blank goes with the word after it.
    np.not_equal(classes[1:], classes[:-1], out=starts[1:])
    starts[1:] &= ~(word[1:] & (text[:-1] == _BLANK))
    starts[1:] |= text[:-1] == _END
    # 2. The last white space before a word, also within a run of white space.
    _start_last_spaces(text, space, word, starts)
    # 3. Contractions.
    cut_contractions(text, starts)
    return starts


def _start_last_spaces(
    text: np.ndarray, space: np.ndarray, word: np.ndarray, starts: np.ndarray
) -> None:
    """Set a start where the last white-space character before a word begins."""
    last = space[:-1] & word[1:]  # at that character's last byte
    longer = np.flatnonzero(last & (text[:-1] >= 0x80))  # which of a few is not its first
    last[longer] = False
    starts[:-1] |= last
    while len(inside := np.flatnonzero((text[longer] & 0xC0) == 0x80)):  # a continuation byte
        longer[inside] -= 1
    starts[longer] = True


def cut_contractions(text: np.ndarray, starts: np.ndarray) -> None:
    """Move the start after an apostrophe past the letters of 's 't 'm 'd 're 've 'll."""
    size = len(text)
    at = np.flatnonzero((text == _APOSTROPHE) & starts)
    at = at[at + 1 < size]
    after = text[at + 1]
    second = text[np.minimum(at + 2, size - 1)]
    one = np.isin(after, np.frombuffer(b"stmd", np.uint8))
    two = (
        ((after == ord("r")) & (second == ord("e")))
        | ((after == ord("v")) & (second == ord("e")))
        | ((after == ord("l")) & (second == ord("l")))
    ) & (at + 2 < size)
    starts[at[one | two] + 1] = False
    ends = np.concatenate([at[one] + 2, at[two] + 3])
    starts[ends[ends < size]] = True


def _classify_beyond_ascii(text: np.ndarray, classes: np.ndarray) -> None:
    """Give every byte of a non-ASCII character the character's class."""
    lead = np.flatnonzero((text >= 0xC2) & (text < 0xF8))
    first = text[lead].astype(np.int32)
    length = 2 + (first >= 0xE0) + (first >= 0xF0)
    code = first & (0xFF >> (length + 1))
    for place in range(1, 4):
        longer = length > place
        more = text[lead[longer] + place].astype(np.int32) & 0x3F
        code[longer] = (code[longer] << 6) | more
    kind = class_table()[code]
    for place in range(4):
        longer = length > place
        classes[lead[longer] + place] = kind[longer]


@cache
def _byte_classes() -> bytes:
    table = np.full(256, OTHER, np.uint8)
    table[:128] = class_table()[:128]
    table[_END] = _CLASS_OF_END
    return table.tobytes()
