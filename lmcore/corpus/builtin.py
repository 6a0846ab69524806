"""The built-in source: children's stories told by our grammar, with their probabilities.

The entropy of the stories is known exactly: the mean of -log2 p over their
bytes is the bits per byte that the best possible model would reach, the floor
for every model trained on them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lmcore.corpus import grammar
from lmcore.corpus.stories import story


@dataclass(frozen=True, slots=True)
class Story:
    """One story and log2 of the probability that the grammar tells just this text."""

    text: str
    log2_probability: float


def stories(seed: int, split: str, count: int) -> Iterator[Story]:
    """`count` stories; each seed and split is an independent stream."""
    telling_of_story = _story()
    # Text seeds are hashed with SHA-512: the same stream in every process and version.
    generator = random.Random(f"lmcore builtin {seed} {split}")
    for _ in range(count):
        telling = grammar.Telling(generator)
        telling_of_story.tell(telling)
        yield Story(telling.text, telling.log2_probability)


def score(text: str) -> float:
    """log2 of the probability that the grammar tells exactly `text`.

    Found from the text alone; raises `ValueError` for a text that it never tells.
    """
    return grammar.score(_story(), text)


@cache
def _story() -> grammar.Node:
    return story()
