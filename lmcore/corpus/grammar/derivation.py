"""What a derivation is while a text is generated, and while it is parsed from left to right."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Attributes = dict[str, str]
Record = Mapping[str, str]  # the attributes that one option of a binding sets


@dataclass(frozen=True, slots=True)
class Span:
    """Where an attribute's value stands in the text, linked to the span before it."""

    start: int
    end: int
    attribute: str
    previous: Span | None


@dataclass(frozen=True, slots=True)
class PartialDerivation:
    """A derivation of the first `end` characters of a text.

    `attributes` is None while sentences are matched with every attribute unbound.
    """

    end: int
    attributes: Attributes | None
    log2_probability: float
    spans: Span | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A terminal that does not continue the text: `piece` was expected at `start`."""

    start: int
    piece: str
    symbol: Symbol
    partial: PartialDerivation


@dataclass(slots=True)
class Recognizer:
    """A text that is being matched, and how far any derivation agrees with it."""

    text: str
    furthest: int = 0  # no derivation agrees with the character at this offset
    word: int = 0  # where the word starts that it is in or follows
    failures: list[Failure] = field(default_factory=list)  # what was expected in that word
    frames: dict[int, list[Sequence[Symbol]]] = field(default_factory=dict)  # tried, by offset

    def accept(
        self, symbol: Symbol, partial: PartialDerivation, piece: str, log2: float
    ) -> PartialDerivation | None:
        """Return the derivation continued with `piece`, or None where the text differs."""
        start = partial.end
        if self.text.startswith(piece, start):
            log2_probability = partial.log2_probability + log2
            return PartialDerivation(
                start + len(piece), partial.attributes, log2_probability, partial.spans
            )
        if start + len(piece) >= self.word:
            self._record(Failure(start, piece, symbol, partial))
        return None

    def _record(self, failure: Failure) -> None:
        """Keep a failure if no other agrees with the text to a later word."""
        end = failure.start
        for character in failure.piece:
            if end == len(self.text) or self.text[end] != character:
                break
            end += 1
        word = word_start(self.text, end)
        if word > self.word:
            self.word, self.failures = word, []
        if word == self.word:
            self.furthest = max(self.furthest, end)
            self.failures.append(failure)


def word_start(text: str, offset: int) -> int:
    """Return where the word starts that `offset` is in or follows; `offset` outside of words."""
    while offset > 0 and text[offset - 1].isalpha():
        offset -= 1
    return offset


class Derivation:
    """A text that is being generated: its parts, attributes and log2 probability."""

    __slots__ = ("attributes", "draw", "log2_probability", "parts")

    def __init__(self, generator: random.Random) -> None:
        self.draw = generator.random
        self.parts: list[str] = []
        self.attributes: Attributes = {}
        self.log2_probability = 0.0

    @property
    def text(self) -> str:
        return "".join(self.parts)


class Symbol(Protocol):
    """A terminal or nonterminal of the grammar."""

    def expand(self, derivation: Derivation) -> None:
        """Append this symbol's text to the derivation, drawing its choices."""

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        """Return every way in which this symbol continues `partial` in the text."""
