"""Turns the stories of both splits into token shards."""

from __future__ import annotations

import click

from lmcore.common.atomic_files import write_json
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import FIGURES, RAW, TOKENIZER, TOKENS
from lmcore.dataset.encode import encode_corpus


@click.command(cls=StageCommand)
def main() -> None:
    """Encode data/raw with data/tokenizer into data/tokens."""
    params = load_params().encode
    figures = encode_corpus(RAW, TOKENIZER / "tokenizer.json", TOKENS, params.shard_tokens)
    write_json(FIGURES / "tokens.json", figures)


if __name__ == "__main__":
    main()
