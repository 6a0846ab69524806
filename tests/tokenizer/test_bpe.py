"""Fast training and encoding equal the textbook algorithm."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.tokenizer import bpe, merge_training
from lmcore.tokenizer.bpe import WordEncoder, merge_naive, merge_pair, train_naive
from lmcore.tokenizer.merge_training import train_merges

small_words = st.dictionaries(
    st.binary(min_size=1, max_size=9).map(lambda word: bytes(97 + byte % 4 for byte in word)),
    st.integers(1, 6),
    min_size=1,
    max_size=14,
)


def encoder(merges: list[tuple[bytes, bytes]]) -> tuple[WordEncoder, list[bytes]]:
    tokens = [bytes([byte]) for byte in range(256)]
    ids = {token: index for index, token in enumerate(tokens)}
    ranks = {}
    for rank, (left, right) in enumerate(merges):
        if left + right not in ids:
            ids[left + right] = len(tokens)
            tokens.append(left + right)
        ranks[ids[left], ids[right]] = (rank, ids[left + right])
    return WordEncoder(list(range(256)), ranks), tokens


def test_the_corpus_of_sennrich_by_hand() -> None:
    # low 5, lower 2, newest 6, widest 3 (Sennrich et al., 2016): `es` and `st`
    # both occur 9 times, and `st` is the greater pair.
    words = {b"low": 5, b"lower": 2, b"newest": 6, b"widest": 3}
    first = [(b"s", b"t"), (b"e", b"st"), (b"o", b"w"), (b"l", b"ow"), (b"w", b"est")]
    assert train_naive(words, 5) == first
    assert train_merges(words, 5) == first


@given(small_words, st.integers(0, 25))
@settings(max_examples=400, deadline=None)
def test_fast_training_equals_naive_training(words: dict[bytes, int], new: int) -> None:
    merges = train_merges(words, new)
    assert merges == train_naive(words, new)
    assert len({left + right for left, right in merges}) == len(merges)


@pytest.mark.parametrize(("waiting", "buckets"), [(4096, 1 << 13), (5, 7)])
def test_merges_made_at_once_are_those_made_one_by_one(
    waiting: int, buckets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_training, "_WAITING", waiting)
    monkeypatch.setattr(merge_training, "_BUCKETS", buckets)
    draw = random.Random(0)
    syllables = ["".join(draw.choices("abcdefgh", k=draw.randint(1, 3))) for _ in range(30)]
    words = {
        "".join(draw.choices(syllables, k=draw.randint(1, 4))).encode(): 1 + number % 9
        for number in range(400)
    }
    assert train_merges(words, 300) == train_naive(words, 300)


@given(st.lists(st.text("ab", min_size=1, max_size=50), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_fast_training_equals_naive_training_on_long_words(words: list[str]) -> None:
    counts = {word.encode(): number for number, word in enumerate(words, start=1)}
    assert train_merges(counts, 30) == train_naive(counts, 30)


@given(small_words, st.binary(max_size=160), st.integers(1, 4))
@settings(max_examples=400, deadline=None)
def test_encoding_applies_the_merges_in_order(
    words: dict[bytes, int], word: bytes, letters: int
) -> None:
    word = bytes(97 + byte % letters for byte in word)
    merges = train_naive(words, 12)
    words_of, tokens = encoder(merges)
    assert [tokens[index] for index in words_of[word]] == merge_naive(word, merges)


def test_long_words_are_not_remembered() -> None:
    words_of, _ = encoder([(b"a", b"a")])
    assert len(words_of[b"a" * 10]) == 5 and len(words_of[b"a" * 1000]) == 500
    assert list(words_of) == [b"a" * 10]


def test_no_more_words_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpe, "_MAX_CACHED", 2)
    merges = [(b"a", b"b"), (b"ab", b"c")]
    words_of, tokens = encoder(merges)
    for word in (b"ab", b"abc", b"cab", b"ab", b"ba", b"abcabc"):
        assert [tokens[index] for index in words_of[word]] == merge_naive(word, merges)
        assert word in words_of and len(words_of) <= 2


def test_runs_of_one_letter_join_from_the_left() -> None:
    assert merge_pair([b"a"] * 5, (b"a", b"a")) == [b"aa", b"aa", b"a"]
    assert train_merges({b"aaaaa": 3}, 2) == train_naive({b"aaaaa": 3}, 2)


def test_fewer_pairs_than_merges_end_training() -> None:
    assert train_merges({b"ab": 1}, 10) == [(b"a", b"b")]
    assert train_merges({b"a": 7}, 10) == []


def test_a_megabyte_of_one_letter_is_a_word() -> None:
    words_of, tokens = encoder([(b"a", b"a"), (b"aa", b"aa")])
    ids = words_of[b"a" * 1_000_001]
    assert len(ids) == 250_001 and tokens[ids[0]] == b"aaaa" and tokens[ids[-1]] == b"a"
