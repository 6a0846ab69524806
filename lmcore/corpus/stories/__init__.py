"""The grammar of the built-in stories: which sentences follow which.

A story is a beginning, one of the plots, and an ending. Each step is a choice
of sentence frames, and an empty frame leaves the step out.
"""

from __future__ import annotations

from lmcore.corpus.grammar import Choice, Node, Sequenced, Vocabulary
from lmcore.corpus.stories import beginnings, endings, lessons, middles, troubles
from lmcore.corpus.stories.plot import Plot, Sentences
from lmcore.corpus.stories.words import RECORD_KEYS, RECORDS, WORDS

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


def steps(plot: Plot) -> list[tuple[str, Sentences]]:
    """The steps of a story with this plot: what stands before the sentence, and its frames."""
    return [
        ("", beginnings.OPENING),
        (" ", beginnings.CHARACTER),
        (" ", beginnings.FAVOURITE),
        (PARAGRAPH, beginnings.OUTING),
        (" ", beginnings.SIGHTS),
        (" ", beginnings.MEETING),
        (" ", beginnings.TALK),
        (PARAGRAPH, plot.trouble),
        (" ", plot.more),
        (" ", middles.FEELING),
        (" ", middles.WORRY),
        (" ", plot.attempt),
        (PARAGRAPH, middles.ARRIVAL),
        (" ", middles.COURAGE),
        (" ", plot.advice),
        (" ", plot.rescue),
        (" ", plot.result),
        (PARAGRAPH, endings.JOY),
        (" ", endings.THANKS),
        (" ", endings.HOMEWARD),
        (" ", endings.TELLING),
        (" ", plot.moral),
        (" ", endings.NIGHT),
        (" ", endings.CLOSING),
    ]


def story() -> Node:
    """The grammar of a whole story."""
    vocabulary = Vocabulary(WORDS, RECORDS, RECORD_KEYS)
    compiled: dict[tuple[str, Sentences], Node] = {}

    def step(before: str, frames: Sentences) -> Node:
        if (before, frames) not in compiled:
            sentences = [before + frame if frame else "" for frame in frames]
            compiled[before, frames] = Choice(map(vocabulary.compile, sentences))
        return compiled[before, frames]

    plots = [[step(*each) for each in steps(plot)] for plot in PLOTS]
    beginning = len(_shared(plots))
    return Sequenced([*plots[0][:beginning], Choice(Sequenced(plot[beginning:]) for plot in plots)])


def _shared(plots: list[list[Node]]) -> list[Node]:
    """The steps with which every plot begins."""
    first = plots[0]
    for position, step in enumerate(first):
        if any(plot[position] is not step for plot in plots):
            return first[:position]
    return first
