r"""Where words start, found for a whole block of texts at once, from arrays.

The definitions are the regular expressions of `pretokenize.PATTERNS`; a test holds the
two equal. Every byte has a class: letter, number, white space, other, or end of a text.

GPT-2's pattern. A word starts

1. where the class changes, unless the byte before is a blank, which the word takes
   with it;
2. at the last white space before something else, so that a blank there can go with it;
3. after a contraction: an apostrophe that starts a word, with s, t, m, d, re, ve or ll.

GPT-4's pattern, cl100k. A word starts

1. where the class changes, except that letters take one character before them that
   starts a word: white space other than a newline, or a lone other character; and other
   characters take a blank before them and the newlines after them;
2. at every third digit of a number;
3. at the last white space before something else if it is not a newline, and after the
   last newline of a run of white space that does not end the text;
4. after a contraction, of capital letters as well.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from lmcore.tokenizer.unicode_classes import LETTER, NUMBER, OTHER, SPACE, class_table

# UTF-8 has no byte 0xFF, so it can end each text of a block.
END = b"\xff"
_END = 0xFF
_BLANK, _APOSTROPHE, _NEWLINE, _RETURN = 0x20, 0x27, 0x0A, 0x0D
_LONG_S = "\u017f".encode()  # its capital letter is S, so it is an s where case does not count
# Of bytes, beside the classes of characters; SPACE is the greatest of those.
_CLASS_OF_END, _BEYOND_ASCII = SPACE + 1, SPACE + 2


def word_starts(block: pa.Buffer, pattern: str) -> np.ndarray:
    """Return True at the first byte of every word, for texts with `END` after each."""
    text = np.frombuffer(block, np.uint8)
    classes = np.frombuffer(bytearray(block).translate(_byte_classes()), np.uint8)
    spaces, lasts = _classify_beyond_ascii(text, classes)
    # A word starts where the class changes; each end of a text is one.
    starts = np.empty(len(text), bool)
    starts[:1] = True
    np.not_equal(classes[1:], classes[:-1], out=starts[1:])
    starts[1 + np.flatnonzero(classes[:-1] == _CLASS_OF_END)] = True
    if len(text):
        {"gpt2": _gpt2, "cl100k": _cl100k}[pattern](text, classes, starts)
    # What they give to the last byte of a white space belongs to its first.
    inside = starts[lasts]
    starts[lasts[inside]] = False
    starts[spaces[inside]] = True
    return starts


def _gpt2(text: np.ndarray, classes: np.ndarray, starts: np.ndarray) -> None:
    """Turn the changes of class into the starts of words of GPT-2's pattern."""
    word = classes < SPACE  # nothing goes together with the end of a text
    # 1. A blank goes with the word after it.
    starts[1:] &= ~(word[1:] & (text[:-1] == _BLANK))
    # 2. The last white space before a word, also within a run of white space.
    starts[:-1] |= (classes[:-1] == SPACE) & word[1:]
    # 3. Contractions.
    at = np.flatnonzero(text == _APOSTROPHE)
    at = at[starts[at]]
    ends = _ends_of_contractions(text, at + 1)
    starts[at[ends > 0] + 1] = False
    starts[ends[ends > 0]] = True


def _cl100k(text: np.ndarray, classes: np.ndarray, starts: np.ndarray) -> None:
    """Turn the changes of class into the starts of words of GPT-4's pattern."""
    space, letter, other = classes == SPACE, classes == LETTER, classes == OTHER
    newline = (text == _NEWLINE) | (text == _RETURN)
    gap = space & ~newline
    # 1. White space goes with letters after it, a blank also with other characters.
    starts[1:] &= ~(letter[1:] & gap[:-1] | other[1:] & (text[:-1] == _BLANK))
    starts[:-1] |= gap[:-1] & (classes[1:] < SPACE)
    # 2. Newlines.
    at = np.flatnonzero(newline)
    ends = _end_of_run(space, at)
    last = np.append(ends[1:] != ends[:-1], True)[: len(at)] & (text[ends] != _END)
    starts[at[last] + 1] = True
    after_other = at[(at > 0) & other[at - 1]]
    starts[after_other] = False
    starts[_end_of_run(newline, after_other)] = True
    # 3. A lone other character goes with letters after it, except in a contraction.
    at = 1 + np.flatnonzero(other[:-1] & letter[1:])
    lone = at - 1
    while len(inside := np.flatnonzero((text[lone] & 0xC0) == 0x80)):  # a continuation byte
        lone[inside] -= 1
    at, lone = at[starts[lone]], lone[starts[lone]]
    starts[at] = False
    at = at[text[lone] == _APOSTROPHE]
    ends = _ends_of_contractions(text, at, any_case=True)
    starts[ends[ends > 0]] = True
    # 4. Numbers, three digits at a time.
    digits = np.flatnonzero((classes == NUMBER) & ((text & 0xC0) != 0x80))
    index = np.arange(len(digits))
    starts[digits] = (index - np.maximum.accumulate(index * starts[digits])) % 3 == 0


def _end_of_run(member: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return where the run of True that each of the positions `at` is in ends."""
    ends = 1 + np.flatnonzero(member[:-1] & ~member[1:])
    return ends[np.searchsorted(ends, at, "right")]


def _ends_of_contractions(text: np.ndarray, at: np.ndarray, any_case: bool = False) -> np.ndarray:
    """Return where s, t, m, d, re, ve and ll at the positions `at` end, or 0 for anything else."""
    padded = np.append(text, [_END, _END])
    first, second = padded[at], padded[at + 1]
    ends = np.zeros(len(at), np.int64)
    if any_case:
        long_s = (first == _LONG_S[0]) & (second == _LONG_S[1])
        ends[long_s] = at[long_s] + len(_LONG_S)
        first, second = first | 0x20, second | 0x20  # small letters
    one = np.isin(first, np.frombuffer(b"stmd", np.uint8))
    two = np.isin(first * 256 + second, [256 * a + b for a, b in (b"re", b"ve", b"ll")])
    ends[one], ends[two] = at[one] + 1, at[two] + 2
    return ends


def _classify_beyond_ascii(text: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give every byte of a non-ASCII character the character's class.

    Returns where each white space of several bytes begins, and where its last byte is.
    """
    lead = np.flatnonzero(classes == _BEYOND_ASCII)
    lead = lead[text[lead] >= 0xC0]
    first = text[lead].astype(np.int32)
    length = 2 + (first >= 0xE0) + (first >= 0xF0)
    code = first & (0xFF >> (length + 1))
    for position in range(1, 4):
        longer = length > position
        continuation = text[lead[longer] + position].astype(np.int32) & 0x3F
        code[longer] = (code[longer] << 6) | continuation
    kind = class_table()[code]
    for position in range(4):
        longer = length > position
        classes[lead[longer] + position] = kind[longer]
    space = kind == SPACE
    return lead[space], (lead + length - 1)[space]


@cache
def _byte_classes() -> bytes:
    table = np.full(256, _BEYOND_ASCII, np.uint8)
    table[:128] = class_table()[:128]
    table[_END] = _CLASS_OF_END
    return table.tobytes()
