"""The grammar's probabilities, by enumeration and by recovering derivations."""

import math
import random

import pytest

from lmcore.corpus import grammar
from lmcore.corpus.grammar import Choice, Sequenced, Telling, Vocabulary

WORDS = {
    "noise": {"fox": ["yips", "barks"], "owl": ["hoots"]},
    "tail": ["red", "old"],
    "letter": ["m", "n"],
}
RECORDS = {"kind": [{"kind": "fox"}, {"kind": "owl"}]}


def compile_(template: str) -> grammar.Node:
    abbreviations = {"word": "[letter]o"}
    return Vocabulary(WORDS, RECORDS, {}, abbreviations).compile(template)


def tell(node: grammar.Node, seed: int) -> Telling:
    telling = Telling(random.Random(seed))
    node.tell(telling)
    return telling


def test_probabilities_of_a_small_grammar_sum_to_one() -> None:
    node = compile_("<A kind>{| named <name=@word>, yes $name,} [noise of kind] [a tail] $kind.")
    texts = {tell(node, seed).text for seed in range(3000)}
    # Per kind: no name or two names; two noises of a fox, one of an owl; two tails.
    assert len(texts) == 3 * 2 * (2 + 1)
    assert "An owl named mo, yes mo, hoots an old owl." in texts
    assert sum(2 ** grammar.score(node, text) for text in texts) == pytest.approx(1.0, abs=1e-12)


def test_a_draw_is_as_likely_as_its_weight_says() -> None:
    node = compile_("{a|b|c}")
    weights = [1 / 30, 1 / 31, 1 / 32]
    for text, weight in zip("abc", weights, strict=True):
        assert 2 ** grammar.score(node, text) == pytest.approx(weight / sum(weights))
    drawn = [tell(node, seed).text for seed in range(6000)]
    assert drawn.count("c") / 6000 == pytest.approx(weights[2] / sum(weights), abs=0.02)


def test_two_derivations_of_one_text_are_added() -> None:
    node = Sequenced([compile_("{x|xy}"), compile_("{yz|z}")])
    assert len(grammar.derivations(node, "xyz")) == 2
    texts = {tell(node, seed).text for seed in range(200)}
    assert texts == {"xyz", "xz", "xyyz"}
    assert sum(2 ** grammar.score(node, text) for text in texts) == pytest.approx(1.0)


def test_the_same_option_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        compile_("{a|b|a}")


def test_text_outside_the_language_is_refused() -> None:
    node = Choice([compile_("{a|b}"), compile_("c")])
    for text in ("d", "", "ab"):
        with pytest.raises(ValueError, match="does not tell"):
            grammar.score(node, text)
    assert math.isclose(sum(2 ** grammar.score(node, text) for text in "abc"), 1.0)
