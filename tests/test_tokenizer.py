"""Token for token what tiktoken and Hugging Face tokenizers make of the same merges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from adversarial import TEXTS, assigned_characters, texts_of_classes
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.corpus.store import iter_texts
from lmcore.errors import LmcoreError
from lmcore.tokenizer import END_OF_TEXT, Tokenizer

CORPUS = [
    *TEXTS,
    *("Once upon a time there was a little girl. She didn't like the big, red ball! " * 20,),
    *("They're 100% sure: it's the 3rd. 日本語 Привет café 👍 " * 20,),
]


@pytest.fixture(scope="module", params=["gpt2", "cl100k"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return Tokenizer.train(CORPUS, 700, pattern=request.param)


@pytest.fixture(scope="module")
def references(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory):
    """(ids by Hugging Face, ids by tiktoken) of a text."""
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save(folder)
    hugging_face = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tiktoken = tokenizer.to_tiktoken()
    # Hugging Face knows special tokens in any text: keep it from looking.
    hugging_face.encode_special_tokens = True
    return lambda text: (hugging_face.encode(text).ids, tiktoken.encode_ordinary(text))


def check(tokenizer: Tokenizer, references, text: str) -> None:
    ids = tokenizer.encode(text).tolist()
    assert (ids, ids) == references(text)
    assert tokenizer.decode(ids) == text


def test_adversarial_texts(tokenizer: Tokenizer, references) -> None:
    for text in TEXTS:
        check(tokenizer, references, text)


def test_all_unicode_blocks(tokenizer: Tokenizer, references) -> None:
    text = "".join(f"a{c} {c}1{c}" for c in assigned_characters(step=11))
    check(tokenizer, references, text)


def test_fuzz(tokenizer: Tokenizer, references) -> None:
    assigned = texts_of_classes.map(
        lambda text: "".join(c for c in text if c in _ASSIGNED or ord(c) < 0x80)
    )

    @given(assigned)
    @settings(max_examples=1500, deadline=None)
    def equal(text: str) -> None:
        check(tokenizer, references, text)

    equal()


_ASSIGNED = frozenset(assigned_characters(step=1))


@given(st.lists(st.text(), max_size=5))
@settings(max_examples=300, deadline=None)
def test_a_batch_is_each_alone_and_decodes_to_itself(tokenizer: Tokenizer, texts) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    batch = tokenizer.encode_batch(texts)
    assert [ids.tolist() for ids in batch] == [tokenizer.encode(t).tolist() for t in texts]
    assert [tokenizer.decode(ids) for ids in batch] == texts


def test_a_megabyte_of_one_letter_and_of_blanks(tokenizer: Tokenizer) -> None:
    for text in ("a" * 2**20, " " * 2**20):
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_lone_surrogates_are_replaced_as_tiktoken_does(tokenizer: Tokenizer) -> None:
    expected = tokenizer.to_tiktoken().encode_ordinary("a\ud800b \ud83d\ude00")
    assert tokenizer.encode("a\ud800b \ud83d\ude00").tolist() == expected
    assert tokenizer.decode(expected) == "a\ufffdb 😀"


def test_real_text(real_text: Path, tmp_path: Path) -> None:
    train, held_out = (list(iter_texts(real_text, split)) for split in ("train", "validation"))
    tokenizer = Tokenizer.train(train, 4096)
    tokenizer.save(tmp_path)
    reference = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tiktoken = tokenizer.to_tiktoken()
    ids = [each.tolist() for each in tokenizer.encode_batch(held_out)]
    assert ids == [each.ids for each in reference.encode_batch(held_out)]
    assert ids == tiktoken.encode_ordinary_batch(held_out)
    assert [tokenizer.decode(each) for each in ids] == held_out


def test_special_tokens_are_text_unless_allowed(tokenizer: Tokenizer) -> None:
    text = f"a{END_OF_TEXT}b"
    tiktoken = tokenizer.to_tiktoken()
    assert tokenizer.encode(text).tolist() == tiktoken.encode_ordinary(text)
    allowed = tiktoken.encode(text, allowed_special="all")
    assert tokenizer.encode(text, allowed_special="all").tolist() == allowed
    assert tokenizer.end_of_text in allowed
    with pytest.raises(ValueError, match="endoftext"):
        tokenizer.encode(text, disallowed_special="all")
    both = tokenizer.encode(text, allowed_special={END_OF_TEXT}, disallowed_special="all")
    assert both.tolist() == allowed


def test_saving_and_loading_change_nothing(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "a")
    loaded = Tokenizer.load(tmp_path / "a")
    loaded.save(tmp_path / "b")
    for name in ("tokenizer.json", "merges.txt"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert loaded.merges == tokenizer.merges and loaded.vocab_size == tokenizer.vocab_size


def test_gpt2_files_are_read(tmp_path: Path) -> None:
    trained = Tokenizer.train(CORPUS, 400)
    trained.save(tmp_path)
    vocab = json.loads((tmp_path / "tokenizer.json").read_text())["model"]["vocab"]
    shuffled = {text: (index * 7) % 400 for text, index in vocab.items()}  # ids of their own
    (tmp_path / "vocab.json").write_text(json.dumps(shuffled))
    read = Tokenizer.from_gpt2(tmp_path / "vocab.json", tmp_path / "merges.txt")
    ids = trained.encode("Once upon a time, it's 42.")
    expected = [(int(index) * 7) % 400 for index in ids]
    assert read.encode("Once upon a time, it's 42.").tolist() == expected
    assert read.decode(expected) == "Once upon a time, it's 42."


def test_a_special_token_may_be_the_first_as_hugging_face_trains_it(tmp_path: Path) -> None:
    reference = tokenizers.Tokenizer(tokenizers.models.BPE())
    reference.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=500, special_tokens=[END_OF_TEXT], initial_alphabet=alphabet
    )
    reference.train_from_iterator(CORPUS, trainer)
    assert reference.token_to_id(END_OF_TEXT) == 0
    reference.save(str(tmp_path / "tokenizer.json"))
    read = Tokenizer.load(tmp_path)
    read.save(tmp_path / "again")
    again = Tokenizer.load(tmp_path / "again")
    written = tokenizers.Tokenizer.from_file(str(tmp_path / "again" / "tokenizer.json"))
    assert (read.end_of_text, read.vocab_size) == (0, 500)
    assert read.token_bytes(0) == END_OF_TEXT.encode()
    for kind in (reference, written):  # special tokens are known there in any text
        kind.encode_special_tokens = True
    tiktoken = read.to_tiktoken()
    for text in TEXTS:
        ids = read.encode(text).tolist()
        assert ids == reference.encode(text).ids == written.encode(text).ids
        assert ids == again.encode(text).tolist() == tiktoken.encode_ordinary(text)
        assert read.decode(ids) == text
    assert read.encode(f"a{END_OF_TEXT}", allowed_special="all").tolist()[-1] == 0


def test_decoding_never_raises_and_streams_whole_characters(tokenizer: Tokenizer) -> None:
    ids = [byte for byte in "é👍".encode()]
    assert tokenizer.decode(ids[:-1]) == "é\ufffd"
    pieces = list(tokenizer.decode_stream(ids))
    assert pieces == ["é", "👍"]
    assert "".join(tokenizer.decode_stream([0xFF, 0x41])) == "\ufffdA"


def test_ties_do_not_depend_on_the_order_of_texts() -> None:
    texts = ["ab cd ef", "gh ij", "xy zw ab"]
    assert Tokenizer.train(texts, 262).merges == Tokenizer.train(texts[::-1], 262).merges


@pytest.mark.parametrize(
    ("texts", "asked", "reached"),
    [(["a"], 300, 257), (["word"], 300, 260), (["ab"] * 9, 257, 257), (["ab ab"], 65536, 259)],
)
def test_small_corpora_reach_what_they_can(texts: list[str], asked: int, reached: int) -> None:
    assert Tokenizer.train(texts, asked).vocab_size == reached


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_an_empty_corpus_is_refused(texts: list[str]) -> None:
    with pytest.raises(LmcoreError, match="empty"):
        Tokenizer.train(texts, 300)


def test_a_vocabulary_without_room_for_bytes_is_refused() -> None:
    with pytest.raises(LmcoreError, match="vocab_size is 256; it must be at least 257"):
        Tokenizer.train(["a"], 256)


@pytest.mark.parametrize("content", [None, "", "{}", '{"model": {}}', "[1]"])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(LmcoreError, match=r"tokenizer\.json"):
        Tokenizer.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda vocab: vocab.update({"A": 66}), "two of its tokens have the same id"),
        (lambda vocab: vocab.update({"A": 299}), "two of its tokens have the same id"),
        (lambda vocab: vocab.pop("A"), "the byte 65 has no token in it"),
    ],
)
def test_a_vocabulary_that_cannot_be_ours_is_named(change, message: str, tmp_path: Path) -> None:
    Tokenizer.train(CORPUS, 300).save(tmp_path)
    content = json.loads((tmp_path / "tokenizer.json").read_text())
    change(content["model"]["vocab"])
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(LmcoreError, match=message):
        Tokenizer.load(tmp_path)


def test_ids_are_uint16_and_end_of_text_is_last() -> None:
    tokenizer = Tokenizer.train(CORPUS, 300)
    assert tokenizer.encode("hello").dtype == np.uint16
    assert tokenizer.end_of_text == 299
    assert tokenizer.token_bytes(65) == b"A"
