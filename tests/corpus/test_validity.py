"""The check of stories: the first violation, of the right kind, at its place."""

import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lmcore.corpus.builtin import stories
from lmcore.corpus.stories.cast import BOYS, GIRLS
from lmcore.corpus.validity import KINDS, Mention, check, mentions, minimal_pair


@pytest.fixture(scope="module")
def some() -> list[str]:
    return [story.text for story in stories(11, "train", 500)]


def of_hero(text: str) -> list[Mention]:
    return [mention for mention in mentions(text) if mention.name == "hero"]


def replaced(text: str, mention: Mention, value: str) -> str:
    return text[: mention.start] + value + text[mention.end :]


def test_every_generated_story_is_valid(some: list[str]) -> None:
    for text in some:
        found = check(text, prompt_length=10)
        assert found.valid
        assert found.kind is None
        assert found.offset == len(text)
        assert found.progress == len(text) - 10


def test_no_real_story_is_valid(real_text: Path) -> None:
    (file,) = real_text.glob("validation-*.parquet")
    found = [check(text) for text in pq.read_table(file)["text"].to_pylist()[:200]]
    assert not any(each.valid for each in found)
    assert all(each.kind in KINDS for each in found)


def test_a_misspelled_word_is_found_at_its_place(some: list[str]) -> None:
    for text in some[:100]:
        word = re.compile(r"\b(boy|girl|[a-z]{5,})\b").search(text, len(text) // 2)
        assert word
        spelling = word[0][:-1] + "q" + word[0][-1]
        found = check(text[: word.start()] + spelling + text[word.end() :])
        assert (found.kind, found.start, found.end) == (
            "word",
            word.start(),
            word.start() + len(spelling),
        )
        assert found.offset >= word.start()


def test_another_name_is_found_at_its_place(some: list[str]) -> None:
    kinds: Counter[str | None] = Counter()
    for text in some[:200]:
        mention = of_hero(text)[-1]
        known = set(re.findall("[A-Za-z]+", text))
        other = next(name for name in (*GIRLS, *BOYS)[::7] if name not in known)
        found = check(replaced(text, mention, other))
        kinds[found.kind] += 1
        if found.kind == "name":
            assert (found.start, found.end) == (mention.start, mention.start + len(other))
    assert kinds["name"] > 180  # at some places a new person may come


def test_another_pronoun_is_found_at_its_place(some: list[str]) -> None:
    other = {"he": "she", "she": "he", "him": "her", "He": "She", "She": "He"}
    kinds: Counter[str | None] = Counter()
    for text in some[:100]:
        pronouns = list(re.finditer(rf"\b({'|'.join(other)})\b", text))
        if not pronouns:
            continue
        pronoun = pronouns[-1]
        wrong = other[pronoun[0]]
        found = check(text[: pronoun.start()] + wrong + text[pronoun.end() :])
        kinds[found.kind] += 1
        if found.kind == "pronoun":
            assert (found.start, found.end) == (pronoun.start(), pronoun.start() + len(wrong))
    assert kinds["pronoun"] > 90  # at some places another person may act


def test_a_girl_who_is_called_he_is_found_where_she_is() -> None:
    before = "Once upon a time, there was a tiny, happy girl named Sally. "
    found = check(before + "He loved to draw and run.")
    assert (found.kind, found.start, found.end) == ("pronoun", len(before), len(before) + 2)


def test_another_thing_is_found_at_its_place(some: list[str]) -> None:
    tried = 0
    for text in some:
        things = [mention for mention in mentions(text) if mention.name == "thing"]
        if len(things) > 1:
            tried += 1
            other = "kite" if text[things[0].start : things[0].end] == "ball" else "ball"
            found = check(replaced(text, things[-1], other))
            assert (found.kind, found.start) == ("thing", things[-1].start)
    assert tried > 25


def test_a_text_that_stops_is_unfinished(some: list[str]) -> None:
    for text in some[:100]:
        for length in (len(text) // 2, len(text) - 1):
            found = check(text[:length])
            assert (found.kind, found.offset, found.end) == ("unfinished", length, length)


def test_a_sentence_left_out_breaks_the_plot(some: list[str]) -> None:
    kinds: Counter[str | None] = Counter()
    for text in some[:100]:
        paragraphs = text.split("\n")
        without = "\n".join(paragraphs[:1] + paragraphs[3:])
        kinds[check(without).kind] += 1
    assert kinds["order"] > 80


def test_a_sentence_of_no_story_is_found_at_its_place(some: list[str]) -> None:
    for text in some[:100]:
        end = text.index(".") + 1
        added = " The cow was in the sea with a hat and."
        found = check(text[:end] + added + text[end:])
        assert (found.kind, found.start, found.end) == ("sentence", end + 1, end + len(added))


def test_what_follows_a_whole_story_is_out_of_order(some: list[str]) -> None:
    whole = next(text for text in some if text.endswith("The end."))  # nothing can follow
    found = check(whole + " " + some[1])
    assert (found.valid, found.kind, found.offset) == (False, "order", len(whole))


def test_mentions_are_the_names_and_things_of_the_story(some: list[str]) -> None:
    for text in some[:200]:
        found = mentions(text)
        heroes = [mention for mention in found if mention.name == "hero"]
        name = text[heroes[0].start : heroes[0].end]
        assert [mention.first for mention in heroes] == [True] + [False] * (len(heroes) - 1)
        starts = [match.start() for match in re.finditer(rf"\b{name}\b", text)]
        assert [mention.start for mention in heroes] == starts
        assert found == sorted(found, key=lambda mention: mention.start)
        assert not any(text[mention.start : mention.end].startswith("a ") for mention in heroes)


def test_a_minimal_pair_differs_in_the_name_of_the_hero_alone() -> None:
    for seed in range(20):
        first, second, spans = minimal_pair(seed)
        assert check(first).valid
        assert check(second).valid
        assert len(first) == len(second)
        assert len(spans) >= 2
        (name,) = {first[start:end] for start, end in spans}
        (other,) = {second[start:end] for start, end in spans}
        assert name != other
        assert first.replace(name, "*") == second.replace(other, "*")
    assert minimal_pair(3) == minimal_pair(3)
