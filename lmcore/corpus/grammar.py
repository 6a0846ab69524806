"""A probabilistic grammar that remembers: templates, choices and names.

A text is told from left to right. Each choice is drawn with known weights,
some choices give a name a value (the hero is a fox called Pip), and later
parts repeat that value or choose according to it. The probability of a
derivation is the product of its choices' probabilities,

    log2 p(text) = log2 sum over derivations of prod p(choice | names so far),

and `derivations` recovers from the text alone every way to tell it, so the
sum is exact. Templates are strings:

    $name          what was drawn for `name` ($Name: with a capital)
    {a|b|c}        one of these, which may be templates without braces
    [class]        a word of the class ([a class]: with its article, [Class]: with a capital)
    [class of x]   a word of the class that belongs to the value of x
    <x>            draws the value of x and tells it (<a x>: with its article)
    <x=template>   tells the template and keeps what it said as the value of x
    @name          stands for the template that the vocabulary gives `name`

Choices are Zipf-like: option r (from 0) has weight 1 / (r + 30).
"""

from __future__ import annotations

import math
import random
import re
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

Names = dict[str, str]
Record = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Partial:
    """A derivation of the first `end` characters of a text."""

    end: int
    names: Names
    log2_probability: float


class Telling:
    """A text that is being told: its parts, what has a name, its log2 probability."""

    __slots__ = ("draw", "log2_probability", "names", "parts")

    def __init__(self, generator: random.Random) -> None:
        self.draw = generator.random
        self.parts: list[str] = []
        self.names: Names = {}
        self.log2_probability = 0.0

    @property
    def text(self) -> str:
        return "".join(self.parts)


class Node(Protocol):
    """A piece of a grammar: it can be told, and it can be recognised."""

    def tell(self, telling: Telling) -> None:
        """Adds this piece to the text, drawing its choices."""

    def match(self, text: str, partial: Partial) -> list[Partial]:
        """Every way in which this piece continues `partial` in `text`."""


class Literal:
    """Always the same text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def tell(self, telling: Telling) -> None:
        telling.parts.append(self._text)

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return _continued(text, partial, self._text, 0.0)


class Reference:
    """The value that a name has."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def tell(self, telling: Telling) -> None:
        telling.parts.append(telling.names[self._name])

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return _continued(text, partial, partial.names[self._name], 0.0)


class Words:
    """One of several fixed texts."""

    __slots__ = ("_cumulative", "_log2", "options")

    def __init__(self, options: Sequence[str]) -> None:
        _refuse_repeats(options)
        self.options = tuple(options)
        self._cumulative, self._log2 = zipf(len(options))

    def tell(self, telling: Telling) -> None:
        chosen = bisect(self._cumulative, telling.draw())
        telling.parts.append(self.options[chosen])
        telling.log2_probability += self._log2[chosen]

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return [
            found
            for option, log2 in zip(self.options, self._log2, strict=True)
            for found in _continued(text, partial, option, log2)
        ]


class Binding:
    """Draws a record, whose fields become names, and tells one of them."""

    __slots__ = ("_cumulative", "_log2", "_records", "_told")

    def __init__(self, records: Sequence[Record], told: str) -> None:
        self._records = [_with_forms(record) for record in records]
        self._told = [record[told] for record in self._records]
        _refuse_repeats(self._told)
        self._cumulative, self._log2 = zipf(len(records))

    def tell(self, telling: Telling) -> None:
        chosen = bisect(self._cumulative, telling.draw())
        telling.names.update(self._records[chosen])
        telling.parts.append(self._told[chosen])
        telling.log2_probability += self._log2[chosen]

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return [
            Partial(found.end, found.names | record, found.log2_probability)
            for record, told, log2 in zip(self._records, self._told, self._log2, strict=True)
            for found in _continued(text, partial, told, log2)
        ]


class Remembered:
    """A piece whose text becomes the value of a name."""

    __slots__ = ("_name", "_piece")

    def __init__(self, name: str, piece: Node) -> None:
        self._name = name
        self._piece = piece

    def tell(self, telling: Telling) -> None:
        start = len(telling.parts)
        self._piece.tell(telling)
        telling.names[self._name] = "".join(telling.parts[start:])

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return [
            Partial(
                found.end,
                found.names | {self._name: text[partial.end : found.end]},
                found.log2_probability,
            )
            for found in self._piece.match(text, partial)
        ]


class Dependent:
    """The piece that belongs to the value of a name."""

    __slots__ = ("_name", "_pieces")

    def __init__(self, name: str, pieces: Mapping[str, Node]) -> None:
        self._name = name
        self._pieces = dict(pieces)

    def tell(self, telling: Telling) -> None:
        self._pieces[telling.names[self._name]].tell(telling)

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return self._pieces[partial.names[self._name]].match(text, partial)


class Sequenced:
    """One piece after another."""

    __slots__ = ("pieces",)

    def __init__(self, pieces: Iterable[Node]) -> None:
        self.pieces = tuple(pieces)

    def tell(self, telling: Telling) -> None:
        for piece in self.pieces:
            piece.tell(telling)

    def match(self, text: str, partial: Partial) -> list[Partial]:
        found = [partial]
        for piece in self.pieces:
            found = [longer for shorter in found for longer in piece.match(text, shorter)]
        return found


class Choice:
    """One of several pieces."""

    __slots__ = ("_cumulative", "_log2", "options")

    def __init__(self, options: Iterable[Node]) -> None:
        self.options = tuple(options)
        self._cumulative, self._log2 = zipf(len(self.options))

    def tell(self, telling: Telling) -> None:
        chosen = bisect(self._cumulative, telling.draw())
        telling.log2_probability += self._log2[chosen]
        self.options[chosen].tell(telling)

    def match(self, text: str, partial: Partial) -> list[Partial]:
        return [
            Partial(found.end, found.names, found.log2_probability + log2)
            for option, log2 in zip(self.options, self._log2, strict=True)
            for found in option.match(text, partial)
        ]


class Vocabulary:
    """Compiles templates, given the classes of words and the records of names.

    `words[c]` is a list, or for `[c of x]` a list for each value of x;
    `records[x]` likewise: a list of records, or a list for each value of the
    name that `record_keys[x]` says.
    """

    def __init__(
        self,
        words: Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]],
        records: Mapping[str, Sequence[Record] | Mapping[str, Sequence[Record]]],
        record_keys: Mapping[str, str],
        abbreviations: Mapping[str, str],
    ) -> None:
        self._words = words
        self._records = records
        self._record_keys = record_keys
        self._abbreviations = abbreviations

    def compile(self, template: str) -> Node:
        """The piece of grammar that a template stands for."""
        for name, meaning in self._abbreviations.items():
            template = template.replace(f"@{name}", meaning)
        pieces = [self._piece(part) for part in _PART.findall(template)]
        return pieces[0] if len(pieces) == 1 else Sequenced(pieces)

    def _piece(self, part: str) -> Node:
        match part[0]:
            case "$":
                return Reference(part[1:])
            case "{":
                options = part[1:-1].split("|")
                if any(mark in part for mark in "$[<"):
                    return Choice(self.compile(option) for option in options)
                return Words(options)
            case "[":
                return self._class(part[1:-1])
            case "<":
                return self._binding(part[1:-1])
            case _:
                return Literal(part)

    def _class(self, name: str) -> Node:
        form, name = _form(name)
        name, _, key = name.partition(" of ")
        words = self._words[name]
        if isinstance(words, Mapping):
            return Dependent(
                key, {value: Words(list(map(form, some))) for value, some in words.items()}
            )
        return Words(list(map(form, words)))

    def _binding(self, told: str) -> Node:
        if "=" in told:
            name, _, template = told.partition("=")
            return Remembered(name, self.compile(template))
        _, name = _form(told)
        records = self._records[name]
        if isinstance(records, Mapping):
            key = self._record_keys[name]
            return Dependent(key, {value: Binding(some, told) for value, some in records.items()})
        return Binding(records, told)


def derivations(grammar: Node, text: str) -> list[float]:
    """The log2 probability of every derivation of exactly this text."""
    found = grammar.match(text, Partial(0, {}, 0.0))
    return [partial.log2_probability for partial in found if partial.end == len(text)]


def score(grammar: Node, text: str) -> float:
    """log2 p(text), over all derivations; `ValueError` outside the language."""
    found = derivations(grammar, text)
    if not found:
        raise ValueError(f"the grammar does not tell {text[:60]!r}...")
    highest = max(found)
    return highest + math.log2(sum(2.0 ** (log2 - highest) for log2 in found))


def zipf(count: int) -> tuple[list[float], list[float]]:
    """Cumulative probabilities (without the last, 1) and log2 probabilities of options."""
    weights = [1.0 / (rank + 30) for rank in range(count)]
    total = sum(weights)
    cumulative = list(accumulate(weight / total for weight in weights))[:-1]
    return cumulative, [math.log2(weight / total) for weight in weights]


def with_article(word: str) -> str:
    """`a kite`, `an owl`, `an honest fox`: by the sound that the words used here begin with."""
    return f"{'an' if word.startswith(('a', 'e', 'i', 'o', 'u', 'honest')) else 'a'} {word}"


def capitalised(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _form(name: str) -> tuple[Callable[[str], str], str]:
    """How the words of `[name]` are written, and the name of their class."""
    if name.startswith("a "):
        return with_article, name[2:]
    if name.startswith("A "):
        return lambda word: capitalised(with_article(word)), name[2:]
    if name[0].isupper():
        return capitalised, name[0].lower() + name[1:]
    return str, name


def _with_forms(record: Record) -> Names:
    """The fields of a record, each also with its article and with a capital."""
    forms = dict(record)
    for name, value in record.items():
        forms[capitalised(name)] = capitalised(value)
        forms[f"a {name}"] = with_article(value)
        forms[f"A {name}"] = capitalised(with_article(value))
    return forms


def _continued(text: str, partial: Partial, piece: str, log2: float) -> list[Partial]:
    if not text.startswith(piece, partial.end):
        return []
    log2_probability = partial.log2_probability + log2
    return [Partial(partial.end + len(piece), partial.names, log2_probability)]


def _refuse_repeats(options: Sequence[str]) -> None:
    repeated = {option for option in options if options.count(option) > 1}
    if repeated:
        # Two equal options would be two derivations of one text.
        raise ValueError(f"options given twice: {sorted(repeated)}")


_PART = re.compile(r"\$\w+|\{[^{}]*\}|\[[^\[\]]*\]|<[^<>]*>|[^$\[{<]+")
