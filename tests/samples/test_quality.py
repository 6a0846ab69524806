"""Figures about samples, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.dataset.stories import SplitWriter
from lmcore.samples.quality import (
    Excerpt,
    TrainingWords,
    distinct,
    excerpts_like,
    quality,
    repetition,
    words_of,
)


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


def write(folder: Path, **splits: list[str]) -> Path:
    for split, texts in splits.items():
        with SplitWriter(folder, split) as writer:
            for text in texts:
                writer.add(text)
    return folder


def test_samples_beside_real_stories(tmp_path: Path) -> None:
    raw = write(tmp_path, train=["the cat sat down"], validation=["a cat sat up there"])
    figures = quality([{"prompt": "", "text": "The cat sat zorp."}], raw)
    assert figures["samples"]["unknown_words"] == pytest.approx(1 / 4)
    assert figures["samples"]["longest_overlap"] == 3
    assert figures["real"]["unknown_words"] == pytest.approx(2 / 4)
    assert figures["real"]["longest_overlap"] == 2
    assert figures["samples"]["words"] == figures["real"]["words"] == 4
    assert figures["training"] == {"stories": 1, "stories_searched": 1}


def test_what_the_prompt_says_is_not_the_models(tmp_path: Path) -> None:
    raw = write(tmp_path, train=["the old cat sat down"], validation=["zorp zorp cat ran"])
    figures = quality([{"prompt": "The old cat", "text": " ran."}], raw)
    assert figures["samples"]["longest_overlap"] == 0
    figures = quality([{"prompt": "The old ", "text": "cat ran."}], raw)
    assert figures["samples"]["longest_overlap"] == 1
    # The real story loses as many words as the prompt has: `cat ran` is left of it.
    assert figures["real"] == figures["samples"]


def test_a_word_that_the_model_ends_is_the_models() -> None:
    assert Excerpt.written("The old", "er cat") == Excerpt(1, ["older", "cat"])
    assert Excerpt.written("The old", " cat") == Excerpt(2, ["cat"])
    assert Excerpt.written("The old", "") == Excerpt(2, [])


def test_real_stories_are_cut_to_the_length_of_the_samples() -> None:
    told = [Excerpt(1, ["x"] * 2), Excerpt(2, ["x"] * 4), Excerpt(0, ["x"])]
    stories = [list("ab"), list("abcdefgh"), list("ABCD"), list("unused")]
    assert excerpts_like(told, stories) == [
        Excerpt(0, ["a"]),
        Excerpt(2, list("cdef")),
        Excerpt(1, list("BC")),
    ]
    # No story has 6 words, and none is left over to stand in.
    assert excerpts_like(told, [list("abcde"), list("abcdf")]) == [
        Excerpt(1, list("bc")),
        Excerpt(0, ["a"]),
    ]
    # Where one is, the longest stands in.
    assert excerpts_like(told[1:2], [list("ab"), list("abcde")]) == [Excerpt(2, list("cde"))]


def test_repeating_a_text_does_not_tell_samples_from_equal_real_ones(tmp_path: Path) -> None:
    """A long real story beside a short sample would seem to repeat itself more."""
    story = "one two three four five six seven one two three four five six seven"
    raw = write(tmp_path, train=[story], validation=[story])
    figures = quality([{"prompt": "One", "text": " two three four five"}], raw)
    assert figures["real"] == figures["samples"]
    assert figures["real"]["repetition"] == 0 and figures["real"]["distinct_1"] == 1


def test_where_not_every_training_story_is_searched_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = write(tmp_path, train=["the cat", "a dog ran", "no"], validation=["the dog ran off"])
    sample = {"prompt": "", "text": "a dog ran"}
    assert quality([sample], raw)["samples"]["longest_overlap"] == 3
    monkeypatch.setattr("lmcore.samples.quality._TRAINING_STORIES", 1)
    figures = quality([sample], raw)
    assert figures["samples"]["longest_overlap"] == 0
    assert figures["training"] == {"stories": 3, "stories_searched": 1}
