"""The table of docs/01-tokenization.md: what the size of the vocabulary trades.

`python -m benchmarks.vocabulary` prints it, measured on the real text.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.machine import describe, real_text
from lmcore.dataset.stories import iter_texts
from lmcore.tokenizer.pretokenize import blocks_of
from lmcore.tokenizer.tokenizer import Tokenizer

SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768)
D_MODEL = 256


def main() -> None:
    """Trains on the training split, counts tokens of the validation split."""
    learn, held_out = (list(iter_texts(real_text(), split)) for split in ("train", "validation"))
    print(f"{describe('numpy', 'pyarrow')}\n{_bytes(learn)} bytes, {_bytes(held_out)} held out.\n")
    print("| vocabulary | bytes/token | tokens used in held-out text | training | embedding |")
    print("|---|---|---|---|---|")
    for size in SIZES:
        start = time.perf_counter()
        tokenizer = Tokenizer.train(learn, size)
        seconds = time.perf_counter() - start
        ids = np.concatenate([tokenizer.encode_block(block) for block in blocks_of(held_out)])
        print(
            f"| {tokenizer.vocab_size} | {_bytes(held_out) / len(ids):.2f} | "
            f"{len(np.unique(ids)) / tokenizer.vocab_size:.0%} | {seconds:.2f} s | "
            f"{tokenizer.vocab_size * D_MODEL / 1e6:.2f} M |"
        )


def _bytes(texts: list[str]) -> int:
    return sum(len(text.encode()) for text in texts)


if __name__ == "__main__":
    main()
