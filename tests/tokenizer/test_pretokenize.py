"""The vectorised cut equals the regular expression that defines it, for all of Unicode."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from helpers.adversarial import TEXTS, characters, texts_of_classes
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.common.errors import LmcoreError
from lmcore.tokenizer import pretokenize, unicode_classes
from lmcore.tokenizer.pretokenize import (
    END,
    PATTERNS,
    blocks_of,
    find_words,
    last_cut,
    pieces_of,
    split_texts,
)
from lmcore.tokenizer.unicode_classes import LETTER, NUMBER, OTHER, class_table


def by_definition(texts: list[str], pattern: str) -> list[bytes]:
    return [word for t in texts for word in [*(w.encode() for w in find_words(t, pattern)), END]]


def check(texts: list[str], pattern: str = "gpt2") -> None:
    assert split_texts(pa.array(texts, pa.string()), pattern).to_pylist() == by_definition(
        texts, pattern
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello world", ["Hello", " world"]),
        ("a  b", ["a", " ", " b"]),
        ("a\n\nb", ["a", "\n", "\n", "b"]),
        ("it's we'll 'sam", ["it", "'s", " we", "'ll", " '", "sam"]),
        ("'sam", ["'s", "am"]),
        ("x=12!?", ["x", "=", "12", "!?"]),
        ("end  ", ["end", "  "]),
        ("", []),
    ],
)
def test_by_hand(text: str, words: list[str]) -> None:
    assert find_words(text) == words
    check([text])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("it'S 'LLx", ["it", "'S", " '", "LLx"]),
        ("'LLx 'ſ", ["'LL", "x", " '", "ſ"]),
        ("(a) (!a)\tb", ["(a", ")", " (!", "a", ")", "\tb"]),
        ("12345 7", ["123", "45", " ", "7"]),
        ("a!\n\n  \n b", ["a", "!\n\n", "  \n", " b"]),
        ("a \n  ", ["a", " \n  "]),
    ],
)
def test_cl100k_by_hand(text: str, words: list[str]) -> None:
    assert find_words(text, "cl100k") == words
    check([text], "cl100k")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_adversarial_texts_alone_and_together(pattern: str) -> None:
    for text in TEXTS:
        check([text], pattern)
    check(TEXTS, pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.lists(texts_of_classes, max_size=4))
@settings(max_examples=500, deadline=None)
def test_random_texts(pattern: str, texts: list[str]) -> None:
    check(texts, pattern)


@pytest.mark.parametrize(("pattern", "step"), [("gpt2", 7), ("cl100k", 11)])
def test_every_code_point_between_others(pattern: str, step: int) -> None:
    check([f"a{c} {c}1{c}\n{c}'s" for c in characters(step)], pattern)


def test_slices_of_arrays_and_both_widths() -> None:
    texts = ["first", " second 2", "", "third's"]
    for kind in (pa.string(), pa.large_string()):
        array = pa.array(texts, kind).slice(1, 2)
        assert split_texts(array).to_pylist() == by_definition(texts[1:3], "gpt2")


def test_invalid_utf8_is_refused() -> None:
    offsets, data = pa.py_buffer(np.array([0, 2], np.int32)), pa.py_buffer(b"\xc3\x28")
    array = pa.StringArray.from_buffers(1, offsets, data)
    with pytest.raises(pa.ArrowInvalid):
        split_texts(array)


def test_more_than_narrow_offsets_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretokenize, "_MAX_NARROW", 20)
    for texts in (["ab c"], TEXTS):
        words = split_texts(pa.array(texts))
        assert pa.types.is_large_binary(words.type) == (texts is TEXTS)
        assert words.to_pylist() == by_definition(texts, "gpt2")


@pytest.mark.parametrize(
    ("text", "sizes"), [("three", [6, 6]), ("é日", [6, 6]), ("日日", [5, 5, 2])]
)
def test_blocks_are_measured_in_bytes(
    text: str, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretokenize, "BLOCK_BYTES", 30)
    assert [len(block) for block in blocks_of([text] * 12)] == sizes


def test_a_single_string_is_no_list_of_texts() -> None:
    with pytest.raises(LmcoreError, match=r"texts is the string 'hello'; it must be a list"):
        list(blocks_of("hello"))


def test_an_unknown_pattern_is_refused() -> None:
    with pytest.raises(LmcoreError, match=r"tokenizer.pattern is 'gpt4'; it must be gpt2 or cl100"):
        find_words("hello", "gpt4")


def test_the_classes_are_those_of_unicode_16() -> None:
    # Garay digits and letters came with 16.0, this ideograph with 17.0.
    assert class_table()[[0x10D40, 0x10D4A, 0x323B0]].tolist() == [NUMBER, LETTER, OTHER]
    assert find_words("\U00010d4a\U000323b0") == ["\U00010d4a", "\U000323b0"]


def test_the_table_of_classes_is_that_of_tiktoken() -> None:
    stored = unicode_classes._FILE.read_text("ascii")
    made = unicode_classes.as_text(unicode_classes.table_of_tiktoken(), "")
    assert stored.splitlines()[1:] == made.splitlines()[1:], (
        "python -m lmcore.tokenizer.unicode_classes"
    )


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=texts_of_classes, size=st.integers(1, 8))
@settings(max_examples=500, deadline=None)
def test_pieces_of_a_text_have_its_words(pattern: str, text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretokenize, "PIECE_CHARACTERS", size)
        pieces = list(pieces_of(text))
    assert "".join(pieces) == text
    assert [word for piece in pieces for word in find_words(piece, pattern)] == find_words(
        text, pattern
    )


def test_a_long_text_is_cut_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretokenize, "PIECE_CHARACTERS", 10)
    assert list(pieces_of("some words, and some more")) == ["some words", ", and some", " more"]
    assert list(pieces_of("x" * 35 + "!" * 8)) == ["x" * 35, "!" * 8]
    assert list(pieces_of("1" * 99)) == ["1" * 99]
    long = "word " * 3000
    assert last_cut(long, 0, len(long) - 1) == len(long) - 1
    assert last_cut(" " * 9000 + "a " + " " * 9000, 0, 18000) == 9001
    # Half a pair may be a letter with its other half.
    assert last_cut("ab\ud835\udd18", 0, 2) is None
