"""Text to token ids and back.

Ids: the 256 bytes in order, then the tokens that merges make in the order of
learning, last the special tokens; a tokenizer that others made keeps its own.
`save` writes the `tokenizer.json` that `tokenizers.Tokenizer.from_file` loads
as it is and encodes with identically (lmcore/tokenizer/file_formats.py).
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Literal

import click
import numpy as np
import pyarrow as pa

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError, StageCommand
from lmcore.tokenizer.bpe import Pair, WordEncoder
from lmcore.tokenizer.file_formats import (
    Parts,
    read_gpt2,
    read_tokenizer_json,
    to_tiktoken,
    write_files,
)
from lmcore.tokenizer.merge_training import train_merges
from lmcore.tokenizer.pretokenize import (
    BLOCK_BYTES,
    END,
    PIECE_CHARACTERS,
    Words,
    blocks_of,
    check_pattern,
    check_texts,
    count_words,
    find_words,
    last_cut,
    pieces_of,
    replace_surrogates,
    split_texts,
)
from lmcore.tokenizer.vocabulary import (
    MAX_TOKENS,
    bytes_by_id,
    check_specials,
    ids_of_bytes,
    ranks_of,
    special_names,
    tokens_of,
)

Special = Collection[str] | Literal["all"]


class Tokenizer:
    """Byte-level BPE: `merges` in the order of learning, and special tokens.

    `special_tokens` are texts, numbered on from the last merge, or texts with
    their ids. `tokens`, the bytes of every ordinary token by id, may be given
    where ids do not follow from the merges, as in GPT-2's own vocabulary. All
    ids together are 0, 1, 2 ... without a gap. Raises `LmcoreError` for tokens
    that do not fit together so, and for more than a uint16 can number.
    """

    def __init__(
        self,
        merges: list[Pair],
        special_tokens: dict[str, int] | list[str],
        pattern: str = "gpt2",
        tokens: dict[int, bytes] | None = None,
    ) -> None:
        check_pattern(pattern)
        ordinary = dict(enumerate(tokens_of(merges))) if tokens is None else tokens
        if not isinstance(special_tokens, dict):
            names = special_names(special_tokens)
            special_tokens = {text: len(ordinary) + place for place, text in enumerate(names)}
        self.merges, self.special_tokens, self.pattern = merges, special_tokens, pattern
        self._ordinary = ordinary
        ids = {token: index for index, token in ordinary.items()}
        check_specials(special_tokens, ids)
        self._bytes = bytes_by_id(ordinary, special_tokens)
        self.vocab_size = len(self._bytes)
        self._words = WordEncoder(ids_of_bytes(ids), ranks_of(merges, ids))

    # -- making one -------------------------------------------------------

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        special_tokens: Iterable[str] = (END_OF_TEXT,),
        pattern: str = "gpt2",
    ) -> Tokenizer:
        """Return a tokenizer with merges learned from texts: `vocab_size` tokens, if pairs last.

        Counts every word, so distinct words must fit into memory; the stage
        (`lmcore.dataset.train_tokenizer`) forgets rare ones where there are too many.
        """
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
        """Return a tokenizer learned from words and how often each occurs.

        Raises `LmcoreError` without any word, and where `vocab_size` has no
        room for the 256 bytes and the special tokens or is beyond uint16.
        """
        specials = special_names(special_tokens)
        min_size = 256 + len(specials)
        if not min_size <= vocab_size <= MAX_TOKENS:
            plural = "" if len(specials) == 1 else "s"
            raise LmcoreError(
                f"tokenizer.vocab_size is {vocab_size}; it must be at least {min_size}, for 256 "
                f"bytes and {len(specials)} special token{plural}, and at most {MAX_TOKENS}."
            )
        # The result must not depend on the order in which words were met.
        words = {word: counts[word] for word in sorted(counts) if word and word != END}
        if not words:
            raise LmcoreError("The training text is empty: there is nothing to learn merges from.")
        return cls(train_merges(words, vocab_size - min_size), specials, pattern)

    @classmethod
    def load(cls, path: Path | str) -> Tokenizer:
        """Read a `tokenizer.json`, or the folder that holds one: ours or Hugging Face's.

        A file may tell to put <|endoftext|> around a text, as exported ones do;
        `encode` gives the ids of the text alone. Raises `LmcoreError` for a
        missing or damaged file, and for a kind of tokenizer that this is not.
        """
        path = Path(path)
        path = path / "tokenizer.json" if path.is_dir() else path
        return cls._read(path, read_tokenizer_json(path))

    @classmethod
    def from_gpt2(cls, vocab: Path | str, merges: Path | str) -> Tokenizer:
        """Read GPT-2's `vocab.json` and `merges.txt`, ids as they are there.

        Raises `LmcoreError` where one is missing or damaged, or they do not fit together.
        """
        return cls._read(Path(vocab), read_gpt2(Path(vocab), Path(merges)))

    @classmethod
    def _read(cls, path: Path, parts: Parts) -> Tokenizer:
        try:
            return cls(*parts)
        except LmcoreError as error:
            raise LmcoreError(f"{path}: {error.message}") from None

    def save(self, directory: Path | str) -> None:
        """Write `tokenizer.json`, and `merges.txt` as GPT-2 has it."""
        write_files(Path(directory), self._parts())

    def to_tiktoken(self) -> Any:
        """Return the same tokenizer as a `tiktoken.Encoding`; needs that package.

        Raises `LmcoreError` where tiktoken, which knows no merges, would encode
        otherwise: where ids do not follow their order, or where a token is not
        what they make of its bytes, as with merges made by hand.
        """
        for index, token in self._ordinary.items():
            if self._words[token] != (index,):
                raise LmcoreError(
                    f"The merges of this tokenizer do not make its token {token!r} of those bytes "
                    "alone, so tiktoken cannot encode as it does."
                )
        return to_tiktoken(self._parts())

    def _parts(self) -> Parts:
        return Parts(self.merges, self.special_tokens, self.pattern, self._ordinary)

    # -- using it ---------------------------------------------------------

    @property
    def end_of_text(self) -> int:
        """Return the id of <|endoftext|>; raises `LmcoreError` where there is no such token."""
        if END_OF_TEXT not in self.special_tokens:
            raise LmcoreError(f"This tokenizer has no special token {END_OF_TEXT}.")
        return self.special_tokens[END_OF_TEXT]

    def token_bytes(self, index: int) -> bytes:
        """Return the bytes that a token stands for; `LmcoreError` where there is no such id."""
        return self._bytes[int(index)]

    def encode(
        self, text: str, allowed_special: Special = (), disallowed_special: Special = ()
    ) -> np.ndarray:
        """Return the token ids of `text`, (n,) uint16.

        The spelling of a special token is ordinary text, unless it is in
        `disallowed_special` (then `ValueError`) or in `allowed_special` (then
        it becomes that token). "all" names all, and in `disallowed_special`
        all that are not allowed, as in tiktoken.
        Lone surrogates become U+FFFD.
        """
        return self.encode_batch([text], allowed_special, disallowed_special)[0]

    def encode_batch(
        self,
        texts: list[str],
        allowed_special: Special = (),
        disallowed_special: Special = (),
    ) -> list[np.ndarray]:
        """Return `encode` of each text, in fewer steps."""
        check_texts(texts)
        allowed = self._specials("allowed_special", allowed_special) & set(self.special_tokens)
        disallowed = self._specials("disallowed_special", disallowed_special)
        if disallowed_special == "all":
            disallowed -= allowed
        for special in sorted(disallowed):
            if any(special in text for text in texts):
                raise ValueError(
                    f"the text holds {special!r}, which is not allowed here; leave it out of "
                    "disallowed_special to encode it as ordinary text, and name it in "
                    "allowed_special to encode it as that token"
                )
        if not allowed:
            return self._encode_ordinary(texts)
        longest_first = sorted(allowed, key=len, reverse=True)
        separator = re.compile(f"({'|'.join(map(re.escape, longest_first))})")
        # Every second part is a special token.
        cut = [separator.split(text) for text in texts]
        encoded = iter(self._encode_ordinary(part for parts in cut for part in parts[::2]))
        return [
            np.concatenate(
                [
                    np.array([self.special_tokens[part]], np.uint16) if index % 2 else next(encoded)
                    for index, part in enumerate(parts)
                ]
            )
            for parts in cut
        ]

    def encode_iterable(
        self, chunks: Iterable[str], allowed_special: Special = ()
    ) -> Iterator[np.ndarray]:
        """Yield the ids of a text that arrives in chunks, such as a file's lines, block by block.

        Joined, they are what `encode` gives for the whole text, however it is cut; memory is
        bounded unless a word, or white space, is endless. Special tokens as in `encode`.
        """
        allowed = self._specials("allowed_special", allowed_special) & set(self.special_tokens)
        # An occurrence that begins before this many last characters is whole, and no longer one
        # can begin there.
        longest = max(map(len, allowed), default=1)
        waiting: list[str] = []
        size, needed = 0, BLOCK_BYTES
        for chunk in chunks:
            waiting.append(chunk)
            size += len(chunk)
            if size < needed + longest:
                continue
            text = "".join(waiting)
            end = last_cut(text, 0, len(text) - longest) or 0
            end = _before_specials(text, end, allowed)
            if end:
                yield self.encode(text[:end], allowed)
                text = text[end:]
            waiting, size, needed = [text], len(text), max(BLOCK_BYTES, 2 * len(text))
        if size:
            yield self.encode("".join(waiting), allowed)

    def _encode_ordinary(self, texts: Iterable[str]) -> list[np.ndarray]:
        texts = list(texts)
        if sum(map(len, texts)) < _SHORT:  # word by word
            arrays = []
            for text in map(replace_surrogates, texts):
                words = find_words(text, self.pattern)
                indices = [index for word in words for index in self._words[word.encode()]]
                arrays.append(np.array(indices, np.uint16))
            return arrays
        # 1. Cut long texts into pieces, and gather pieces into blocks.
        pieces, cut = [], {}  # cut: how many pieces, by the first one's position
        for text in texts:
            if len(text) <= PIECE_CHARACTERS:
                pieces.append(text)
            else:
                first = len(pieces)
                pieces += pieces_of(text)
                cut[first] = len(pieces) - first
        encoded: list[np.ndarray] = []
        for block in blocks_of(pieces):
            # 2. Encode a block, with a mark where each piece ends.
            ids = self._encode_words(split_texts(block, self.pattern), end=_END_MARK)
            # 3. Cut its ids at the marks.
            ends = np.flatnonzero(ids == _END_MARK).tolist()
            ids = ids.astype(np.uint16)
            encoded += [ids[start + 1 : end] for start, end in pairwise([-1, *ends])]
        # 4. Join the pieces of each text, from the last, so that positions hold.
        for first, count in reversed(cut.items()):
            encoded[first : first + count] = [np.concatenate(encoded[first : first + count])]
        return encoded

    def encode_block(self, texts: pa.Array) -> np.ndarray:
        """Return the token ids of a string array's texts, <|endoftext|> after each, uint16.

        Raises `LmcoreError` where there is no such token.
        """
        words = split_texts(texts, self.pattern)
        return self._encode_words(words, end=self.end_of_text).astype(np.uint16)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of token ids; what is not valid UTF-8 becomes U+FFFD.

        Raises `LmcoreError` for an id that no token has.
        """
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Return the bytes of token ids, exactly."""
        return b"".join(self._bytes[int(index)] for index in ids)

    def decode_stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Yield text as tokens arrive; a character is held back until it is whole."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        for index in ids:
            if text := decoder.decode(self._bytes[int(index)]):
                yield text
        if rest := decoder.decode(b"", final=True):
            yield rest

    def _encode_words(self, words: Words, end: int) -> np.ndarray:
        """Return the ids of all words in order, int32; `END` becomes `end`.

        Each distinct word is merged once. Its ids then stand for the word as
        bytes do for a string, so an array of words becomes one of ids by the
        gather that pyarrow has for strings.
        """
        coded = words.dictionary_encode()
        distinct = coded.dictionary.to_pylist()
        ids_of = list(map(self._words.__getitem__, distinct))
        if END in distinct:
            ids_of[distinct.index(END)] = (end,)
        ids = np.fromiter(chain.from_iterable(ids_of), np.int32)
        ends = np.cumsum([0, *map(len, ids_of)], dtype=np.int64) * ids.itemsize
        strings = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(), len(ids_of), [None, pa.py_buffer(ends), pa.py_buffer(ids)]
        )
        gathered = strings.take(coded.indices)
        return np.frombuffer(gathered.buffers()[2] or b"", np.int32)

    def _specials(self, parameter: str, which: Special) -> set[str]:
        if which == "all":
            return set(self.special_tokens)
        if isinstance(which, str):
            raise LmcoreError(f'{parameter} is {which!r}; it must be "all" or a set of strings.')
        return set(which)


_END_MARK = -1  # not an id: where one text of a batch ends

# Characters up to which words are faster looked up one by one: for 40 it takes 13
# microseconds, and by arrays 381 (one core of a 2-core EPYC).
_SHORT = 2000


def _before_specials(text: str, end: int, specials: set[str]) -> int:
    """Return the last position up to `end` that no special token lies across."""
    while True:
        spans = (text.find(special, max(0, end - len(special) + 1)) for special in specials)
        before = min([end, *(start for start in spans if 0 <= start < end)])
        if before == end:
            return end
        end = before


@click.command(cls=StageCommand, context_settings={"ignore_unknown_options": True})
@click.argument("folder")
@click.argument("text")
def main(folder: str, text: str) -> None:
    """Print the token ids of TEXT, by the tokenizer in FOLDER."""
    print(*Tokenizer.load(folder).encode(text))


if __name__ == "__main__":
    main()
