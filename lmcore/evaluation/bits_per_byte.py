"""Loss, perplexity and bits per byte of a model, of its baselines and of the source.

Every token is predicted once, the ends of texts included, each from at most
`context_length` tokens before it. With N tokens, B bytes of UTF-8 text and
total loss L in nats:

    loss = L / N        perplexity = exp(loss)        bits per byte = L / (ln 2 * B)

The standard errors are those of another sample of as many stories, the model
being what it is; they do not cover another seed of training.

Bits per byte does not depend on the tokenizer, so it compares models with
different tokenizers, and compares with the entropy of the source. L contains
the cost of saying where a story ends, while an end has no bytes and costs the
grammar of the built-in stories nothing: the comparison with the floor is, by
that little, to the model's disadvantage.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmcore.common.errors import LmcoreError
from lmcore.common.progress import progress
from lmcore.common.units import LN2
from lmcore.dataset.shards import TokenShards
from lmcore.dataset.stories import iter_texts, read_texts, row_groups, split_files
from lmcore.evaluation.baselines import (
    MAX_TOKENS,
    KneserNey,
    uniform_loss,
    xz_bits_per_byte,
    zstd_bits_per_byte,
)


def figures(losses: np.ndarray, size: int) -> dict[str, float]:
    """Return loss, perplexity and bits per byte of token losses (N,) over `size` bytes of text."""
    total = float(losses.sum(dtype=np.float64))
    loss = total / len(losses)
    return {"loss": loss, "perplexity": math.exp(loss), "bits_per_byte": total / LN2 / size}


def baseline_figures(
    train: TokenShards, validation: TokenShards, raw: Path
) -> dict[str, dict[str, float]]:
    """Return the figures of every baseline, measured on all validation tokens."""
    counted = np.asarray(train[: min(train.tokens, MAX_TOKENS)])
    tokens = np.asarray(validation[:])
    uniform = np.full(len(tokens), uniform_loss(validation.vocab_size))
    baselines = {"uniform": figures(uniform, validation.bytes)}
    with progress(5, "baselines", "baseline") as bar:
        for order, name in ((1, "unigram"), (2, "bigram"), (3, "kneser_ney_trigram")):
            # Ends of text before the first token give it a context, as for the model.
            padded = np.concatenate([[validation.end_of_text] * (order - 1), tokens])
            model = KneserNey(counted, order, validation.vocab_size)
            baselines[name] = figures(model.losses(padded), validation.bytes)
            bar.update()
        for name, compressed in (("xz", xz_bits_per_byte), ("zstd", zstd_bits_per_byte)):
            baselines[name] = {"bits_per_byte": compressed(iter_texts(raw, "validation"))}
            bar.update()
    return baselines


def story_sizes(raw: Path, encoded: int) -> np.ndarray:
    """Return the UTF-8 bytes of every validation story, (stories,).

    Raises `LmcoreError` where there are not as many as were encoded.
    """
    sizes = np.concatenate(
        [
            pc.binary_length(read_texts(group)).to_numpy(zero_copy_only=False)
            for group in row_groups(raw, "validation")
        ]
    ).astype(np.int64)
    if len(sizes) != encoded:
        raise LmcoreError(
            f"{raw} has {len(sizes):,} validation stories and {encoded:,} were encoded; "
            "`dvc repro` encodes them anew."
        )
    return sizes


def entropy_floor(raw: Path, size: int) -> float | None:
    """Return the bits per byte of the source itself over `size` bytes of validation stories.

    None where the stories do not carry their probability.
    """
    bits = 0.0
    for path in split_files(raw, "validation"):
        if "log2_probability" not in pq.read_schema(path).names:
            return None
        column = pq.read_table(path, columns=["log2_probability"]).column(0)
        bits -= float(np.sum(column.to_numpy()))
    return bits / size
