"""The notation of plots: alternatives, optional sentences, turns, shared passages, pools."""

import random

import pytest

from lmcore.corpus.grammar.derivation import Derivation
from lmcore.corpus.grammar.templates import Vocabulary
from lmcore.corpus.stories.pools import POOLS, pool
from lmcore.corpus.stories.script import ScriptCompiler, frames, parse, table

SCRIPT = """
He had a <colour=red|blue> hat.
His hat was <colour=red|blue>.

(maybe)
It was big.

either weather: rain
It rained.
or weather: sun
It was hot.
end
---
+ end

when weather: rain
The $colour hat was wet.
or weather: sun
The $colour hat was dry.
end
"""


def texts(script: str, draws: int = 400) -> set[str]:
    compiler = ScriptCompiler(Vocabulary({}, {}), {"end": "That was all."})
    symbol = compiler.compile(parse(script))
    found = set()
    for seed in range(draws):
        derivation = Derivation(random.Random(seed))
        symbol.expand(derivation)
        found.add(derivation.text.replace("\n", " "))
    return found


def test_a_script_generates_every_story_that_it_describes() -> None:
    expected = {
        f"{first}{maybe} {weather} That was all. The {colour} hat was {state}."
        for colour in ("red", "blue")
        for first in (f"He had a {colour} hat.", f"His hat was {colour}.")
        for maybe in ("", " It was big.")
        for weather, state in (("It rained.", "wet"), ("It was hot.", "dry"))
    }
    assert texts(SCRIPT) == expected


def test_a_dash_line_begins_a_paragraph() -> None:
    compiler = ScriptCompiler(Vocabulary({}, {}), {})
    symbol = compiler.compile(parse("One.\n---\nTwo."))
    derivation = Derivation(random.Random(1))
    symbol.expand(derivation)
    assert derivation.text == "One.\nTwo."


def test_frames_are_the_sentences_of_a_script() -> None:
    assert list(frames(parse(SCRIPT)))[:3] == [
        "He had a <colour=red|blue> hat.",
        "His hat was <colour=red|blue>.",
        "It was big.",
    ]


def test_a_turn_without_end_and_an_end_without_turn_are_refused() -> None:
    with pytest.raises(ValueError, match="has no `end`"):
        parse("either way: a\nYes.\nor way: b\nNo.")
    with pytest.raises(ValueError, match="stands outside"):
        parse("Yes.\nend")


def test_an_optional_sentence_does_not_open_a_paragraph() -> None:
    with pytest.raises(ValueError, match="opens a paragraph"):
        texts("One.\n---\n(maybe)\nTwo.")


def test_a_table_gives_a_record_for_each_row() -> None:
    variable = table("fear | truth", "a bear | a coat\na ghost | a shirt", "thing")
    assert variable.records == [
        {"fear": "a bear", "truth": "a coat"},
        {"fear": "a ghost", "truth": "a shirt"},
    ]
    assert variable.differs_from == ("thing",)


def test_a_pool_is_written_for_another_person() -> None:
    for name in POOLS:
        for frame in pool(name, "friend"):
            assert "$hero" not in frame.lower()
            assert "$he " not in frame.lower()
    assert "$Friend [felt] [sad]." in pool("sad", "friend")
    assert (
        "$Friend {wanted|tried} to {smile|be brave|be strong|talk|look happy|play}, "
        "but $fhe [felt] [sad]." in pool("sad", "friend")
    )
