"""How stories look without asking another model: variety, repetition, memorisation.

Each figure is given for the samples and for real stories of the validation
split: good samples look like real ones. Only the words of a sample count that
the model wrote. Longer texts repeat themselves more, so each sample is compared
with as many words of a real story, after as many words as the prompt has.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from lmcore.dataset.stories import iter_texts, row_groups

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Training stories that are searched at most: their words lie in memory as numbers.
_TRAINING_STORIES = 50_000


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, with an apostrophe inside a word kept."""
    return [word.lower() for word in _WORD.findall(text)]


def distinct(stories: list[list[str]], n: int) -> float:
    """Return the share of distinct n-grams of words (Li et al., 2016, arXiv:1510.03055)."""
    grams = [gram for story in stories for gram in n_grams(story, n)]
    return len(set(grams)) / max(1, len(grams))


def repetition(stories: list[list[str]], n: int = 4) -> float:
    """Return the share of n-grams that occurred earlier in their own story."""
    total = repeated = 0
    for story in stories:
        grams = n_grams(story, n)
        total += len(grams)
        repeated += len(grams) - len(set(grams))
    return repeated / max(1, total)


class TrainingWords:
    """The words of training stories as integers, to search samples in."""

    def __init__(self, stories: Iterable[list[str]]) -> None:
        self._number: dict[str, int] = {}
        numbers = array("i")
        for story in stories:
            numbers.extend(self._number.setdefault(word, len(self._number)) for word in story)
            numbers.append(_BORDER)
        self._words = np.frombuffer(numbers, np.int32) if numbers else np.empty(0, np.int32)

    def __contains__(self, word: str) -> bool:
        return word in self._number

    def longest_overlap(self, stories: list[list[str]]) -> int:
        """Return the words in the longest run that one of `stories` shares with a training story.

        Runs grow by one word at a time, and only while they are shared. They are
        compared by hashes of 64 bits.
        """
        own = [self._number.get(word, _UNKNOWN) for story in stories for word in (*story, "")]
        ours, theirs = _Runs(np.array(own, np.int32)), _Runs(self._words)
        length = 0
        while True:
            ours, theirs = ours.longer(_UNKNOWN), theirs.longer(_BORDER)
            theirs = theirs.among(ours.hashes)
            if not len(theirs.ends):
                return length
            ours = ours.among(theirs.hashes)
            length += 1


# Not part of any shared run: the end of a training story, a word that is in none.
_BORDER, _UNKNOWN = -1, -2


class _Runs:
    """Runs of words of one length: where each ends in `words`, and its hash."""

    def __init__(
        self, words: np.ndarray, ends: np.ndarray | None = None, hashes: np.ndarray | None = None
    ) -> None:
        self._words = words
        self.ends = np.arange(len(words), dtype=np.int32) if ends is None else ends
        self.hashes = np.zeros(len(words), np.uint64) if hashes is None else hashes

    def longer(self, border: int) -> _Runs:
        """Return the runs extended by a word other than `border`; hash -> hash * base + word."""
        following = self._words[self.ends]
        extends = following != border
        words = following[extends].astype(np.uint64) + np.uint64(1)
        hashes = self.hashes[extends] * _BASE + words
        return _Runs(self._words, self.ends[extends] + np.int32(1), hashes)

    def among(self, hashes: np.ndarray) -> _Runs:
        """Return the runs whose hash is one of `hashes`."""
        sorted_hashes = np.append(np.unique(hashes), np.uint64(2**64 - 1))
        matches = sorted_hashes[np.searchsorted(sorted_hashes, self.hashes)] == self.hashes
        return _Runs(self._words, self.ends[matches], self.hashes[matches])


_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, with bits at random


def quality(samples: list[dict[str, str]], raw: Path) -> dict[str, dict[str, float]]:
    """Return figures of samples of a `prompt` and a `text` each, and of real stories.

    `training` states how many of the training stories were searched. Where they
    are not all, the longest overlap is a lower bound and the share of unknown
    words an upper bound.
    """
    written = [Excerpt.written(sample["prompt"], sample["text"]) for sample in samples]
    real = excerpts_like(written, map(words_of, iter_texts(raw, "validation")))
    training = TrainingWords(map(words_of, islice(iter_texts(raw, "train"), _TRAINING_STORIES)))
    count = sum(group.rows for group in row_groups(raw, "train"))
    searched: dict[str, float] = {
        "stories": count,
        "stories_searched": min(count, _TRAINING_STORIES),
    }
    return {
        "samples": _figures([excerpt.words for excerpt in written], training),
        "real": _figures([excerpt.words for excerpt in real], training),
        "training": searched,
    }


@dataclass(frozen=True)
class Excerpt:
    """The words of a text after its first `opening`."""

    opening: int
    words: list[str]

    @classmethod
    def written(cls, prompt: str, text: str) -> Excerpt:
        """Return what the model wrote after a prompt; a word of both counts as the model's."""
        words = _WORD.finditer(prompt + text)
        opening = sum(word.end() <= len(prompt) for word in words)
        return cls(opening, words_of(prompt + text)[opening:])

    @property
    def end(self) -> int:
        """The number of words from the start of the text."""
        return self.opening + len(self.words)


def excerpts_like(samples: list[Excerpt], stories: Iterable[list[str]]) -> list[Excerpt]:
    """Return for each sample an excerpt of the same length and position in a story of its own.

    The first stories that are long enough are used; where there is none, the longest of the rest.
    """
    waiting = sorted(samples, key=lambda excerpt: excerpt.end, reverse=True)
    pairs, short = [], []
    for story in stories:
        if not waiting:
            break
        fitting = next((n for n, excerpt in enumerate(waiting) if excerpt.end <= len(story)), None)
        if fitting is None:
            short.append(story)
        else:
            pairs.append((waiting.pop(fitting), story))
    pairs += zip(waiting, sorted(short, key=len, reverse=True), strict=False)
    return [Excerpt(one.opening, story[one.opening : one.end]) for one, story in pairs]


def _figures(stories: list[list[str]], training: TrainingWords) -> dict[str, float]:
    words = sum(map(len, stories))
    unknown = sum(word not in training for story in stories for word in story)
    return {
        "words": words,
        "distinct_1": distinct(stories, 1),
        "distinct_2": distinct(stories, 2),
        "repetition": repetition(stories),
        "unknown_words": unknown / max(1, words),
        "longest_overlap": training.longest_overlap(stories),
    }


def n_grams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
