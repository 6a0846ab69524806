"""Whether a text is a story of the grammar, and where it first is not.

The parser follows every derivation that agrees with the text from left to
right. `check` reports the first violation: the first word with which no
derivation goes on. Its kind is the first of these that applies:

    unfinished   the text stops, and could go on to a story
    word         the grammar has no such word, spelled so
    name         another person's name than the one that is bound at this place
    pronoun      another pronoun than that of the person meant at this place
    thing        another thing, place, colour or number than is bound at this place, or a
                 word that belongs to another one (a ball that is flown)
    order        the sentence is one of the grammar's, but not of this place
    sentence     all words are known, but the sentence is none of the grammar's

Sentences are compared for `order` with every attribute unbound: whoever and
whatever is named. A sentence that breaks a binding but fits here otherwise is
a wrong name, pronoun or thing; one that fits elsewhere alone is out of order.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import NamedTuple

from lmcore.corpus.grammar.derivation import (
    Derivation,
    Failure,
    PartialDerivation,
    Recognizer,
    Span,
    Symbol,
    word_start,
)
from lmcore.corpus.grammar.symbols import Binding, Reference, TerminalChoice
from lmcore.corpus.stories import compiler, story
from lmcore.corpus.stories.cast import BOYS, GIRLS, NAMES, PRONOUNS

KINDS = ("word", "sentence", "order", "name", "pronoun", "thing", "unfinished")
PEOPLE = NAMES  # the names of mentions that are people and pets; the others are things
PUNCTUATION = frozenset(" \n.,!?\"'")
_WORD = re.compile(r"[A-Za-z]+")
_SENTENCE_END = re.compile(r'[.!?]"?(?=\s|$)')


@dataclass(frozen=True, slots=True)
class Validity:
    """What `check` finds: `text[:offset]` agrees with a story, `text[start:end]` violates it."""

    valid: bool
    kind: str | None  # of the first violation, one of KINDS
    offset: int  # the length of the text where it is valid
    start: int  # the word, or for order and sentence the sentence, to mark
    end: int
    expected: str  # a continuation that the grammar allows at `offset`
    progress: int  # characters after the prompt that agree with a story


class _Matcher(Recognizer):
    """A recognizer that keeps no account of failures, for many short attempts."""

    def accept(
        self, symbol: Symbol, partial: PartialDerivation, piece: str, log2: float
    ) -> PartialDerivation | None:
        if not self.text.startswith(piece, partial.end):
            return None
        return PartialDerivation(partial.end + len(piece), None, 0.0)


class Mention(NamedTuple):
    """A value in a text of an attribute that can be repeated: a person or a thing."""

    start: int
    end: int
    name: str  # the attribute: hero, friend, thing, colour, ...
    first: bool


def check(text: str, prompt_length: int = 0) -> Validity:
    """Return whether `text` is exactly a story of the grammar, or its first violation."""
    recognizer = Recognizer(text)
    stories_matched = story().match(recognizer, PartialDerivation(0, {}, 0.0))
    ends = {partial.end for partial in stories_matched}
    if len(text) in ends:
        size = len(text)
        return Validity(True, None, size, size, size, "", max(0, size - prompt_length))
    finished = max(ends, default=0)  # a story that ends before the text does
    offset = max(recognizer.furthest, finished)
    failures = recognizer.failures if recognizer.furthest == offset else []
    kind, start, end = _violation(text, offset, failures, recognizer)
    expected = next(iter(_expected(text, offset, failures)), "")
    return Validity(False, kind, offset, start, end, expected, max(0, offset - prompt_length))


def mentions(text: str) -> list[Mention]:
    """Return the mentions of people and things in a story, in their order.

    Of a text that is no story, those of the longest prefix that agrees with one.
    """
    recognizer = Recognizer(text)
    finished = story().match(recognizer, PartialDerivation(0, {}, 0.0))
    whole = [partial for partial in finished if partial.end == len(text)]
    partials = whole or [failure.partial for failure in recognizer.failures] or finished
    return _mentions(partials[0].spans) if partials else []


def minimal_pair(seed: int) -> tuple[str, str, list[tuple[int, int]]]:
    """Return two stories that differ in the hero's name alone, and its spans in both.

    The names have the same length and pronouns, so each span is that of the
    name in either text: one derivation with one binding exchanged.
    """
    generator = random.Random(f"lmcore minimal pair {seed}")
    while True:
        derivation = Derivation(generator)
        story().expand(derivation)
        text, hero = derivation.text, derivation.attributes["hero"]
        spans = [each[:2] for each in mentions(text) if each.name == "hero"]
        names = BOYS if derivation.attributes["him"] == "him" else GIRLS
        words = set(_WORD.findall(text))
        others = [name for name in names if len(name) == len(hero) and name not in words]
        if not others:
            continue  # no name of this length is left: another story
        other = generator.choice(others)
        changed = text
        for start, end in spans:
            changed = changed[:start] + other + changed[end:]
        if hero not in _WORD.findall(changed):
            return text, changed, spans


def _mentions(span: Span | None) -> list[Mention]:
    """Return the mentions that a chain of spans records."""
    attributes = compiler().repeated - PRONOUNS
    spans = []
    while span:
        if span.attribute in attributes:
            spans.append(span)
        span = span.previous
    seen: set[str] = set()
    in_order = []
    for each in reversed(spans):
        in_order.append(Mention(each.start, each.end, each.attribute, each.attribute not in seen))
        seen.add(each.attribute)
    return in_order


def _violation(
    text: str, offset: int, failures: list[Failure], recognizer: Recognizer
) -> tuple[str, int, int]:
    """Return the kind of the violation at `offset` and the span to mark."""
    if offset == len(text):
        return "unfinished", offset, offset
    start, end = _word_at(text, offset, failures)
    word = text[start:end]
    if not (word in compiler().lexicon or word in PUNCTUATION):
        return "word", start, end
    kinds = {_kind(failure.symbol, text, failure, start) for failure in failures}
    slot = next((kind for kind in ("name", "pronoun", "thing") if kind in kinds), None)
    sentence = _sentence_start(text, start, recognizer)
    here = recognizer.frames.get(sentence, [])
    if slot and any(_fits(frame, text, sentence) for frames in here for frame in frames):
        return slot, start, end
    fits_elsewhere = any(_fits(frame, text, sentence) for frame in compiler().frames.values())
    if slot and not fits_elsewhere:
        return slot, start, end
    end_of_sentence = _SENTENCE_END.search(text, max(start, sentence))
    last = end_of_sentence.end() if end_of_sentence else len(text)
    return "order" if fits_elsewhere else "sentence", sentence, last


def _word_at(text: str, offset: int, failures: list[Failure]) -> tuple[int, int]:
    """Return the span of the word, or of the other character, that violates the grammar."""
    expected = _expected(text, offset, failures)
    start = offset
    if text[offset].isalpha() or (expected and all(each[0].isalpha() for each in expected)):
        # Inside of a word, or it should have been longer: the whole word is wrong.
        start = word_start(text, start)
    word = _WORD.match(text, start)
    return start, word.end() if word else start + 1


def _expected(text: str, offset: int, failures: list[Failure]) -> list[str]:
    """Return what could have stood at `offset`: the rest of each piece that agrees so far."""
    return [
        failure.piece[offset - failure.start :]
        for failure in failures
        if failure.start <= offset < failure.start + len(failure.piece)
        and text.startswith(failure.piece[: offset - failure.start], failure.start)
    ]


def _kind(symbol: Symbol, text: str, failure: Failure, word: int) -> str | None:
    """Return what kind of value was expected where the text has another one, over `word`."""
    if not isinstance(symbol, Reference | Binding | TerminalChoice) or not symbol.attribute:
        return None
    here = [
        value
        for value in symbol.domain
        if text.startswith(value, failure.start)
        and failure.start <= word < failure.start + len(value)
        and not text[failure.start + len(value) : failure.start + len(value) + 1].isalpha()
    ]
    if not here or failure.piece == max(here, key=len):
        return None
    if symbol.attribute in PRONOUNS:
        return "pronoun"
    return "name" if symbol.attribute in NAMES else "thing"


def _sentence_start(text: str, start: int, recognizer: Recognizer) -> int:
    """Return where the sentence of the violation starts: after white space, at the next."""
    if text[start].isspace():
        while start < len(text) and text[start].isspace():
            start += 1
        return start
    return max((each for each in recognizer.frames if each <= start), default=0)


def _fits(frame: Symbol, text: str, start: int) -> bool:
    """Return whether a sentence at `start` is of this frame, with every attribute unbound."""
    partials = frame.match(_Matcher(text), PartialDerivation(start, None, 0.0))
    return any(partial.end == len(text) or text[partial.end].isspace() for partial in partials)
