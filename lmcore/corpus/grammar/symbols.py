"""A probabilistic context-free grammar with attributes: its symbols, generation and parsing.

A text is derived from left to right. Each choice is drawn with known
probabilities. A binding gives attributes a value (the hero is a girl called
Mia), and later symbols repeat that value or depend on it. The probability of
a derivation is the product of the probabilities of its choices,

    log2 p(text) = log2 sum over derivations of prod p(choice | attributes so far).

`Symbol.expand` generates; `Symbol.match` follows every derivation that agrees
with a text, from left to right, so that the sum over derivations is exact.
`templates.py` compiles symbols from strings.

A choice among n options is Zipf-like: option r (from 0) has weight 1 / (r + 30).
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from lmcore.corpus.grammar.derivation import (
    Attributes,
    Derivation,
    PartialDerivation,
    Recognizer,
    Record,
    Span,
    Symbol,
)
from lmcore.corpus.grammar.word_forms import base_name, with_forms


class Terminal:
    """Always the same text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def expand(self, derivation: Derivation) -> None:
        derivation.parts.append(self.text)

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        longer = text.accept(self, partial, self.text, 0.0)
        return [longer] if longer else []


class Reference:
    """The value of an attribute; `domain` holds every value that it can have."""

    __slots__ = ("_form", "attribute", "domain")

    def __init__(self, form: str, domain: set[str]) -> None:
        self._form = form
        self.domain = domain
        self.attribute = base_name(form)

    def expand(self, derivation: Derivation) -> None:
        derivation.parts.append(derivation.attributes[self._form])

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        if partial.attributes is None:
            partials = [text.accept(self, partial, value, 0.0) for value in self.domain]
            return [each for each in partials if each]
        value = partial.attributes[self._form]
        continued = text.accept(self, partial, value, 0.0)
        return [_spanned(continued, partial.end, self._form, value)] if continued else []


class TerminalChoice:
    """One of several fixed texts.

    Where they belong to the value of an attribute, `domain` holds the texts of all its values.
    """

    __slots__ = ("_cumulative", "_log2", "attribute", "domain", "options")

    def __init__(
        self, options: Sequence[str], attribute: str = "", domain: Iterable[str] = ()
    ) -> None:
        _refuse_repeats(options)
        self.options = tuple(options)
        self.attribute = attribute
        self.domain = set(domain)
        self._cumulative, self._log2 = zipf(len(options))

    def expand(self, derivation: Derivation) -> None:
        chosen = bisect(self._cumulative, derivation.draw())
        derivation.parts.append(self.options[chosen])
        derivation.log2_probability += self._log2[chosen]

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        partials = [
            text.accept(self, partial, option, log2)
            for option, log2 in zip(self.options, self._log2, strict=True)
        ]
        return [each for each in partials if each]


class Binding:
    """Draws a record, sets its attributes and writes one of them, `written`.

    A record is not drawn whose written value another attribute of
    `differs_from` already has: the friend's name is never the hero's. `domain` holds every
    value that a binding of the attribute writes.
    """

    __slots__ = (
        "_cumulative",
        "_differs_from",
        "_form",
        "_records",
        "_total",
        "_weights",
        "_written",
        "attribute",
        "domain",
    )

    def __init__(
        self,
        records: Sequence[Record],
        written: str,
        differs_from: Sequence[str],
        domain: set[str],
    ) -> None:
        self._records = [with_forms(record) for record in records]
        self._written = [record[written] for record in self._records]
        _refuse_repeats(self._written)
        self._form = written
        self.attribute = base_name(written)
        self.domain = domain
        self._differs_from = tuple(differs_from)
        self._weights = [1.0 / (rank + 30) for rank in range(len(records))]
        self._cumulative = list(accumulate(self._weights))
        self._total = self._cumulative[-1]

    def expand(self, derivation: Derivation) -> None:
        taken = self._taken(derivation.attributes)
        left = self._total - sum(self._weights[index] for index in taken)
        drawn = derivation.draw() * left
        for index in taken:  # in ascending order: skip over the weights of records taken
            if drawn >= self._cumulative[index] - self._weights[index]:
                drawn += self._weights[index]
        chosen = min(bisect(self._cumulative, drawn), len(self._records) - 1)
        derivation.attributes.update(self._records[chosen])
        derivation.parts.append(self._written[chosen])
        derivation.log2_probability += math.log2(self._weights[chosen] / left)

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        taken = self._taken(partial.attributes or {})
        left = self._total - sum(self._weights[index] for index in taken)
        partials = []
        for index, written in enumerate(self._written):
            continued = text.accept(self, partial, written, 0.0)
            if continued and index not in taken:
                attributes = partial.attributes
                bound = None if attributes is None else attributes | self._records[index]
                log2 = continued.log2_probability + math.log2(self._weights[index] / left)
                longer = PartialDerivation(continued.end, bound, log2, continued.spans)
                partials.append(_spanned(longer, partial.end, self._form, written))
        return partials

    def _taken(self, attributes: Attributes) -> list[int]:
        """Return the records, in order, whose value another attribute already has."""
        if not self._differs_from:
            return []
        values = {attributes.get(name) for name in self._differs_from}
        return [i for i, record in enumerate(self._records) if record[self.attribute] in values]


class Assignment:
    """Sets an attribute and writes nothing: which turn the plot has taken."""

    __slots__ = ("_attribute", "_value")

    def __init__(self, attribute: str, value: str) -> None:
        self._attribute, self._value = attribute, value

    def expand(self, derivation: Derivation) -> None:
        derivation.attributes[self._attribute] = self._value

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        if partial.attributes is None:
            return [partial]
        attributes = partial.attributes | {self._attribute: self._value}
        return [PartialDerivation(partial.end, attributes, partial.log2_probability, partial.spans)]


class Conditional:
    """The symbol that belongs to the value of an attribute."""

    __slots__ = ("attribute", "symbols")

    def __init__(self, attribute: str, symbols: Mapping[str, Symbol]) -> None:
        self.attribute = attribute
        self.symbols = dict(symbols)

    def expand(self, derivation: Derivation) -> None:
        self.symbols[derivation.attributes[self.attribute]].expand(derivation)

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        if partial.attributes is None:
            matches = (symbol.match(text, partial) for symbol in self.symbols.values())
            return list({each.end: each for some in matches for each in some}.values())
        return self.symbols[partial.attributes[self.attribute]].match(text, partial)


class Concatenation:
    """One symbol after another."""

    __slots__ = ("symbols",)

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self.symbols = tuple(symbols)

    def expand(self, derivation: Derivation) -> None:
        for symbol in self.symbols:
            symbol.expand(derivation)

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        partials = [partial]
        for symbol in self.symbols:
            partials = [longer for shorter in partials for longer in symbol.match(text, shorter)]
        return partials


class Alternatives:
    """One of several symbols; `weights` replaces the Zipf-like probabilities."""

    __slots__ = ("_cumulative", "_log2", "options")

    def __init__(self, options: Iterable[Symbol], weights: Sequence[float] | None = None) -> None:
        self.options = tuple(options)
        self._cumulative, self._log2 = zipf(len(self.options), weights)

    def expand(self, derivation: Derivation) -> None:
        chosen = bisect(self._cumulative, derivation.draw())
        derivation.log2_probability += self._log2[chosen]
        self.options[chosen].expand(derivation)

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        return [
            PartialDerivation(
                partials.end, partials.attributes, partials.log2_probability + log2, partials.spans
            )
            for option, log2 in zip(self.options, self._log2, strict=True)
            for partials in option.match(text, partial)
        ]


class Sentence(Alternatives):
    """The frames that one sentence of a story can have, each with the white space before it."""

    __slots__ = ("_befores",)

    def __init__(self, befores: Sequence[Symbol], frames: Sequence[Symbol]) -> None:
        super().__init__(frames)
        self._befores = tuple(befores)

    def expand(self, derivation: Derivation) -> None:
        chosen = bisect(self._cumulative, derivation.draw())
        derivation.log2_probability += self._log2[chosen]
        self._befores[chosen].expand(derivation)
        self.options[chosen].expand(derivation)

    def match(self, text: Recognizer, partial: PartialDerivation) -> list[PartialDerivation]:
        partials = []
        starts = {before: before.match(text, partial) for before in set(self._befores)}
        for offset in {each.end for some in starts.values() for each in some}:
            text.frames.setdefault(offset, []).append(self.options)
        for before, frame, log2 in zip(self._befores, self.options, self._log2, strict=True):
            for start in starts[before]:
                for each in frame.match(text, start):
                    log2_probability = each.log2_probability + log2
                    partials.append(
                        PartialDerivation(each.end, each.attributes, log2_probability, each.spans)
                    )
        return partials


def derivations(grammar: Symbol, text: str) -> list[float]:
    """Return the log2 probability of every derivation of exactly this text."""
    partials = grammar.match(Recognizer(text), PartialDerivation(0, {}, 0.0))
    return [partial.log2_probability for partial in partials if partial.end == len(text)]


def score(grammar: Symbol, text: str) -> float:
    """Return log2 p(text), over all derivations; `ValueError` outside the language."""
    log2s = derivations(grammar, text)
    if not log2s:
        raise ValueError(f"the grammar does not generate {text[:60]!r}...")
    highest = max(log2s)
    return highest + math.log2(sum(2.0 ** (log2 - highest) for log2 in log2s))


def zipf(count: int, weights: Sequence[float] | None = None) -> tuple[list[float], list[float]]:
    """Return the cumulative probabilities (without the last, 1) and the log2 probabilities."""
    weights = weights or [1.0 / (rank + 30) for rank in range(count)]
    total = sum(weights)
    cumulative = list(accumulate(weight / total for weight in weights))[:-1]
    return cumulative, [math.log2(weight / total) for weight in weights]


def _spanned(partial: PartialDerivation, start: int, form: str, value: str) -> PartialDerivation:
    """Return the partial derivation with the span of a value just written, without article."""
    if form.startswith(("a_", "A_")):
        start += value.index(" ") + 1
    span = Span(start, partial.end, base_name(form), partial.spans)
    return PartialDerivation(partial.end, partial.attributes, partial.log2_probability, span)


def _refuse_repeats(options: Sequence[str]) -> None:
    repeated = {option for option in options if options.count(option) > 1}
    if repeated:
        # Two equal options would be two derivations of one text.
        raise ValueError(f"options given twice: {sorted(repeated)}")
