"""The exercises of chapter 1."""

from __future__ import annotations

from lmcore.course.grading import Exercise
from lmcore.tokenizer.bpe import merge_naive, merge_pair, train_naive
from lmcore.tokenizer.pretokenize import find_words

_WORDS = {b"low": 5, b"lower": 2, b"newest": 2, b"widest": 1}
_MERGES = train_naive(_WORDS, 5)
_TEXTS = [
    "She didn't run 12 miles!",
    "two  spaces,\n\na new line ",
    "Été 2024: we'll see... I'M",
    "\tx=1",
]

EXERCISES = [
    Exercise(
        "merge_pair",
        merge_pair,
        lambda: [
            ([b"l", b"o", b"w", b"e", b"r"], (b"o", b"w")),
            ([b"a", b"a", b"a"], (b"a", b"a")),  # from the left
            ([b"ab", b"a", b"b", b"a"], (b"a", b"b")),
            ([], (b"a", b"b")),
        ],
    ),
    Exercise(
        "first_merge",
        lambda words: train_naive(words, 1)[0],
        lambda: [
            (_WORDS,),
            ({b"ab": 1, b"cd": 1},),  # a tie
            ({b"aaa": 3, b"ba": 5},),
        ],
    ),
    Exercise(
        "train_bpe",
        train_naive,
        lambda: [(_WORDS, 2), (_WORDS, 5), ({b"abab": 2, b"abc": 3}, 3), ({b"ab": 1}, 10)],
    ),
    Exercise(
        "encode_word",
        merge_naive,
        lambda: [(b"lowest", _MERGES), (b"slow", _MERGES), (b"west", _MERGES), (b"x", _MERGES)],
    ),
    Exercise("cut_words", find_words, lambda: [(text,) for text in _TEXTS]),
    Exercise(
        "decode",
        lambda ids, tokens: b"".join(tokens[index] for index in ids).decode("utf-8", "replace"),
        lambda: [
            ([1, 0], [b" cat", b"the"]),
            ([0, 1], [b"\xc3", b"\xa9"]),  # one letter in two tokens
            ([1], [b"\xc3", b"\xa9"]),
        ],
    ),
]
