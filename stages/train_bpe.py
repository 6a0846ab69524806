"""Learns byte-pair merges from the training stories."""

from __future__ import annotations

import click

from lmcore.common.atomic_files import atomic_directory, write_json, write_text
from lmcore.common.checksums import write_checksums
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import FIGURES, METRICS, RAW, TOKENIZER
from lmcore.dataset.stories import verify_stories
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.tokenizer.file_formats import readable_merges


@click.command(cls=StageCommand)
def main() -> None:
    """Train the tokenizer described by params.yaml on data/raw."""
    params = load_params().tokenizer
    verify_stories(RAW, ["train"])
    tokenizer, figures = train_tokenizer(RAW, params.vocab_size, params.pattern)
    if tokenizer.vocab_size < params.vocab_size:
        click.echo(
            f"The text has no pair left to merge: the vocabulary has {tokenizer.vocab_size} "
            f"tokens, not the {params.vocab_size} of tokenizer.vocab_size."
        )
    with atomic_directory(TOKENIZER) as partial:
        tokenizer.save(partial)
        write_checksums(partial)
    write_text(METRICS / "merges.txt", readable_merges(tokenizer.merges))
    write_json(FIGURES / "tokenizer.json", figures, checksum=True)


if __name__ == "__main__":
    main()
