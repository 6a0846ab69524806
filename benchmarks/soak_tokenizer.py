"""A million random texts through our tokenizer, tiktoken and Hugging Face's: `make soak`.

Both patterns in turn, each time with another small tokenizer.
"""

from __future__ import annotations

import random
import sys
import tempfile
from itertools import cycle
from pathlib import Path

import click
import tokenizers

from lmcore.common.progress import progress
from lmcore.tokenizer.pretokenize import END, PATTERNS, blocks_of, find_words, split_texts
from lmcore.tokenizer.tokenizer import Tokenizer

_ALPHABETS = [
    "'",
    "stmdrevlSTMDREVLſ",
    " ",
    "\t\n\r\x85\xa0\u2028\u3000",
    "abcé漢ह",
    "09²٣",
    "!?.’—👍",
]
_BLOCK = 500  # texts compared at a time
_LEARNED = 20_000  # texts that a tokenizer is trained on, and how many it is tried on


@click.command()
@click.option("--cases", default=1_000_000, show_default=True, help="Random texts.")
@click.option("--seed", default=0, show_default=True)
def main(cases: int, seed: int) -> None:
    """Compare words with the regular expression, tokens with tiktoken and Hugging Face."""
    draw, patterns = random.Random(seed), cycle(PATTERNS)
    with progress(cases, "soak", "text") as bar:
        for done in range(0, cases, _BLOCK):
            if done % _LEARNED == 0:
                compare = _Comparison(draw, next(patterns))
            compare([_text(draw) for _ in range(_BLOCK)])
            bar.update(_BLOCK)
    print(f"{cases:,} texts, {-(-cases // _LEARNED)} tokenizers: no difference.")


class _Comparison:
    """A tokenizer of random size, learned from random texts, beside the two others."""

    def __init__(self, draw: random.Random, pattern: str) -> None:
        texts = (_text(draw) for _ in range(_LEARNED))
        self._ours = Tokenizer.train(texts, draw.randrange(257, 2000), pattern=pattern)
        self._tiktoken = self._ours.to_tiktoken()
        with tempfile.TemporaryDirectory() as scratch:
            self._ours.save(Path(scratch))
            self._theirs = tokenizers.Tokenizer.from_file(f"{scratch}/tokenizer.json")

    def __call__(self, texts: list[str]) -> None:
        """Ends the program where they differ on one of the texts."""
        pattern = self._ours.pattern
        (block,) = blocks_of(texts)
        words = [w for t in texts for w in [*(x.encode() for x in find_words(t, pattern)), END]]
        if split_texts(block, pattern).to_pylist() != words:
            sys.exit(f"the words of one of these texts differ: {texts!r}")
        ours, theirs = self._ours.encode_batch(texts), self._theirs.encode_batch(texts)
        for text, ids, other in zip(texts, ours, theirs, strict=True):
            if ids.tolist() != self._tiktoken.encode_ordinary(text):
                sys.exit(f"the tokens of this text differ from tiktoken's: {text!r}")
            if ids.tolist() != other.ids:
                sys.exit(f"the tokens of this text differ from Hugging Face's: {text!r}")
            if self._ours.decode(ids) != text:
                sys.exit(f"this text does not survive: {text!r}")


def _text(draw: random.Random) -> str:
    longest = 24 if draw.random() < 0.99 else 2000
    return "".join(_character(draw) for _ in range(draw.randrange(longest)))


def _character(draw: random.Random) -> str:
    """Of those that the rules tell apart, or any, assigned or not, but half of a pair."""
    if draw.random() < 0.9:
        return draw.choice(draw.choice(_ALPHABETS))
    code = draw.randrange(0x110000 - 0x800)
    return chr(code if code < 0xD800 else code + 0x800)


if __name__ == "__main__":
    main()
