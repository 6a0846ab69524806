"""The built-in stories: exact, unambiguous, varied, well-formed."""

import re
from collections import Counter

import pytest

from lmcore.corpus import builtin, grammar
from lmcore.corpus.builtin import Story, stories
from lmcore.corpus.stories import PLOTS, steps, story


@pytest.fixture(scope="module")
def some() -> list[Story]:
    return list(stories(1234, "train", 2000))


def frames() -> set[str]:
    return {frame for plot in PLOTS for step in steps(plot) for frame in step.frames}


def test_at_least_400_sentence_frames() -> None:
    assert len(frames()) >= 400


def test_entropy_is_at_least_0_6_bits_per_byte(some: list[Story]) -> None:
    bits = -sum(each.log2_probability for each in some)
    rate = bits / sum(len(each.text.encode()) for each in some)
    assert 0.6 <= rate <= 0.75


def test_probability_is_recovered_from_the_text_alone(some: list[Story]) -> None:
    node = story()
    for each in some[:500]:
        (found,) = grammar.derivations(node, each.text)  # exactly one derivation
        assert found == pytest.approx(each.log2_probability, abs=1e-6)
    assert builtin.score(some[0].text) == pytest.approx(some[0].log2_probability, abs=1e-6)


def test_a_changed_story_is_outside_the_language(some: list[Story]) -> None:
    with pytest.raises(ValueError, match="does not tell"):
        builtin.score(some[0].text.replace(".", "!", 1))
    with pytest.raises(ValueError, match="does not tell"):
        builtin.score(some[0].text + " ")


def test_no_sentence_of_a_step_fits_two_of_its_frames() -> None:
    for plot in PLOTS:
        for step in steps(plot):
            assert len(set(step.frames)) == len(step.frames)


def test_same_seed_same_stories_and_independent_streams(some: list[Story]) -> None:
    assert list(stories(1234, "train", 50)) == some[:50]
    texts = {each.text for each in some}
    assert len(texts) == len(some)
    for seed, split in ((1234, "validation"), (1235, "train")):
        assert not texts & {each.text for each in stories(seed, split, 500)}


def test_lengths(some: list[Story]) -> None:
    lengths = sorted(len(each.text.encode()) for each in some)
    assert lengths[0] > 700
    assert lengths[-1] < 1800


def test_every_plot_is_told(some: list[Story]) -> None:
    node = Counter(each.text.split("\n\n")[2].split()[0] for each in some)
    assert len(node) > 9


def test_spelling_of_articles_capitals_and_quotes(some: list[Story]) -> None:
    for each in some:
        text = each.text
        assert not re.search(r"\b[Aa] [aeio]\w", text), text
        assert not re.search(r"\b[Aa]n [^aeiouh]", text), text
        assert not re.search(r"[$@\[\]{}<>|]|  | \.|\.\.", text), text
        assert not re.search(r"(^|\n|[.?] )[a-z]", text), text
        assert all(paragraph.count('"') % 2 == 0 for paragraph in text.split("\n\n")), text
