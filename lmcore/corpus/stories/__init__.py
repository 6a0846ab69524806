"""The grammar of the built-in stories: which sentences follow which.

A story is a beginning, one of the plots, and an ending. Each step is a choice
of sentence frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lmcore.corpus.grammar import Choice, Node, Sequenced, Vocabulary
from lmcore.corpus.stories import beginnings, details, endings, lessons, middles, troubles
from lmcore.corpus.stories.cast import BELONGING, RECORD_KEYS, RECORDS
from lmcore.corpus.stories.plot import Plot, Sentences
from lmcore.corpus.stories.words import ABBREVIATIONS, WORDS

PARAGRAPH = "\n\n"
PLOTS = (
    troubles.LOST,
    lessons.SHARE,
    lessons.CREATURE,
    troubles.STUCK,
    troubles.BROKEN,
    lessons.WAY,
    troubles.STORM,
    lessons.CONTEST,
    lessons.TRUTH,
)


@dataclass(frozen=True)
class Step:
    """A place in a story for one sentence."""

    frames: Sentences
    before: str = " "
    optional: bool = False  # left out in half of the stories


def steps(plot: Plot) -> list[Step]:
    """The steps of a story with this plot."""
    return [
        Step(beginnings.OPENING, before=""),
        Step(details.ORIGIN),
        Step(details.NEIGHBOURS),
        Step(beginnings.FAVOURITE),
        Step(details.CHARACTER),
        Step(beginnings.OUTING, before=PARAGRAPH),
        Step(details.SIGHTS),
        Step(beginnings.MEETING),
        Step(details.TALK),
        Step(plot.trouble, before=PARAGRAPH),
        Step(plot.more + plot.attempt, optional=True),
        Step(details.FEELING),
        Step(middles.ARRIVAL, before=PARAGRAPH),
        Step(details.SPELL),
        Step(plot.advice, optional=True),
        Step(plot.rescue),
        Step(details.CELEBRATION, before=PARAGRAPH),
        Step(details.NIGHT + endings.HOMEWARD),
        Step(plot.moral + plot.result + endings.CLOSING),
    ]


def story() -> Node:
    """The grammar of a whole story."""
    vocabulary = Vocabulary(WORDS | BELONGING, RECORDS, RECORD_KEYS, ABBREVIATIONS)

    @cache
    def compiled(step: Step) -> Node:
        sentence = Choice(vocabulary.compile(step.before + frame) for frame in step.frames)
        return Choice([sentence, Sequenced([])]) if step.optional else sentence

    plots = [[compiled(step) for step in steps(plot)] for plot in PLOTS]
    beginning = len(_shared(plots))
    return Sequenced([*plots[0][:beginning], Choice(Sequenced(plot[beginning:]) for plot in plots)])


def _shared(plots: list[list[Node]]) -> list[Node]:
    """The steps with which every plot begins."""
    first = plots[0]
    for position, step in enumerate(first):
        if any(plot[position] is not step for plot in plots):
            return first[:position]
    return first
