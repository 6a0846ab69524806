"""Text to token ids and back, in the file format that Hugging Face reads.

Ids: the 256 bytes in order, then the tokens that merges make in the order of
learning, last the special tokens. `tokenizer.json` lists the same tokens in
GPT-2's printable alphabet, so `tokenizers.Tokenizer.from_file` loads it as it
is and encodes identically.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from lmcore.artifacts import write_text
from lmcore.bpe import Pair, WordEncoder, train_merges
from lmcore.errors import LmcoreError
from lmcore.pretokenize import (
    END,
    PATTERNS,
    blocks_of,
    count_words,
    replace_surrogates,
    split_texts,
)

END_OF_TEXT = "<|endoftext|>"
Special = Collection[str] | Literal["all"]


class Tokenizer:
    """Byte-level BPE: `merges` in the order of learning, then special tokens.

    `tokens` may be given where ids do not follow from the merges, as in
    GPT-2's own vocabulary; it has the bytes of every ordinary token by its id.
    """

    def __init__(
        self,
        merges: list[Pair],
        special_tokens: dict[str, int] | list[str],
        pattern: str = "gpt2",
        tokens: dict[int, bytes] | None = None,
    ) -> None:
        self.merges, self.pattern = merges, pattern
        ordinary = tokens if tokens is not None else dict(enumerate(_tokens_of(merges)))
        if isinstance(special_tokens, list):
            special_tokens = {
                text: len(ordinary) + place for place, text in enumerate(special_tokens)
            }
        self.special_tokens = special_tokens
        self._bytes = ordinary | {index: text.encode() for text, index in special_tokens.items()}
        self.vocab_size = 1 + max(self._bytes)
        ids = {token: index for index, token in ordinary.items()}
        ranks: dict[tuple[int, int], tuple[int, int]] = {}
        for rank, (left, right) in enumerate(merges):
            ranks.setdefault((ids[left], ids[right]), (rank, ids[left + right]))
        self._words = WordEncoder([ids[bytes([byte])] for byte in range(256)], ranks)
        if END_OF_TEXT in special_tokens:
            self._words[END] = (special_tokens[END_OF_TEXT],)

    # -- making one -------------------------------------------------------

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        special_tokens: Iterable[str] = (END_OF_TEXT,),
        pattern: str = "gpt2",
    ) -> Tokenizer:
        """Learns merges from texts until there are `vocab_size` tokens, or no pair is left."""
        counts: Counter[bytes] = Counter()
        for block in blocks_of(texts):
            counts.update(count_words(block, pattern))
        return cls.from_counts(counts, vocab_size, special_tokens, pattern)

    @classmethod
    def from_counts(
        cls,
        counts: dict[bytes, int],
        vocab_size: int,
        special_tokens: Iterable[str] = (END_OF_TEXT,),
        pattern: str = "gpt2",
    ) -> Tokenizer:
        """The same from words and how often each occurs.

        Raises `LmcoreError` without any word, and where `vocab_size` has no
        room for the 256 bytes and the special tokens.
        """
        specials = list(special_tokens)
        room = vocab_size - 256 - len(specials)
        if room < 0:
            raise LmcoreError(
                f"tokenizer.vocab_size is {vocab_size}; it must be at least "
                f"{256 + len(specials)}, for the 256 bytes and {len(specials)} special tokens."
            )
        # The result must not depend on the order in which words were met.
        words = {word: counts[word] for word in sorted(counts) if word and word != END}
        if not words:
            raise LmcoreError("The training text is empty: there is nothing to learn merges from.")
        return cls(train_merges(words, room), specials, pattern)

    @classmethod
    def load(cls, path: Path | str) -> Tokenizer:
        """Reads a `tokenizer.json` (or the folder that holds one) as `save` writes it.

        Raises `LmcoreError` for a missing or damaged file, and for a kind of
        tokenizer that this is not.
        """
        path = Path(path)
        path = path / "tokenizer.json" if path.is_dir() else path
        try:
            content = json.loads(path.read_text("utf-8"))
            return cls._from_json(content)
        except FileNotFoundError:
            raise LmcoreError(f"{path} does not exist; `dvc repro train_bpe` makes it.") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LmcoreError(
                f"{path} is not a byte-level BPE tokenizer.json: {type(error).__name__} {error}."
            ) from None

    @classmethod
    def from_gpt2(cls, vocab: Path, merges: Path) -> Tokenizer:
        """Reads GPT-2's `vocab.json` and `merges.txt`, ids as they are there."""
        ids: dict[str, int] = json.loads(vocab.read_text("utf-8"))
        lines = merges.read_text("utf-8").splitlines()
        pairs = [line.split(" ") for line in lines if line and not line.startswith("#version")]
        special = {text: index for text, index in ids.items() if text == END_OF_TEXT}
        return cls(
            [(_bytes_of(left), _bytes_of(right)) for left, right in pairs],
            special,
            tokens=_ordinary(ids, special),
        )

    @classmethod
    def _from_json(cls, content: dict[str, Any]) -> Tokenizer:
        model = content["model"]
        pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
        special = {entry["content"]: entry["id"] for entry in content["added_tokens"]}
        tokens = _ordinary(model["vocab"], special)
        return cls(
            [(_bytes_of(left), _bytes_of(right)) for left, right in pairs],
            special,
            _pattern_of(content["pre_tokenizer"]),
            tokens,
        )

    def save(self, directory: Path) -> None:
        """Writes `tokenizer.json`, and `merges.txt` to read and to compare by eye."""
        write_text(
            directory / "tokenizer.json",
            json.dumps(self._to_json(), indent=1, ensure_ascii=False) + "\n",
        )
        lines = [f"{_printable(left)} {_printable(right)}" for left, right in self.merges]
        write_text(directory / "merges.txt", "\n".join(["#version: 0.2", *lines]) + "\n")

    def _to_json(self) -> dict[str, Any]:
        ordinary = (index for index in self._bytes if index not in self.special_tokens.values())
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
                for text, index in self.special_tokens.items()
            ],
            "normalizer": None,
            "pre_tokenizer": _PRE_TOKENIZERS[self.pattern],
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
                "vocab": {_printable(self._bytes[index]): index for index in ordinary}
                | self.special_tokens,
                "merges": [[_printable(left), _printable(right)] for left, right in self.merges],
            },
        }

    def to_tiktoken(self) -> Any:
        """The same tokenizer as a `tiktoken.Encoding`."""
        import tiktoken

        specials = self.special_tokens
        ordinary = {
            token: index for index, token in self._bytes.items() if index not in specials.values()
        }
        return tiktoken.Encoding(
            "lmcore",
            pat_str=PATTERNS[self.pattern],
            mergeable_ranks=ordinary,
            special_tokens=specials,
        )

    # -- using it ---------------------------------------------------------

    @property
    def end_of_text(self) -> int:
        """The id of <|endoftext|>."""
        return self.special_tokens[END_OF_TEXT]

    def token_bytes(self, index: int) -> bytes:
        """The bytes that a token stands for."""
        return self._bytes[index]

    def encode(
        self, text: str, allowed_special: Special = (), disallowed_special: Special = ()
    ) -> np.ndarray:
        """Token ids of `text`, (n,) uint16.

        The spelling of a special token is ordinary text, unless it is in
        `allowed_special` (then it becomes that token) or in
        `disallowed_special` (then `ValueError`); "all" names all others.
        Lone surrogates become U+FFFD.
        """
        allowed = self._specials(allowed_special)
        self._refuse(text, self._specials(disallowed_special) - allowed)
        if not allowed:
            return self.encode_batch([text])[0]
        longest_first = sorted(allowed, key=len, reverse=True)
        parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
        encoded = self.encode_batch(parts[::2])
        for place, special in enumerate(parts[1::2]):
            encoded.insert(2 * place + 1, np.array([self.special_tokens[special]], np.uint16))
        return np.concatenate(encoded)

    def encode_batch(self, texts: list[str]) -> list[np.ndarray]:
        """Token ids of each text; special tokens are ordinary text."""
        if not texts:
            return []
        block = pa.array(map(replace_surrogates, texts), pa.large_string())
        ids = self._encode_words(split_texts(block, self.pattern), end=_END_MARK)
        ends = np.flatnonzero(ids == _END_MARK)
        parts = np.split(ids, ends)[:-1]
        return [part[place > 0 :].astype(np.uint16) for place, part in enumerate(parts)]

    def encode_block(self, texts: pa.Array) -> np.ndarray:
        """Token ids of all texts of a string array, <|endoftext|> after each, uint16."""
        words = split_texts(texts, self.pattern)
        return self._encode_words(words, end=self.end_of_text).astype(np.uint16)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token ids; what is not valid UTF-8 becomes U+FFFD."""
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of token ids, exactly."""
        return b"".join(self._bytes[int(index)] for index in ids)

    def decode_stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Text as tokens arrive, holding back a character until it is whole."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        for index in ids:
            if text := decoder.decode(self._bytes[int(index)]):
                yield text
        if rest := decoder.decode(b"", final=True):
            yield rest

    def _encode_words(self, words: pa.BinaryArray, end: int) -> np.ndarray:
        """Ids of all words in order, int32; `END` becomes `end`.

        Each distinct word is merged once. Its ids then stand for the word as
        bytes do for a string, so an array of words becomes one of ids by the
        gather that pyarrow has for strings.
        """
        coded = words.dictionary_encode()
        ids_of = [
            (end,) if word == END else self._words[word] for word in coded.dictionary.to_pylist()
        ]
        ids = np.array([index for ids in ids_of for index in ids], np.int32)
        ends = np.cumsum([0, *map(len, ids_of)], dtype=np.int64) * ids.itemsize
        strings = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(), len(ids_of), [None, pa.py_buffer(ends), pa.py_buffer(ids)]
        )
        gathered = strings.take(coded.indices)
        return np.frombuffer(gathered.buffers()[2] or b"", np.int32)

    def _specials(self, which: Special) -> set[str]:
        return set(self.special_tokens if which == "all" else which)

    def _refuse(self, text: str, disallowed: set[str]) -> None:
        for special in sorted(disallowed):
            if special in text:
                raise ValueError(
                    f"the text holds {special!r}, which is not allowed here; name it in "
                    "allowed_special to encode it as that token, or leave it out of "
                    "disallowed_special to encode it as ordinary text"
                )


_END_MARK = -1  # not an id: where one text of a batch ends


def _tokens_of(merges: list[Pair]) -> list[bytes]:
    """The bytes of each ordinary token by id: bytes, then what merges make."""
    made = dict.fromkeys(left + right for left, right in merges)
    return [bytes([byte]) for byte in range(256)] + list(made)


def _ordinary(vocab: dict[str, int], special: dict[str, int]) -> dict[int, bytes]:
    """The bytes of a vocabulary's ordinary tokens by id, in the order of ids.

    Raises `ValueError` where two tokens share an id, or a byte has none.
    """
    ids = {text: index for text, index in vocab.items() if text not in special}
    if len({*ids.values(), *special.values()}) < len(ids) + len(special):
        raise ValueError("two of its tokens have the same id")
    tokens = {ids[text]: _bytes_of(text) for text in sorted(ids, key=ids.__getitem__)}
    if without := {bytes([byte]) for byte in range(256)} - set(tokens.values()):
        raise ValueError(f"the byte {min(without)[0]} has no token in it")
    return tokens


def _alphabet() -> dict[int, str]:
    """GPT-2's printable character for each byte: itself where it has one, else U+0100 on."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in own]
    return {byte: chr(byte) for byte in own} | {
        byte: chr(0x100 + place) for place, byte in enumerate(others)
    }


_CHARACTER_OF = _alphabet()
_BYTE_OF = {character: byte for byte, character in _CHARACTER_OF.items()}


def _printable(token: bytes) -> str:
    return "".join(_CHARACTER_OF[byte] for byte in token)


def _bytes_of(printable: str) -> bytes:
    return bytes(_BYTE_OF[character] for character in printable)


_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
_PRE_TOKENIZERS: dict[str, dict[str, Any]] = {
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


def _pattern_of(pre_tokenizer: dict[str, Any]) -> str:
    for name, known in _PRE_TOKENIZERS.items():
        if pre_tokenizer == known:
            return name
    raise ValueError("its pre_tokenizer is neither GPT-2's nor cl100k's")


def main() -> None:
    """`python -m lmcore.tokenizer FOLDER TEXT`: prints the token ids of a text."""
    if len(sys.argv) != 3:
        sys.exit("usage: python -m lmcore.tokenizer FOLDER TEXT")
    print(*Tokenizer.load(sys.argv[1]).encode(sys.argv[2]))


if __name__ == "__main__":
    main()
