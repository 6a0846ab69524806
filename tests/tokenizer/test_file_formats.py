"""Files of Hugging Face and GPT-2 are read as they mean them, or refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from helpers.adversarial import TEXTS
from tokenizers import decoders, models, pre_tokenizers, trainers

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError
from lmcore.tokenizer.file_formats import readable_merges
from lmcore.tokenizer.tokenizer import Tokenizer

CORPUS = [*TEXTS, "Once upon a time there was a girl who didn't like the big, red ball. " * 20]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def ours() -> Tokenizer:
    return Tokenizer.train(CORPUS, 400)


@pytest.fixture
def folder(ours: Tokenizer, tmp_path: Path) -> Path:
    """Our files, GPT-2's vocab.json among them."""
    ours.save(tmp_path)
    content = json.loads((tmp_path / "tokenizer.json").read_text())
    (tmp_path / "vocab.json").write_text(json.dumps(content["model"]["vocab"]))
    return tmp_path


def edit(path: Path, change: Callable[[Json], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def their_ids(path: Path, text: str) -> list[int]:
    reference = tokenizers.Tokenizer.from_file(str(path))
    reference.encode_special_tokens = True
    return reference.encode(text, add_special_tokens=False).ids


def test_hugging_faces_own_files_are_read(tmp_path: Path) -> None:
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False)
    theirs.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=[END_OF_TEXT, "<|pad|>"],  # these get the first ids
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    theirs.train_from_iterator(CORPUS, trainer)
    theirs.save(str(tmp_path / "tokenizer.json"))
    read = Tokenizer.load(tmp_path)
    assert read.special_tokens == {END_OF_TEXT: 0, "<|pad|>": 1} and read.end_of_text == 0
    assert read.vocab_size == theirs.get_vocab_size()
    read.save(tmp_path / "again")
    again, tiktoken = Tokenizer.load(tmp_path / "again"), read.to_tiktoken()
    text = f"{END_OF_TEXT}<|pad|>".join(CORPUS)
    for special in (False, True):
        theirs.encode_special_tokens = not special
        expected = theirs.encode(text).ids
        allowed = "all" if special else ()
        for tokenizer in (read, again):
            assert tokenizer.encode(text, allowed_special=allowed).tolist() == expected
        assert tiktoken.encode(text, allowed_special=allowed or set(), disallowed_special=()) == (
            expected
        )
    assert read.decode(theirs.encode(CORPUS[-1]).ids) == CORPUS[-1]


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["pre_tokenizer"].pop("use_regex"),
        lambda c: c["model"].update(continuing_subword_prefix="", end_of_word_suffix=""),
        lambda c: c["model"].update(merges=[" ".join(pair) for pair in c["model"]["merges"]]),
        lambda c: c.update(post_processor={**c["pre_tokenizer"], "trim_offsets": False}),
        lambda c: c["added_tokens"][0].update(normalized=True),
    ],
)
def test_what_gpt2_on_the_hub_has_otherwise_is_read(
    folder: Path, ours: Tokenizer, change: Callable[[Json], object]
) -> None:
    edit(folder / "tokenizer.json", change)
    text = "".join(TEXTS)
    assert Tokenizer.load(folder).encode(text).tolist() == ours.encode(text).tolist()
    assert their_ids(folder / "tokenizer.json", text) == ours.encode(text).tolist()


def test_either_spelling_of_three_digits_is_read(tmp_path: Path) -> None:
    tokenizer = Tokenizer.train(["1 12 123 1234 12345"] * 9, 270, pattern="cl100k")
    tokenizer.save(tmp_path)
    path = tmp_path / "tokenizer.json"
    assert r"\\p{N}{1,3}|" in path.read_text()  # Oniguruma reads {1,3}+ as a repetition
    path.write_text(path.read_text().replace("{1,3}|", "{1,3}+|"))
    assert Tokenizer.load(tmp_path).encode("12345").tolist() == tokenizer.encode("12345").tolist()


def around(token: str) -> Json:
    """A post_processor that puts a token before each text."""
    first = {"SpecialToken": {"id": token, "type_id": 0}}
    a, b = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [first, a],
        "pair": [first, a, first, b],
        "special_tokens": {token: {"id": token, "ids": [399], "tokens": [token]}},
    }


@pytest.mark.parametrize("processors", [[], [{"type": "ByteLevel"}]])
def test_end_of_text_around_texts_is_read_and_left_to_the_caller(
    folder: Path, ours: Tokenizer, processors: list[Json]
) -> None:
    template = around(END_OF_TEXT)
    sequence = {"type": "Sequence", "processors": [*processors, template]}
    edit(
        folder / "tokenizer.json",
        lambda c: c.update(post_processor=sequence if processors else template),
    )
    assert Tokenizer.load(folder).encode("Once").tolist() == ours.encode("Once").tolist()


def added(**changes: Any) -> Callable[[Json], object]:
    return lambda c: c["added_tokens"][0].update(changes)


def model(**changes: Any) -> Callable[[Json], object]:
    return lambda c: c["model"].update(changes)


def other_vocab(change: Callable[[dict[str, Any]], object]) -> Callable[[Json], object]:
    return lambda c: change(c["model"]["vocab"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(normalizer={"type": "Lowercase"}), 'its normalizer is "Lowercase"; it'),
        (lambda c: c.update(truncation={"max_length": 9}), "its truncation is "),
        (lambda c: c.update(padding={"strategy": "BatchLongest"}), "its padding is "),
        (lambda c: c.update(post_processor=around("<s>")), "its post_processor adds <s> to every"),
        (lambda c: c.update(post_processor={"type": "BertProcessing"}), "is BertProcessing; "),
        (lambda c: c["pre_tokenizer"].update(add_prefix_space=True), "its pre_tokenizer is nei"),
        (lambda c: c.update(pre_tokenizer=None), "its pre_tokenizer is neither"),
        (lambda c: c.pop("added_tokens"), "added_tokens is missing"),
        (model(type="WordPiece"), 'its model.type is "WordPiece"; it must be "BPE"'),
        (model(ignore_merges=True), "its model.ignore_merges is true; it must be null or false"),
        (model(dropout=0.1), "its model.dropout is 0.1; it must be null or 0"),
        (model(continuing_subword_prefix="##"), 'its model.continuing_subword_prefix is "##"'),
        (model(end_of_word_suffix="</w>"), 'its model.end_of_word_suffix is "</w>"'),
        (model(merges=[["a", "b", "c"]]), "the merge .'a', 'b', 'c'. does not hold two tokens"),
        (model(merges=["q z"]), "Merge 0, b'q' b'z', needs a token b'qz'"),
        (model(merges=["日 z"]), "the token '日' holds '日', which stands for no byte"),
        (other_vocab(lambda v: v.pop("a")), "No token has the id 97; 399 tokens must have"),
        (other_vocab(lambda v: v.update(qz=v.pop("a"))), "No token is the byte 0x61"),
        (other_vocab(lambda v: v.update(a=98)), "the id of the token 'b' is 98; ids must be int"),
        (other_vocab(lambda v: v.update(a="97")), "model.vocab.a is .97.; it must be an integer"),
        (added(id=5), r"the id of its token '<\|endoftext\|>' is 5; it must be 399"),
        (added(content="<|x|>", id=5), r"special token '<\|x\|>' has the id 5, which another"),
        (other_vocab(lambda v: v.update(a=399)), "special token .* has the id 399, which another"),
        (added(content="<|x|>", id="5"), r"added_tokens\[0\]\.id is .5.; it must be"),
        (added(content=""), "special_tokens holds ''"),
        (added(special=False), r"special of its token '<\|endoftext\|>' is not true"),
        (added(lstrip=True), r"lstrip of its token '<\|endoftext\|>' is not false"),
        (added(rstrip=True), r"rstrip of its token '<\|endoftext\|>' is not false"),
        (added(single_word=True), r"single_word of its token '<\|endoftext\|>' is not false"),
    ],
)
def test_what_is_not_implemented_is_refused(
    folder: Path, change: Callable[[Json], object], message: str
) -> None:
    edit(folder / "tokenizer.json", change)
    with pytest.raises(LmcoreError, match=message) as error:
        Tokenizer.load(folder)
    assert error.value.message.startswith(str(folder / "tokenizer.json"))
    assert error.value.message.endswith(".") and "\n" not in error.value.message


@pytest.mark.parametrize("content", [None, "", "{}", '{"model": {}}', "[1]", "[" * 100_000, "\0"])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(LmcoreError, match=r"tokenizer\.json"):
        Tokenizer.load(tmp_path)


def test_gpt2s_files_are_read_ids_as_they_are_there(folder: Path, ours: Tokenizer) -> None:
    for factor in (7, 3):  # without a common factor, each id becomes another
        edit(
            folder / "vocab.json",
            lambda v, f=factor: v.update({text: index * f % 400 for text, index in v.items()}),
        )
    read = Tokenizer.from_gpt2(str(folder / "vocab.json"), str(folder / "merges.txt"))
    assert read.vocab_size == 400 and read.end_of_text == 399 * 21 % 400
    for index in range(400):
        assert read.token_bytes(index * 21 % 400) == ours.token_bytes(index)
    text = "".join(CORPUS)
    assert read.encode(text).tolist() == [int(i) * 21 % 400 for i in ours.encode(text)]
    read.save(folder / "again")
    again = Tokenizer.load(folder / "again")
    assert again.encode(text).tolist() == read.encode(text).tolist()
    assert again.special_tokens == read.special_tokens


def test_tiktoken_cannot_have_ids_in_another_order_than_the_merges(folder: Path) -> None:
    edit(folder / "vocab.json", lambda v: v.update({text: 399 - i for text, i in v.items()}))
    read = Tokenizer.from_gpt2(folder / "vocab.json", folder / "merges.txt")
    with pytest.raises(LmcoreError, match="do not follow the order of its merges"):
        read.to_tiktoken()


def test_tiktoken_cannot_have_a_token_that_its_own_bytes_do_not_become() -> None:
    tokenizer = Tokenizer([(b"b", b"c"), (b"a", b"b"), (b"ab", b"c")], [])
    assert tokenizer.encode("abc").tolist() == [97, 256]  # tiktoken would say [258]
    with pytest.raises(LmcoreError, match="do not make its token b'abc' of those bytes alone"):
        tokenizer.to_tiktoken()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocab.json", None, "vocab.json does not exist"),
        ("merges.txt", None, "merges.txt does not exist"),
        ("vocab.json", "{", "vocab.json is damaged .Expecting"),
        ("vocab.json", "[]", "vocab.json is damaged"),
        ("vocab.json", "{}", "No token is the byte 0x00"),
        ("vocab.json", '{"日": 0}', "vocab.json is not as GPT-2's: the token '日' holds '日'"),
        ("merges.txt", "a b c", "merges.txt is not as GPT-2's: the merge 'a b c' does not hold"),
        ("merges.txt", "a", "merges.txt is not as GPT-2's: the merge 'a' does not hold two"),
        ("merges.txt", "q z", "Merge 0, b'q' b'z', needs a token b'qz'"),
    ],
)
def test_damaged_files_of_gpt2_are_named(
    folder: Path, name: str, content: str | None, message: str
) -> None:
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(LmcoreError, match=message) as error:
        Tokenizer.from_gpt2(folder / "vocab.json", folder / "merges.txt")
    assert error.value.message.startswith(str(folder))


def test_gaps_between_ids_are_refused(folder: Path) -> None:
    edit(folder / "vocab.json", lambda v: v.update({END_OF_TEXT: 450}))
    with pytest.raises(LmcoreError, match=r"No token has the id 399; 400 tokens must have the ids"):
        Tokenizer.from_gpt2(folder / "vocab.json", folder / "merges.txt")


def test_merges_are_readable() -> None:
    merges = [(b" ", b"t"), (b" t", b"he"), (b"\xc3", b"\xa9"), (b"\xc3\xa9", b"\n\xe6\x97")]
    assert readable_merges(merges) == "␣ t\n␣t he\n\\xc3 \\xa9\né \\n\\xe6\\x97\n"
