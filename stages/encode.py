"""Turns the stories of both splits into token shards."""

from __future__ import annotations

import click

from lmcore.artifacts import write_json
from lmcore.encoder import encode_corpus
from lmcore.errors import StageCommand
from lmcore.params import load_params
from lmcore.paths import METRICS, RAW, TOKENIZER, TOKENS


@click.command(cls=StageCommand)
def main() -> None:
    """Encode data/raw with data/tokenizer into data/tokens."""
    params = load_params().encode
    figures = encode_corpus(RAW, TOKENIZER / "tokenizer.json", TOKENS, params.shard_tokens)
    write_json(METRICS / "tokens.json", figures)


if __name__ == "__main__":
    main()
