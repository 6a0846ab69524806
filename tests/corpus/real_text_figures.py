"""How near the built-in stories are to real TinyStories: the figures that the tests bound.

`python tests/corpus/real_text_figures.py FOLDER` prints them for a folder of TinyStories parquet.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from lmcore.corpus.builtin import stories
from lmcore.evaluation.baselines import KneserNey
from lmcore.tokenizer import Tokenizer

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
VOCAB_SIZE = 4096


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return WORD.findall(text.lower())


def sentence_count(text: str) -> int:
    """Return how many sentences end in a text: at . ! or ?, with a quotation mark or without."""
    return len(re.findall(r'[.!?]+"?(?=\s|$)', text.strip()))


@cache
def real_texts(folder: Path, split: str) -> tuple[str, ...]:
    """Return the stories of a split of real text."""
    files = sorted(folder.glob(f"{split}-*.parquet"))
    return tuple(text for file in files for text in pq.read_table(file)["text"].to_pylist())


@cache
def built_in_texts(count: int) -> tuple[str, ...]:
    """Return `count` built-in stories."""
    return tuple(story.text for story in stories(0, "validation", count))


def share_of_words(texts: Sequence[str], known: set[str]) -> float:
    """Return which share of the words of the texts is known."""
    counts = Counter(word for text in texts for word in words(text))
    return sum(count for word, count in counts.items() if word in known) / counts.total()


@cache
def vocabulary(folder: Path) -> Counter[str]:
    """Return how often each word occurs in the real text, all splits."""
    texts = real_texts(folder, "train") + real_texts(folder, "validation")
    return Counter(word for text in texts for word in words(text))


@cache
def trigram(folder: Path) -> tuple[Tokenizer, KneserNey]:
    """Return a tokenizer and a Kneser-Ney trigram, both trained on the real training text."""
    train = real_texts(folder, "train")
    tokenizer = Tokenizer.train(train, VOCAB_SIZE)
    return tokenizer, KneserNey(_tokens(tokenizer, train), 3, VOCAB_SIZE)


def trigram_bits_per_byte(folder: Path, texts: Sequence[str]) -> float:
    """Return what the trigram of the real text needs for other texts."""
    tokenizer, model = trigram(folder)
    nats = float(np.sum(model.losses(_tokens(tokenizer, texts))))
    return nats / math.log(2) / sum(len(text.encode()) for text in texts)


def _tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """Return the tokens of the texts, the end of text after each."""
    ends = np.array([tokenizer.end_of_text], np.uint16)
    encoded = tokenizer.encode_batch([text.strip() for text in texts])
    return np.concatenate([part for ids in encoded for part in (ids, ends)])


def main(folder: Path) -> None:
    """Print the figures of real and built-in stories side by side."""
    known = vocabulary(folder)
    common = {word for word, _ in known.most_common(2000)}
    for name, texts in (
        ("real", real_texts(folder, "validation")),
        ("built-in", built_in_texts(2000)),
    ):
        lengths = sorted(len(words(text)) for text in texts)
        inside = sum(120 <= length <= 220 for length in lengths) / len(lengths)
        mean = sum(lengths) / len(lengths)
        per_sentence = sum(lengths) / sum(sentence_count(text) for text in texts)
        print(
            f"{name}: in the commonest 2,000 words {share_of_words(texts, common):.4f}, "
            f"in the vocabulary {share_of_words(texts, set(known)):.4f}, "
            f"words a sentence {per_sentence:.2f}, words a story {mean:.1f} "
            f"({inside:.3f} within 120 to 220), "
            f"trigram of real text {trigram_bits_per_byte(folder, texts):.4f} bits per byte"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
