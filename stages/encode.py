"""Turns the stories of both splits into token shards."""

from __future__ import annotations

from pathlib import Path

import click

from lmcore.common.atomic_files import write_json
from lmcore.common.checksums import remake, verify_checksums
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import FIGURES, RAW, TOKENIZER, TOKENS
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.stories import verify_stories


@click.command(cls=StageCommand)
@click.option(
    "--tokenizer",
    "other",
    type=Path,
    help="A tokenizer.json to encode with, in place of data/tokenizer's.",
)
def main(other: Path | None) -> None:
    """Encode data/raw with data/tokenizer into data/tokens."""
    params = load_params().encode
    verify_stories(RAW)
    if other is None:
        verify_checksums(TOKENIZER, remake("train_bpe"))
    tokenizer = other or TOKENIZER / "tokenizer.json"
    figures = encode_corpus(RAW, tokenizer, TOKENS, params.shard_tokens)
    write_json(FIGURES / "tokens.json", figures, checksum=True)


if __name__ == "__main__":
    main()
