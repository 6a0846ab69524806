"""The vectorised cut equals the regular expression that defines it, for all of Unicode."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pytest
from adversarial import TEXTS, characters, texts_of_classes
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore import unicode_classes
from lmcore.pretokenize import END, PATTERNS, find_words, split_texts


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


def test_adversarial_texts_alone_and_together() -> None:
    for text in TEXTS:
        check([text])
    check(TEXTS)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.lists(texts_of_classes, max_size=4))
@settings(max_examples=1500, deadline=None)
def test_random_texts(pattern: str, texts: list[str]) -> None:
    check(texts, pattern)


def test_every_code_point_between_others() -> None:
    block = [f"a{c} {c}1{c}\n{c}'s" for c in characters(step=7)]
    check(block)


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


def test_the_table_of_classes_is_that_of_regex() -> None:
    stored = unicode_classes._FILE.read_text("ascii")
    named = stored.splitlines()[0].split()[2].rstrip(":")
    if version("regex") != named:
        pytest.skip(f"the table is that of regex {named}; {version('regex')} is installed")
    made = unicode_classes.as_text(unicode_classes.table_of_regex(), named)
    assert stored == made
