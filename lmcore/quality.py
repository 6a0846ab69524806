"""How stories look without asking another model: variety, repetition, memorisation.

Each figure is given for the samples and for as many real stories from the
validation split, so that it can be read: good samples look like real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from lmcore.corpus.store import iter_texts

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Training stories that samples are compared with: enough to find copying, and
# few enough for a second of work.
_TRAINING_STORIES = 50_000


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, an apostrophe within one kept."""
    return [word.lower() for word in _WORD.findall(text)]


def distinct(stories: list[list[str]], n: int) -> float:
    """Different n-grams of words over all (Li et al., 2016, arXiv:1510.03055)."""
    grams = [gram for story in stories for gram in _grams(story, n)]
    return len(set(grams)) / max(1, len(grams))


def repetition(stories: list[list[str]], n: int = 4) -> float:
    """Share of n-grams that occurred earlier in their own story."""
    total = repeated = 0
    for story in stories:
        grams = _grams(story, n)
        total += len(grams)
        repeated += len(grams) - len(set(grams))
    return repeated / max(1, total)


def longest_overlap(story: list[str], training: Iterable[list[str]], most: int = 64) -> int:
    """Words in the longest run that the story shares with a training story, at most `most`."""
    runs = {n: set(_grams(story, n)) for n in range(1, min(most, len(story)) + 1)}
    longest = 0
    for other in training:
        while longest + 1 in runs and not runs[longest + 1].isdisjoint(_grams(other, longest + 1)):
            longest += 1
    return longest


def quality(samples: list[str], raw: Path) -> dict[str, dict[str, float]]:
    """Figures for `samples` and for as many validation stories."""
    count = len(samples)
    real = [words_of(text) for text in islice(iter_texts(raw, "validation"), count)]
    told = [words_of(text) for text in samples]
    training = [words_of(text) for text in islice(iter_texts(raw, "train"), _TRAINING_STORIES)]
    known = {word for story in training for word in story}
    return {
        name: {
            "distinct_1": distinct(stories, 1),
            "distinct_2": distinct(stories, 2),
            "repetition": repetition(stories),
            "unknown_words": sum(word not in known for story in stories for word in story)
            / max(1, sum(map(len, stories))),
            "longest_overlap": max((longest_overlap(s, training) for s in stories), default=0),
        }
        for name, stories in (("samples", told), ("real", real))
    }


def _grams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
