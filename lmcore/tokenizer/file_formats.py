"""Tokenizers as others write them: Hugging Face's file, GPT-2's two, tiktoken's object.

Both kinds of files spell a token in GPT-2's printable alphabet, one character
a byte. What a file asks for beyond byte-level BPE (a normalizer, dropout,
tokens that take the blanks beside them ...) is refused, not ignored: its ids
would be others than those of the program that wrote it. Of `{1,3}+`, by which
files made from tiktoken's cl100k cut numbers, we take what tiktoken means: at
most three digits. Hugging Face's engine reads a repetition of that, so any
number of digits.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from lmcore.common.atomic_files import write_text
from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError, listing
from lmcore.common.json_files import read_json
from lmcore.tokenizer.bpe import Pair
from lmcore.tokenizer.pretokenize import PATTERNS

Json = dict[str, Any]


class Parts(NamedTuple):
    """What a tokenizer is made of; `tokens` are the bytes of the ordinary tokens by id."""

    merges: list[Pair]
    special_tokens: dict[str, int]
    pattern: str
    tokens: dict[int, bytes]


# -- the printable alphabet ---------------------------------------------------


def bytes_to_unicode() -> dict[int, str]:
    """Return GPT-2's printable character for each byte: itself if printable, else U+0100 on."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in own]
    return {byte: chr(byte) for byte in own} | {
        byte: chr(0x100 + place) for place, byte in enumerate(others)
    }


_CHARACTER_OF = bytes_to_unicode()
_BYTE_OF = {character: byte for byte, character in _CHARACTER_OF.items()}


def printable(token: bytes) -> str:
    """Return a token as the files spell it."""
    return "".join(_CHARACTER_OF[byte] for byte in token)


def bytes_of(spelling: str) -> bytes:
    """Return the token that the files spell so; `ValueError` where it is not of the alphabet."""
    try:
        return bytes(_BYTE_OF[character] for character in spelling)
    except KeyError as error:
        raise ValueError(
            f"the token {spelling!r} holds {error}, which stands for no byte"
        ) from None


def readable_merges(merges: list[Pair]) -> str:
    """Return a line for each merge, for `git diff`: its two parts as a reader would spell them."""
    return "".join(f"{_readable(left)} {_readable(right)}\n" for left, right in merges)


def _readable(token: bytes) -> str:
    """Return UTF-8 as it is, a blank as an open box, a byte of a broken character as \\xNN."""
    text = token.decode("utf-8", "backslashreplace").replace(" ", "\N{OPEN BOX}")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


# -- Hugging Face's tokenizer.json --------------------------------------------


def read_tokenizer_json(path: Path) -> Parts:
    """Return what the file describes.

    Raises `LmcoreError` for a missing or damaged file, and for another kind of tokenizer.
    """
    content = read_json(path, _SHAPE, "`dvc repro train_bpe` makes the pipeline's own")
    try:
        return _from_json(content)
    except _DAMAGE as error:
        raise LmcoreError(
            f"{path} is not a byte-level BPE tokenizer.json that lmcore knows: {_what(error)}."
        ) from None


_SHAPE = {
    "added_tokens": [{"content": str, "id": int}],
    "model": {"vocab": {str: int}, "merges": list},
    "pre_tokenizer": object,
}
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def _what(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def _from_json(content: Json) -> Parts:
    model = content["model"]
    _refuse_unknown_settings(content)
    special = {
        entry["content"]: _special_id(entry, model["vocab"]) for entry in content["added_tokens"]
    }
    merges = [_pair_of(merge) for merge in model["merges"]]
    pre_tokenizer = _as_we_spell_it(content["pre_tokenizer"])
    if pre_tokenizer not in _PRE_TOKENIZERS.values():
        raise ValueError("its pre_tokenizer is neither GPT-2's nor cl100k's")
    pattern = next(name for name, ours in _PRE_TOKENIZERS.items() if ours == pre_tokenizer)
    ordinary = {text: index for text, index in model["vocab"].items() if text not in special}
    return Parts(merges, special, pattern, _by_id(ordinary))


def _pair_of(merge: str | list[str]) -> Pair:
    """Return a merge that a file holds as two tokens in a list, or with a blank between."""
    spelt = merge.split(" ") if isinstance(merge, str) else merge
    if len(spelt) != 2:
        raise ValueError(f"the merge {merge!r} does not hold two tokens")
    left, right = spelt
    return bytes_of(left), bytes_of(right)


# Settings of a tokenizer.json that change ids, and the values with which they do not.
_NEUTRAL = {
    "truncation": (None,),
    "padding": (None,),
    "normalizer": (None,),
    "model.type": ("BPE", None),  # absent in old files
    "model.dropout": (None, 0),
    "model.continuing_subword_prefix": (None, ""),
    "model.end_of_word_suffix": (None, ""),
    "model.ignore_merges": (None, False),
}


def _refuse_unknown_settings(content: Json) -> None:
    for name, neutral in _NEUTRAL.items():
        *section, key = name.split(".")
        value = (content[section[0]] if section else content).get(key)
        if value not in neutral:
            setting = value.get("type") if isinstance(value, dict) else value
            allowed = listing(map(json.dumps, neutral))
            raise ValueError(f"its {name} is {json.dumps(setting)}; it must be {allowed}")
    added = _added_around(content.get("post_processor"))
    if added - {END_OF_TEXT}:
        raise ValueError(
            f"its post_processor adds {' '.join(sorted(added))} to every text; "
            f"lmcore puts only {END_OF_TEXT} between texts"
        )


def _added_around(processor: Json | None) -> set[str]:
    """Return the tokens that a post_processor adds before and after a text."""
    if not processor or processor["type"] == "ByteLevel":  # moves offsets only
        return set()
    kind = processor["type"]
    if kind == "Sequence":
        return set().union(*map(_added_around, processor["processors"]))
    if kind == "TemplateProcessing":
        return set(processor["special_tokens"])
    raise ValueError(f"its post_processor is {kind}; lmcore knows ByteLevel and TemplateProcessing")


def _special_id(entry: Json, vocab: dict[str, int]) -> int:
    """Return the id of one of `added_tokens`."""
    text, index = entry["content"], entry["id"]
    # One that is not special becomes its token in any text, allowed or not.
    expected = {"special": True, "single_word": False, "lstrip": False, "rstrip": False}
    for key, value in expected.items():
        if entry.get(key, value) is not value:
            raise ValueError(f"{key} of its token {text!r} is not {json.dumps(value)}")
    if type(index) is not int or vocab.get(text, index) != index:
        raise ValueError(
            f"the id of its token {text!r} is {index!r}; it must be {vocab.get(text, 'an integer')}"
        )
    return index


def _by_id(vocab: dict[str, int]) -> dict[int, bytes]:
    tokens: dict[int, bytes] = {}
    for text, index in vocab.items():
        if type(index) is not int or index in tokens:
            raise ValueError(
                f"the id of the token {text!r} is {index!r}; ids must be integers, each once"
            )
        tokens[index] = bytes_of(text)
    return tokens


_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
_PRE_TOKENIZERS: dict[str, Json] = {
    "gpt2": {**_BYTE_LEVEL, "use_regex": True},
    "cl100k": {
        "type": "Sequence",
        "pretokenizers": [
            {
                "type": "Split",
                "pattern": {"Regex": PATTERNS["cl100k"]},
                "behavior": "Isolated",
                "invert": False,
            },
            {**_BYTE_LEVEL, "use_regex": False},
        ],
    },
}


def _as_we_spell_it(step: Json) -> Json:
    """Return a step of a pre_tokenizer; what changes no id is as `_PRE_TOKENIZERS` has it."""
    match step:
        case {"type": "Sequence"}:
            return {**step, "pretokenizers": [*map(_as_we_spell_it, step["pretokenizers"])]}
        case {"type": "ByteLevel"}:  # files older than use_regex lack it
            return {"use_regex": True, **step, "trim_offsets": True}
        case {"type": "Split", "pattern": {"Regex": regex}}:  # as tiktoken spells {1,3}
            return {**step, "pattern": {"Regex": regex.replace("{1,3}+", "{1,3}")}}
    return step


def write_files(directory: Path, parts: Parts) -> None:
    """Write `tokenizer.json`, and `merges.txt` as GPT-2 has it."""
    content = json.dumps(_to_json(parts), indent=1, ensure_ascii=False)
    write_text(directory / "tokenizer.json", content + "\n")
    lines = [f"{printable(left)} {printable(right)}" for left, right in parts.merges]
    write_text(directory / "merges.txt", "\n".join(["#version: 0.2", *lines]) + "\n")


def _to_json(parts: Parts) -> Json:
    vocab = {printable(token): index for index, token in parts.tokens.items()}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": index,
                "content": text,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for text, index in sorted(parts.special_tokens.items(), key=lambda item: item[1])
        ],
        "normalizer": None,
        "pre_tokenizer": _PRE_TOKENIZERS[parts.pattern],
        "post_processor": None,
        "decoder": {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "trim_offsets": True,
            "use_regex": True,
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": dict(sorted((vocab | parts.special_tokens).items(), key=lambda item: item[1])),
            "merges": [[printable(left), printable(right)] for left, right in parts.merges],
        },
    }


# -- GPT-2's vocab.json and merges.txt ----------------------------------------


def read_gpt2(vocab: Path, merges: Path) -> Parts:
    """Return what GPT-2's two files describe, ids as they are there; `LmcoreError` for damage."""
    path = vocab
    try:
        ids = read_json(vocab, {str: int}, "it belongs beside merges.txt")
        special = {END_OF_TEXT: ids.pop(END_OF_TEXT)} if END_OF_TEXT in ids else {}
        tokens = _by_id(ids)
        path = merges
        lines = merges.read_text("utf-8").splitlines()
        pairs = [_pair_of(line) for line in lines if line and not line.startswith("#version")]
    except FileNotFoundError:
        raise LmcoreError(f"{path} does not exist.") from None
    except _DAMAGE as error:
        raise LmcoreError(f"{path} is not as GPT-2's: {_what(error)}.") from None
    return Parts(pairs, special, "gpt2", tokens)


# -- tiktoken -----------------------------------------------------------------

# The same words as `PATTERNS` finds. Without possessive quantifiers tiktoken's
# engine runs out of stack on a megabyte of blanks.
_TIKTOKEN_PATTERNS = PATTERNS | {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
}


def to_tiktoken(parts: Parts) -> Any:
    """Return a `tiktoken.Encoding` of the same ids.

    Raises `LmcoreError` where ids do not follow the order of the merges:
    tiktoken knows no merges, it merges what makes the lowest id.
    """
    import tiktoken

    merged = list(dict.fromkeys(left + right for left, right in parts.merges))
    if merged != [
        parts.tokens[index] for index in sorted(parts.tokens) if len(parts.tokens[index]) > 1
    ]:
        raise LmcoreError(
            "The ids of this tokenizer do not follow the order of its merges, so tiktoken "
            "cannot encode as it does."
        )
    return tiktoken.Encoding(
        "lmcore",
        pat_str=_TIKTOKEN_PATTERNS[parts.pattern],
        mergeable_ranks={token: index for index, token in parts.tokens.items()},
        special_tokens=parts.special_tokens,
    )
