"""The grammar's probabilities, by enumeration and by recovering derivations."""

import math
import random

import pytest

from lmcore.corpus import grammar
from lmcore.corpus.grammar.derivation import Derivation, Symbol
from lmcore.corpus.grammar.symbols import Alternatives, Concatenation
from lmcore.corpus.grammar.templates import Variable, Vocabulary

WORDS = {
    "noise": {"fox": ["yips", "barks"], "owl": ["hoots"]},
    "tail": ["red", "old"],
}
VARIABLES = {
    "kind": Variable([{"kind": "fox"}, {"kind": "owl"}]),
    "name": Variable({"fox": [{"name": "mo"}, {"name": "no"}], "owl": [{"name": "mo"}]}, "kind"),
    "friend": Variable([{"friend": "mo"}, {"friend": "no"}, {"friend": "po"}], None, ("name",)),
}


def compile_(template: str) -> Symbol:
    return Vocabulary(WORDS, VARIABLES).compile(template)


def expand(symbol: Symbol, seed: int) -> Derivation:
    derivation = Derivation(random.Random(seed))
    symbol.expand(derivation)
    return derivation


def texts_of(symbol: Symbol, draws: int) -> set[str]:
    return {expand(symbol, seed).text for seed in range(draws)}


def test_probabilities_of_a_small_grammar_sum_to_one() -> None:
    symbol = compile_("<A kind>{| named <word=mo|no>, yes $word,} [noise of kind] [a tail] $kind.")
    texts = texts_of(symbol, 3000)
    # Per kind: no name or two names; two noises of a fox, one of an owl; two tails.
    assert len(texts) == 3 * 2 * (2 + 1)
    assert "An owl named mo, yes mo, hoots an old owl." in texts
    assert sum(2 ** grammar.score(symbol, text) for text in texts) == pytest.approx(1.0, abs=1e-12)


def test_a_variable_can_depend_on_another_and_differ_from_another() -> None:
    symbol = compile_("<kind> <name> {and|or} <friend>")
    texts = texts_of(symbol, 3000)
    assert len(texts) == 3 * 2 * 2
    assert not any(text.endswith("mo") and " mo " in text for text in texts)
    assert sum(2 ** grammar.score(symbol, text) for text in texts) == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(ValueError, match="does not generate"):
        grammar.score(symbol, "fox mo and mo")


def test_the_probability_of_a_derivation_is_that_of_its_text() -> None:
    symbol = compile_("<kind> <name> {and {x|y}|or} <friend>")
    for seed in range(200):
        derivation = expand(symbol, seed)
        assert grammar.score(symbol, derivation.text) == pytest.approx(derivation.log2_probability)


def test_a_draw_is_as_likely_as_its_weight_says() -> None:
    symbol = compile_("{a|b|c}")
    weights = [1 / 30, 1 / 31, 1 / 32]
    for text, weight in zip("abc", weights, strict=True):
        assert 2 ** grammar.score(symbol, text) == pytest.approx(weight / sum(weights))
    drawn = [expand(symbol, seed).text for seed in range(6000)]
    assert drawn.count("c") / 6000 == pytest.approx(weights[2] / sum(weights), abs=0.02)


def test_a_draw_that_must_differ_is_as_likely_as_its_weight_says() -> None:
    symbol = compile_("<kind> <name> <friend>")
    drawn = [expand(symbol, seed).text for seed in range(20_000)]
    owls = [text for text in drawn if text.startswith("owl")]
    share = 1 / 31 / (1 / 31 + 1 / 32)  # of no, where mo is taken
    assert owls.count("owl mo no") / len(owls) == pytest.approx(share, abs=0.02)


def test_two_derivations_of_one_text_are_added() -> None:
    symbol = Concatenation([compile_("{x|xy}"), compile_("{yz|z}")])
    assert len(grammar.derivations(symbol, "xyz")) == 2
    texts = texts_of(symbol, 200)
    assert texts == {"xyz", "xz", "xyyz"}
    assert sum(2 ** grammar.score(symbol, text) for text in texts) == pytest.approx(1.0)


def test_the_same_option_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        compile_("{a|b|a}")


def test_a_bracket_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ValueError, match="not closed"):
        compile_("{a|[tail")


def test_an_unknown_class_or_variable_is_named() -> None:
    with pytest.raises(ValueError, match="variable 'knd', which does not exist; like it are: kind"):
        compile_("<knd>")
    with pytest.raises(ValueError, match="class of words 'noses', which does not exist"):
        compile_("[noses]")


def test_text_outside_the_language_is_refused() -> None:
    symbol = Alternatives([compile_("{a|b}"), compile_("c")])
    for text in ("d", "", "ab"):
        with pytest.raises(ValueError, match="does not generate"):
            grammar.score(symbol, text)
    assert math.isclose(sum(2 ** grammar.score(symbol, text) for text in "abc"), 1.0)
