"""Templates: the notation in which the grammar's sentences are written.

$name          the value that was bound to `name` ($Name: with a capital,
               $a_name: with its article)
{a|b|c}        one of these, which may be templates
[class]        a word of the class ([a class]: with its article, [Class]: with a capital)
[class of x]   a word of the class that fits the value of x
<x>            draws x from its records and writes it (<a x>: with its article)
<x=a|b|c>      binds x to one of these texts and writes it
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from lmcore.corpus.grammar.derivation import Record, Symbol
from lmcore.corpus.grammar.symbols import (
    Alternatives,
    Binding,
    Concatenation,
    Conditional,
    Reference,
    Terminal,
    TerminalChoice,
)
from lmcore.corpus.grammar.word_forms import base_name, capitalised, with_article, with_forms

Words = Sequence[str] | Mapping[str, Sequence[str]]
_CLOSING = {"{": "}", "[": "]", "<": ">"}
_REFERENCE = re.compile(r"\$([A-Za-z_]\w*)")
_WORD = re.compile(r"[A-Za-z]+")
T = TypeVar("T")


@dataclass(frozen=True)
class Variable:
    """What `<name>` draws from: records, or with `key`, records for each value of that name.

    `differs_from` names variables whose value is not drawn again.
    """

    records: Sequence[Record] | Mapping[str, Sequence[Record]]
    key: str | None = None
    differs_from: Sequence[str] = ()
    writes: str = ""  # the attribute that is written, where it is not called as the variable


class Vocabulary:
    """Compiles templates, given classes of words and variables.

    `lexicon` and `domains` grow with every template: the words that the
    grammar can write, and the values that each attribute can have.
    """

    def __init__(self, words: Mapping[str, Words], variables: Mapping[str, Variable]) -> None:
        self._words = words
        self._variables = variables
        self.domains: defaultdict[str, set[str]] = defaultdict(set)
        self.bound: set[str] = set()  # attributes that a binding writes
        self.referenced: set[str] = set()  # attributes that a reference repeats
        self.lexicon: set[str] = set()
        self._compiled: dict[str, Symbol] = {}  # equal parts are one symbol

    def compile(self, template: str) -> Symbol:
        """Return the symbol that a template stands for."""
        parts = []
        for part in _parts(template):
            if part not in self._compiled:
                self._compiled[part] = self._part(part)
            parts.append(self._compiled[part])
        return parts[0] if len(parts) == 1 else Concatenation(parts)

    def _part(self, part: str) -> Symbol:
        match part[:1]:
            case "$":
                self.referenced.add(base_name(part[1:]))
                return Reference(part[1:], self.domains[part[1:]])
            case "{":
                options = _split(part[1:-1])
                if any(mark in part[1:] for mark in "${[<"):
                    return Alternatives(self.compile(option) for option in options)
                return self._choice(options)
            case "[":
                return self._class(part[1:-1])
            case "<":
                return self._binding(part[1:-1])
            case _:
                self.lexicon.update(_WORD.findall(part))
                return Terminal(part)

    def _choice(
        self, options: Sequence[str], attribute: str = "", domain: Iterable[str] = ()
    ) -> TerminalChoice:
        for option in options:
            self.lexicon.update(_WORD.findall(option))
        return TerminalChoice(options, attribute, domain)

    def _class(self, name: str) -> Symbol:
        form, name = _form(name)
        name, _, key = name.partition(" of ")
        words = _known(self._words, name, "class of words")
        if isinstance(words, Mapping):
            written = {value: [form(word) for word in some] for value, some in words.items()}
            domain = {word for some in written.values() for word in some}
            choices = {value: self._choice(some, key, domain) for value, some in written.items()}
            return Conditional(key, choices)
        return self._choice([form(word) for word in words])

    def _binding(self, inside: str) -> Symbol:
        name, inline, options = inside.partition("=")
        if inline:
            return self._bound([{name: option} for option in _split(options)], name, ())
        written = inside.replace(" ", "_")
        name = base_name(written)
        variable = _known(self._variables, name, "variable")
        written = written.replace(name, variable.writes) if variable.writes else written
        if isinstance(variable.records, Mapping):
            assert variable.key is not None
            return Conditional(
                variable.key,
                {
                    value: self._bound(records, written, variable.differs_from)
                    for value, records in variable.records.items()
                },
            )
        return self._bound(variable.records, written, variable.differs_from)

    def _bound(
        self, records: Sequence[Record], written: str, differs_from: Sequence[str]
    ) -> Binding:
        self.bound.add(base_name(written))
        for record in records:
            for name, value in with_forms(record).items():
                self.domains[name].add(value)
                self.lexicon.update(_WORD.findall(value))
        return Binding(records, written, differs_from, self.domains[written])


def _known(named: Mapping[str, T], name: str, what: str) -> T:
    """Return what a template names, or say that there is no such thing."""
    if name not in named:
        near = get_close_matches(name, named)
        hint = f"; like it are: {', '.join(near)}" if near else ""
        raise ValueError(f"a template names the {what} {name!r}, which does not exist{hint}")
    return named[name]


def _parts(template: str) -> Iterator[str]:
    """Yield the template's literals, references, braces, classes and bindings in order."""
    literal, position = "", 0
    while position < len(template):
        reference = _REFERENCE.match(template, position)
        if reference:
            end = reference.end()
        elif template[position] in _CLOSING:
            end = _end_of_group(template, position)
        else:
            literal += template[position]
            position += 1
            continue
        if literal:
            yield literal
            literal = ""
        yield template[position:end]
        position = end
    if literal or not template:
        yield literal


def _end_of_group(template: str, start: int) -> int:
    """Return the offset after the bracket that closes the one at `start`."""
    depth = 0
    for position in range(start, len(template)):
        if template[position] in _CLOSING:
            depth += 1
        elif template[position] in _CLOSING.values():
            depth -= 1
            if depth == 0:
                return position + 1
    raise ValueError(f"a bracket is not closed in the template {template!r}")


def _split(options: str) -> list[str]:
    """Return the options between the bars that are outside inner brackets."""
    pieces, depth = [""], 0
    for character in options:
        depth += (character in _CLOSING) - (character in _CLOSING.values())
        if character == "|" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


def _form(name: str) -> tuple[Callable[[str], str], str]:
    """Return how the words of `[name]` are written, and the name of their class."""
    if name.startswith("a "):
        return with_article, name[2:]
    if name.startswith("A "):
        return lambda word: capitalised(with_article(word)), name[2:]
    if name[0].isupper():
        return capitalised, name[0].lower() + name[1:]
    return str, name
