"""Figures about samples, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lmcore.corpus.store import SplitWriter
from lmcore.quality import distinct, longest_overlap, quality, repetition, words_of


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
    assert longest_overlap(story, [["a", "cat", "sat", "on", "a", "mat"]]) == 3
    assert longest_overlap(story, [["x"], story]) == 6
    assert longest_overlap(story, [["x"]]) == 0


def test_samples_beside_real_stories(tmp_path: Path) -> None:
    for split, text in (("train", "the cat sat down"), ("validation", "a cat sat")):
        with SplitWriter(tmp_path, split) as writer:
            writer.add(text)
    figures = quality(["The cat sat zorp."], tmp_path)
    assert figures["samples"]["unknown_words"] == pytest.approx(1 / 4)
    assert figures["samples"]["longest_overlap"] == 3
    assert figures["real"]["longest_overlap"] == 2
