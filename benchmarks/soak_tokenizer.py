"""A million random texts through our tokenizer and tiktoken: `make soak`."""

from __future__ import annotations

import random
import sys
import unicodedata

import click

from lmcore.pretokenize import END, blocks_of, find_words, split_texts
from lmcore.progress import progress
from lmcore.tokenizer import Tokenizer

_ALPHABETS = [
    "'",
    "stmdrevlSTMDREVL",
    " ",
    "\t\n\r\x85\xa0\u2028\u3000",
    "abcé漢ह",
    "09²٣",
    "!?.’—👍",
]
_BLOCK = 500  # texts compared at a time


@click.command()
@click.option("--cases", default=1_000_000, show_default=True, help="Random texts.")
@click.option("--seed", default=0, show_default=True)
def main(cases: int, seed: int) -> None:
    """Compare words with the regular expression and tokens with tiktoken."""
    draw = random.Random(seed)
    tokenizer = Tokenizer.train((_text(draw) for _ in range(20_000)), 1500)
    reference = tokenizer.to_tiktoken()
    with progress(cases, "soak", "text") as bar:
        for _ in range(0, cases, _BLOCK):
            texts = [_text(draw) for _ in range(_BLOCK)]
            (block,) = blocks_of(texts)
            words = split_texts(block).to_pylist()
            if words != [w for t in texts for w in [*(x.encode() for x in find_words(t)), END]]:
                sys.exit(f"the words of one of these texts differ: {texts!r}")
            for text, ids in zip(texts, tokenizer.encode_batch(texts), strict=True):
                if ids.tolist() != reference.encode_ordinary(text):
                    sys.exit(f"the tokens of this text differ from tiktoken's: {text!r}")
                if tokenizer.decode(ids) != text:
                    sys.exit(f"this text does not survive: {text!r}")
            bar.update(_BLOCK)
    print(f"{cases} texts, no difference.")


def _text(draw: random.Random) -> str:
    return "".join(_character(draw) for _ in range(draw.randrange(24)))


def _character(draw: random.Random) -> str:
    if draw.random() < 0.9:
        return draw.choice(draw.choice(_ALPHABETS))
    while True:  # any character that all Unicode versions in play have assigned
        character = chr(draw.randrange(0x110000))
        if unicodedata.category(character) not in ("Cn", "Co", "Cs"):
            return character


if __name__ == "__main__":
    main()
