"""Token for token what tiktoken and Hugging Face tokenizers make of the same merges."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import tokenizers
from click.testing import CliRunner
from helpers.adversarial import TEXTS, characters, texts_of_classes
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError
from lmcore.dataset.stories import iter_texts
from lmcore.tokenizer import pretokenize
from lmcore.tokenizer import tokenizer as module
from lmcore.tokenizer.pretokenize import PATTERNS
from lmcore.tokenizer.tokenizer import Tokenizer, main
from lmcore.tokenizer.unicode_classes import OTHER, class_table

Ids = list[int]
LONG = "a long text " * 200  # with it, a batch is encoded by arrays and not word by word

CORPUS = [
    *TEXTS,
    *("Once upon a time there was a little girl. She didn't like the big, red ball! " * 20,),
    *("They're 100% sure: it's the 3rd. 日本語 Привет café 👍 " * 20,),
]


@pytest.fixture(scope="module", params=["gpt2", "cl100k"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return Tokenizer.train(CORPUS, 700, pattern=request.param)


def references_of(tokenizer: Tokenizer, folder: Path) -> Callable[[str], tuple[Ids, Ids]]:
    """(ids by Hugging Face, ids by tiktoken) of a text."""
    tokenizer.save(folder)
    hugging_face = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tiktoken = tokenizer.to_tiktoken()
    # Hugging Face knows special tokens in any text: keep it from looking.
    hugging_face.encode_special_tokens = True
    return lambda text: (hugging_face.encode(text).ids, tiktoken.encode_ordinary(text))


@pytest.fixture(scope="module")
def references(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory):
    return references_of(tokenizer, tmp_path_factory.mktemp("tokenizer"))


def check(tokenizer: Tokenizer, references, text: str) -> None:
    ids = tokenizer.encode(text).tolist()
    # Not of the lists: pytest would take minutes to tell two long ones apart.
    equal = [ids == theirs for theirs in references(text)]
    assert equal == [True, True], f"Hugging Face, tiktoken: {text[:80]!r}"
    assert tokenizer.encode_batch([text, LONG])[0].tolist() == ids
    assert tokenizer.decode(ids) == text


def test_adversarial_texts(tokenizer: Tokenizer, references) -> None:
    for text in TEXTS:
        check(tokenizer, references, text)


# From here on Unicode has assigned no letter, number or white space.
_UNUSED = 0x40000


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_code_point_is_classed_as_theirs(pattern: str, tmp_path: Path) -> None:
    # A character's first byte joins the sign before it if they are of one class.
    first_bytes = [bytes([byte]) for byte in range(0xC2, 0xF5)]
    merges = [(sign, first) for sign in (b"a", b"1", b"!") for first in first_bytes]
    tokenizer = Tokenizer(merges, [END_OF_TEXT], pattern)
    references = references_of(tokenizer, tmp_path)
    every = "".join(characters(step=1))
    some = every[0x80:_UNUSED] + every[_UNUSED::16]
    for start in range(0, len(some), 5000):
        text = "".join(f"a{c}1{c}!{c}" for c in some[start : start + 5000])
        check(tokenizer, references, text)


def test_what_unicode_does_not_use_is_of_one_class() -> None:
    assert (class_table()[_UNUSED:] == OTHER).all()
    classed = tokenizers.Regex(r"[\p{L}\p{N}\s]")
    found = tokenizers.pre_tokenizers.Split(classed, "removed", invert=True)
    unused = "".join(map(chr, range(_UNUSED, 0x110000)))
    assert found.pre_tokenize_str("a" + unused) == [("a", (0, 1))]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_numbers(pattern: str, tmp_path: Path) -> None:
    draw = random.Random(0)
    numbers = [str(draw.randrange(10 ** draw.randrange(1, 10))) for _ in range(3000)]
    tokenizer = Tokenizer.train([" ".join(numbers)], 700, pattern=pattern)
    assert any(left.isdigit() and len(left + right) == 3 for left, right in tokenizer.merges)
    check(tokenizer, references_of(tokenizer, tmp_path), " ".join(numbers[:500]))


def test_fuzz(tokenizer: Tokenizer, references) -> None:
    @given(texts_of_classes)
    @settings(max_examples=500, deadline=None)
    def equal(text: str) -> None:
        check(tokenizer, references, text)

    equal()


@given(st.lists(st.text(), max_size=5))
@settings(max_examples=300, deadline=None)
def test_a_batch_is_each_alone_and_decodes_to_itself(tokenizer: Tokenizer, texts) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    *batch, _ = tokenizer.encode_batch([*texts, LONG])
    assert [ids.tolist() for ids in batch] == [tokenizer.encode(t).tolist() for t in texts]
    assert [tokenizer.decode(ids) for ids in batch] == texts


def test_a_long_run_of_one_letter_and_of_blanks(tokenizer: Tokenizer, references) -> None:
    for text in ("a" * 2**18, " " * 2**18):
        check(tokenizer, references, text)


def test_many_texts_are_encoded_a_block_at_a_time(
    tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, sizes = tokenizer.encode_batch(CORPUS), []
    monkeypatch.setattr(pretokenize, "BLOCK_BYTES", 100)
    split = pretokenize.split_texts
    monkeypatch.setattr(
        "lmcore.tokenizer.tokenizer.split_texts",
        lambda *given: sizes.append(len(given[0])) or split(*given),
    )
    in_blocks = tokenizer.encode_batch(CORPUS)
    assert [ids.tolist() for ids in in_blocks] == [ids.tolist() for ids in given]
    assert sum(sizes) == len(CORPUS) and len(sizes) > 1


def test_a_long_text_is_encoded_in_pieces(
    tokenizer: Tokenizer, references, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretokenize, "PIECE_CHARACTERS", 50)
    monkeypatch.setattr(module, "PIECE_CHARACTERS", 50)
    check(tokenizer, references, " ".join([*TEXTS, *CORPUS, LONG]))
    texts = [LONG, "short", "", LONG + "12"]
    assert [ids.tolist() for ids in tokenizer.encode_batch(texts)] == [
        tokenizer.encode(text).tolist() for text in texts
    ]


@given(
    text=texts_of_classes,
    size=st.integers(1, 9),
    chunk=st.integers(1, 5),
    specials=st.sets(st.sampled_from(["'s", "s!", "a0", "0a0", "!?", "  "])),
    allow=st.booleans(),
)
@settings(max_examples=500, deadline=None)
def test_chunks_give_the_ids_of_the_whole(text, size, chunk, specials, allow) -> None:
    tokenizer = Tokenizer([(b"a", b"s"), (b" ", b"a")], sorted(specials))
    allowed = "all" if allow else ()
    chunks = [text[at : at + chunk] for at in range(0, len(text), chunk)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_BYTES", size)
        patch.setattr(pretokenize, "PIECE_CHARACTERS", size)
        patch.setattr(module, "PIECE_CHARACTERS", size)
        blocks = list(tokenizer.encode_iterable(chunks, allowed))
    assert np.concatenate([*blocks, np.empty(0, np.uint16)]).tolist() == (
        tokenizer.encode(text, allowed).tolist()
    )


def test_a_text_in_chunks_is_encoded_block_by_block(
    tokenizer: Tokenizer, references, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK_BYTES", 40_000)
    text = "Once upon a time there was a girl. <|endoftext|>\n" * 2000
    lines = (text[at : at + 99] for at in range(0, len(text), 99))
    blocks = list(tokenizer.encode_iterable(lines))
    assert len(blocks) == 3
    assert np.concatenate(blocks).tolist() == references(text)[1]
    assert list(tokenizer.encode_iterable([])) == []


def test_halves_of_a_pair_in_two_chunks_are_joined(tokenizer: Tokenizer, monkeypatch) -> None:
    monkeypatch.setattr(module, "BLOCK_BYTES", 1)
    blocks = tokenizer.encode_iterable(["a\ud835", "\udd18b", " c d e f"])
    assert np.concatenate(list(blocks)).tolist() == tokenizer.encode("a𝔘b c d e f").tolist()


def test_lone_surrogates_are_replaced_as_tiktoken_does(tokenizer: Tokenizer) -> None:
    text = "a\ud800b \ud83d\ude00"
    expected = tokenizer.to_tiktoken().encode_ordinary(text)
    assert tokenizer.encode(text).tolist() == expected
    assert tokenizer.encode_batch([text, LONG])[0].tolist() == expected
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
    for encode in (tokenizer.encode, tiktoken.encode):  # only "all" leaves out what is allowed
        with pytest.raises(ValueError, match="endoftext"):
            encode(text, allowed_special={END_OF_TEXT}, disallowed_special={END_OF_TEXT})


def test_special_tokens_in_a_batch(tokenizer: Tokenizer) -> None:
    texts = [f"a  {END_OF_TEXT}  b", "", END_OF_TEXT, "c", f"{END_OF_TEXT}{END_OF_TEXT}d"]
    expected = tokenizer.to_tiktoken().encode_batch(texts, allowed_special="all")
    assert [ids.tolist() for ids in tokenizer.encode_batch(texts, "all")] == expected
    with pytest.raises(ValueError, match="endoftext"):
        tokenizer.encode_batch(texts, disallowed_special={END_OF_TEXT})


def test_unknown_special_tokens_are_text_as_in_tiktoken(tokenizer: Tokenizer) -> None:
    expected = tokenizer.to_tiktoken().encode("a<|foo|>b", allowed_special={"<|foo|>"})
    assert tokenizer.encode("a<|foo|>b", allowed_special={"<|foo|>"}).tolist() == expected


@pytest.mark.parametrize("parameter", ["allowed_special", "disallowed_special"])
def test_one_string_is_no_set_of_special_tokens(tokenizer: Tokenizer, parameter: str) -> None:
    with pytest.raises(LmcoreError, match=rf"{parameter} is '<\|endoftext\|>'; it must be \"all\""):
        tokenizer.encode("a", **{parameter: END_OF_TEXT})


@pytest.mark.parametrize(
    ("special_tokens", "message"),
    [
        (END_OF_TEXT, r"special_tokens is '<\|endoftext\|>'; it must be a list of strings"),
        (["<|x|>", "<|x|>"], r"special_tokens holds '<\|x\|>' twice"),
        ([""], r"special_tokens holds ''"),
        (["\ud800"], r"special_tokens holds '\\ud800'"),
        ([7], r"special_tokens holds 7"),
        (["cat"], r"The special token 'cat' is spelt as an ordinary token"),
        (["a"], r"The special token 'a' is spelt as an ordinary token"),
        (["Ġcat"], r"The special token 'Ġcat' is spelt as an ordinary token"),
    ],
)
def test_special_tokens_that_are_none_are_refused(special_tokens, message: str) -> None:
    with pytest.raises(LmcoreError, match=message):
        Tokenizer.train(["the cat the cat"], 300, special_tokens)


def test_without_an_end_of_text_there_are_no_blocks() -> None:
    tokenizer = Tokenizer.train(["ab"], 300, special_tokens=[])
    assert tokenizer.encode("abc").tolist() == [256, 99]
    with pytest.raises(LmcoreError, match=r"no special token <\|endoftext\|>"):
        tokenizer.encode_block(pa.array(["ab"]))


def test_saving_and_loading_change_nothing(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "a")
    loaded = Tokenizer.load(tmp_path / "a")
    loaded.save(tmp_path / "b")
    for name in ("tokenizer.json", "merges.txt"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert loaded.merges == tokenizer.merges and loaded.vocab_size == tokenizer.vocab_size


def test_what_is_not_utf8_is_replaced_and_characters_are_streamed_whole(
    tokenizer: Tokenizer,
) -> None:
    ids = [byte for byte in "é👍".encode()]
    assert tokenizer.decode(ids[:-1]) == "é\ufffd"
    pieces = list(tokenizer.decode_stream(ids))
    assert pieces == ["é", "👍"]
    assert "".join(tokenizer.decode_stream([0xFF, 0x41])) == "\ufffdA"


@pytest.mark.parametrize("index", [-1, 700, 99999])
def test_an_id_without_a_token_is_named(tokenizer: Tokenizer, index: int) -> None:
    last = tokenizer.vocab_size - 1
    for decode in (
        tokenizer.decode,
        tokenizer.decode_bytes,
        lambda ids: [*tokenizer.decode_stream(ids)],
    ):
        with pytest.raises(LmcoreError, match=f"^{index} is not the id .* from 0 to {last}\\.$"):
            decode([72, index])


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


@pytest.mark.parametrize("asked", [256, 65537])
def test_a_vocabulary_too_small_for_bytes_or_too_large_for_ids_is_refused(asked: int) -> None:
    message = f"vocab_size is {asked}; .* at least 257, .* 1 special token, and at most 65536"
    with pytest.raises(LmcoreError, match=message):
        Tokenizer.train(["a"], asked)


def test_a_single_string_is_no_list_of_texts(tokenizer: Tokenizer) -> None:
    for use in (
        lambda: Tokenizer.train("hello", 300),
        lambda: tokenizer.encode_batch("hello"),
        lambda: tokenizer.encode_batch("hello", allowed_special="all"),
    ):
        with pytest.raises(LmcoreError, match="texts is the string 'hello'; it must be a list"):
            use()


def test_an_unknown_pattern_is_refused() -> None:
    with pytest.raises(LmcoreError, match=r"tokenizer.pattern is 'foo'; it must be gpt2 or cl100k"):
        Tokenizer.from_counts({b"a": 1}, 300, pattern="foo")


def test_ids_are_uint16_and_no_more() -> None:
    pairs = [(bytes([left]), bytes([right])) for left in range(256) for right in range(256)]
    tokenizer = Tokenizer(pairs[: 65536 - 257], [END_OF_TEXT])
    ids = tokenizer.encode(f"hello{END_OF_TEXT}", allowed_special="all")
    assert ids.dtype == np.uint16 and ids[-1] == tokenizer.end_of_text == 65535
    with pytest.raises(LmcoreError, match="There are 65537 tokens; there may be at most 65536"):
        Tokenizer(pairs[: 65537 - 257], [END_OF_TEXT])


def test_ids_are_uint16_and_end_of_text_is_last() -> None:
    tokenizer = Tokenizer.train(CORPUS, 300)
    assert tokenizer.encode("hello").dtype == np.uint16
    assert tokenizer.end_of_text == 299
    assert tokenizer.token_bytes(65) == b"A"


def test_the_command(tmp_path: Path) -> None:
    tokenizer = Tokenizer.train(CORPUS, 300)
    tokenizer.save(tmp_path)
    for text in ("hello", "-9 degrees"):
        result = CliRunner().invoke(main, [str(tmp_path), text])
        assert result.output.split() == [str(index) for index in tokenizer.encode(text)]
    result = CliRunner().invoke(main, ["nowhere", "hello"])
    assert result.exit_code == 1 and result.output.startswith("Error: nowhere does not exist")
