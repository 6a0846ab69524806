"""The built-in stories: exact, unambiguous, varied, well-formed."""

import re

import pytest

from lmcore.corpus import builtin, grammar
from lmcore.corpus.builtin import Story, stories
from lmcore.corpus.stories import compiler, story
from lmcore.corpus.stories.plots import PLOTS
from lmcore.corpus.stories.script import Turn, parse


@pytest.fixture(scope="module")
def some() -> list[Story]:
    return list(stories(1234, "train", 2000))


def test_at_least_600_sentence_frames() -> None:
    story()
    assert len(compiler().frames) >= 600


def test_at_least_16_plots_that_branch() -> None:
    assert len(PLOTS) >= 16
    assert len({plot.name for plot in PLOTS}) == len(PLOTS)
    for plot in PLOTS:
        turns = [item for item in parse(plot.script) if isinstance(item, Turn)]
        drawn = {turn.attribute for turn in turns if turn.drawn}
        later = {turn.attribute for turn in turns if not turn.drawn}
        assert drawn & later, f"no later passage of {plot.name!r} depends on a turn"


def test_probability_is_recovered_from_the_text_alone(some: list[Story]) -> None:
    for each in some[:500]:
        (found,) = grammar.derivations(story(), each.text)  # exactly one derivation
        assert found == pytest.approx(each.log2_probability, abs=1e-6)
    assert builtin.score(some[0].text) == pytest.approx(some[0].log2_probability, abs=1e-6)


def test_a_changed_story_is_outside_the_language(some: list[Story]) -> None:
    with pytest.raises(ValueError, match="does not generate"):
        builtin.score(some[0].text.replace(".", ";", 1))
    with pytest.raises(ValueError, match="does not generate"):
        builtin.score(some[0].text + " ")


def test_same_seed_same_stories_and_independent_streams(some: list[Story]) -> None:
    assert list(stories(1234, "train", 50)) == some[:50]
    texts = {each.text for each in some}
    for seed, split in ((1234, "validation"), (1235, "train")):
        assert not texts & {each.text for each in stories(seed, split, 500)}


def test_no_two_of_10_000_stories_are_equal() -> None:
    assert len({each.text for each in stories(7, "train", 10_000)}) == 10_000


def test_every_plot_and_frame_is_drawn() -> None:
    # An attribute that is used before it is bound would raise KeyError here.
    for _ in stories(3, "train", 5000):
        pass


def test_spelling_of_articles_capitals_and_quotes(some: list[Story]) -> None:
    for each in some:
        text = each.text
        assert not re.search(r"\b[Aa] [aeiou]\w", text), text
        assert not re.search(r"\b[Aa]n (?!hour|honest)[^aeiou]", text), text
        assert not re.search(r"[$@\[\]{}<>|=]|  | [.,!?]|\.\.|,,|!!| \n|\n ", text), text
        assert not re.search(r'(^|\n|[.!?] )"?[a-z]', text), text
        assert text.count('"') % 2 == 0, text
        assert re.search(r'[.!?]"?$', text), text
