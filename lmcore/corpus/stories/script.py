"""The notation of a plot: which sentence follows which.

One morning, $hero ...      Lines that follow one another are alternatives:
It was a sunny day, ...     one of these sentence frames is drawn.

Then $he saw ...            After an empty line comes the next sentence.

(maybe)                     The frames below are left out in half of the stories.
It was very {big|old}.

---                         A new paragraph.

either helper: dog          A turn of the plot: one of these is drawn, and
...                         remembered under its name.
or helper: bird
...
end

when helper: dog            Later: what belongs to the turn that was taken.
...
or helper: bird
...
end

+ bedtime                   The shared passage with this name (shared.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lmcore.corpus.grammar import (
    Alternatives,
    Assignment,
    Concatenation,
    Conditional,
    Sentence,
    Symbol,
    Terminal,
    Variable,
    Vocabulary,
)
from lmcore.corpus.stories.pools import pool

START = Terminal("")
PARAGRAPH = Terminal("\n")
# Within a scene a sentence mostly follows on the same line, what somebody says on a new one.
GAP = Alternatives([Terminal(" "), Terminal("\n")], weights=(2, 1))
GAP_BEFORE_SPEECH = Alternatives([Terminal("\n"), Terminal(" ")], weights=(2, 1))


@dataclass(frozen=True)
class Plot:
    """A plot: whom it is about (`cast`: child, animal or toy) and its script."""

    name: str
    cast: str
    script: str
    variables: Mapping[str, Variable] = field(default_factory=dict)  # of this plot alone


@dataclass(frozen=True)
class Step:
    """The frames of one sentence, or a sign: `---` or `+ name`."""

    frames: list[str]
    optional: bool = False


@dataclass
class Turn:
    """Passages of which one is drawn (`either`) or was decided before (`when`)."""

    drawn: bool
    attribute: str
    passages: dict[str, list[Step | Turn]] = field(default_factory=dict)


def table(header: str, rows: str, *differs_from: str) -> Variable:
    """Return a variable with a record for each row: `fear | truth`, then `a bear | a coat`."""
    names = [name.strip() for name in header.split("|")]
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines()]
    records = [dict(zip(names, row, strict=True)) for row in cells]
    return Variable(records, differs_from=differs_from)


def parse(script: str) -> list[Step | Turn]:
    """Return the steps and turns of a script."""
    lines = [line.strip() for line in script.strip().splitlines()]
    items, rest = _parse(lines)
    if rest:
        raise ValueError(f"`{rest[0]}` stands outside of either or when")
    return items


def frames(items: list[Step | Turn]) -> Iterator[str]:
    """Yield the sentence frames of parsed items."""
    for item in items:
        if isinstance(item, Turn):
            for passage in item.passages.values():
                yield from frames(passage)
        elif item.frames[0] != "---" and not item.frames[0].startswith("+ "):
            yield from item.frames


class ScriptCompiler:
    """Compiles scripts to symbols; equal frames become one symbol."""

    def __init__(self, vocabulary: Vocabulary, shared: Mapping[str, str]) -> None:
        self._vocabulary = vocabulary
        self._shared = {name: parse(script) for name, script in shared.items()}
        self._compiled: dict[str, Symbol] = {}

    @property
    def lexicon(self) -> set[str]:
        """Every word that the compiled sentences can have."""
        return self._vocabulary.lexicon

    @property
    def repeated(self) -> set[str]:
        """Every attribute that is written where it is bound, and again later."""
        return self._vocabulary.bound & self._vocabulary.referenced

    @property
    def frames(self) -> dict[str, Symbol]:
        """Every frame that has been compiled."""
        return self._compiled

    def compile(self, items: list[Step | Turn], before: Symbol = START) -> Symbol:
        """Return the symbol of a passage whose first sentence stands after `before`."""
        symbols: list[Symbol] = []
        for item in items:
            if isinstance(item, Turn):
                symbols.append(self._turn(item, before))
            elif item.frames[0] == "---":
                before = PARAGRAPH
                continue
            elif item.frames[0].startswith("+ "):
                symbols.append(self.compile(self._shared[item.frames[0][2:]], before))
            else:
                symbols.append(self._sentence(item, before))
                if item.optional:
                    continue  # what comes next may open the paragraph
            before = GAP
        return Concatenation(symbols)

    def _turn(self, turn: Turn, before: Symbol) -> Symbol:
        passages = {
            value: self.compile(passage, before) for value, passage in turn.passages.items()
        }
        if not turn.drawn:
            return Conditional(turn.attribute, passages)
        return Alternatives(
            Concatenation([Assignment(turn.attribute, value), passage])
            for value, passage in passages.items()
        )

    def _sentence(self, step: Step, before: Symbol) -> Symbol:
        if step.optional and before is not GAP:
            raise ValueError(f"an optional sentence opens a paragraph: {step.frames[0]!r}")
        for frame in step.frames:
            if frame not in self._compiled:
                self._compiled[frame] = self._vocabulary.compile(frame)
        befores = [
            GAP_BEFORE_SPEECH if before is GAP and frame[0] == '"' else before
            for frame in step.frames
        ]
        sentence = Sentence(befores, [self._compiled[frame] for frame in step.frames])
        return Alternatives([sentence, Concatenation([])]) if step.optional else sentence


def _parse(lines: list[str]) -> tuple[list[Step | Turn], list[str]]:
    """Return the items up to `or`, `end` or the last line, and the lines from there."""
    items: list[Step | Turn] = []
    while lines:
        line = lines[0]
        if not line:
            lines = lines[1:]
        elif line.startswith(("either ", "when ")):
            turn, lines = _parse_turn(lines)
            items.append(turn)
        elif line.startswith("or ") or line == "end":
            break
        elif line == "---" or line.startswith("+ "):
            items.append(Step([line]))
            lines = lines[1:]
        else:
            count = next((n for n, text in enumerate(lines) if _ends_step(text)), len(lines))
            block, lines = lines[:count], lines[count:]
            optional = block[0] == "(maybe)"
            items.append(Step(_frames_of(block[optional:]), optional))
    return items, lines


def _frames_of(lines: list[str]) -> list[str]:
    """Return the frames of a sentence, with those of the pools that it names."""
    frames = []
    for line in lines:
        if line.startswith("* "):
            frames += pool(*line[2:].split(": "))
        else:
            frames.append(line)
    return list(dict.fromkeys(frames))  # two pools can share a frame


def _ends_step(line: str) -> bool:
    """Return whether a line is empty or a sign rather than a sentence frame."""
    return line in ("", "---", "end") or line.startswith(("+ ", "either ", "or ", "when "))


def _parse_turn(lines: list[str]) -> tuple[Turn, list[str]]:
    word, _, condition = lines[0].partition(" ")
    turn = Turn(word == "either", condition.partition(": ")[0])
    while lines[0] != "end":
        _, _, value = lines[0].partition(": ")
        passage, lines = _parse(lines[1:])
        if not lines:
            raise ValueError(f"`{word} {condition}` has no `end`")
        turn.passages[value] = passage
    return turn, lines[1:]
