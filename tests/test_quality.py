"""Figures about samples, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.corpus.store import SplitWriter
from lmcore.quality import TrainingWords, distinct, quality, repetition, words_of


def test_words() -> None:
    assert words_of("It's 3 o'clock, Tom’s café!") == ["it's", "o'clock", "tom", "s", "café"]


def test_distinct_and_repetition() -> None:
    story = ["a", "b", "a", "b", "a", "b"]
    assert distinct([story], 1) == pytest.approx(2 / 6)
    assert distinct([story], 2) == pytest.approx(2 / 5)
    assert repetition([story], 4) == pytest.approx(1 / 3)  # abab baba abab
    assert repetition([["a"]], 4) == 0


def test_longest_overlap() -> None:
    story = ["the", "cat", "sat", "on", "the", "mat"]
    assert TrainingWords([["a", "cat", "sat", "on", "a", "mat"]]).longest_overlap([story]) == 3
    assert TrainingWords([["x"], story]).longest_overlap([["y"], story]) == 6
    assert TrainingWords([["x"]]).longest_overlap([story]) == 0
    # No run goes on from one story into the next, on either side.
    assert TrainingWords([story[:3], story[3:]]).longest_overlap([story]) == 3
    assert TrainingWords([story]).longest_overlap([story[:2], story[2:]]) == 4


stories = st.lists(st.lists(st.sampled_from("abc"), max_size=12), max_size=4)


@given(stories, stories)
@settings(deadline=None)
def test_longest_overlap_equals_trying_every_run(told: list, training: list) -> None:
    def runs(stories: list) -> set[tuple[str, ...]]:
        return {
            tuple(story[first:end])
            for story in stories
            for first in range(len(story))
            for end in range(first + 1, len(story) + 1)
        }

    longest = max(map(len, runs(told) & runs(training)), default=0)
    assert TrainingWords(training).longest_overlap(told) == longest


def test_samples_beside_real_stories(tmp_path: Path) -> None:
    for split, text in (("train", "the cat sat down"), ("validation", "a cat sat")):
        with SplitWriter(tmp_path, split) as writer:
            writer.add(text)
    figures = quality(["The cat sat zorp."], tmp_path)
    assert figures["samples"]["unknown_words"] == pytest.approx(1 / 4)
    assert figures["samples"]["longest_overlap"] == 3
    assert figures["real"]["longest_overlap"] == 2
