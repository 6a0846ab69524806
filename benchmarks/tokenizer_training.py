"""Speed of learning a vocabulary beside Hugging Face tokenizers and rustbpe.

`python -m benchmarks.tokenizer_training` repeats real text, with novel words in it, and
writes benchmarks/results/tokenizer_training.md. Rounds are interleaved, as in
benchmarks/tokenizer.py.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
import rustbpe
import tokenizers

from benchmarks.machine import describe, load_average, real_text, with_novel_words
from benchmarks.tokenizer import interleaved_rounds, total_bytes
from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import listing
from lmcore.dataset.stories import SplitWriter, iter_texts
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.tokenizer.pretokenize import PATTERNS, blocks_of, count_words

TRAIN_BYTES = 64_000_000
LIKELY = 8  # stories to a novel word
LIKELY_WORDS = (
    f"Why {LIKELY} stories: text that is repeated has no more words than it had once, but a larger "
    "corpus has. So many novel words make it about as many distinct ones as these stories would "
    "have if their words went on to grow as their bytes to the 0.34 (Heaps' law)."
)
# Times as fast as these that training is meant to be.
AIMS = {"HF tokenizers": 5, "rustbpe": 2}


@click.command()
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
def main(rounds: int) -> None:
    """Measure and write benchmarks/results/tokenizer_training.md."""
    texts = list(iter_texts(real_text(), "train"))
    parts = [
        _training(texts, LIKELY, rounds),
        LIKELY_WORDS,
        _training(texts, 1, rounds),
    ]
    machine = f"{describe('tokenizers', 'rustbpe', 'pyarrow', 'numpy')} {load_average()}"
    file = Path(__file__).parent / "results" / "tokenizer_training.md"
    file.write_text("\n\n".join(["### Training", machine, *parts]) + "\n", "utf-8")
    print(file.read_text("utf-8"))


def _training(texts: list[str], every: int, rounds: int) -> str:
    """Seconds to learn a vocabulary from raw text, each with the cores it takes by itself."""
    repeated = list(with_novel_words(texts, TRAIN_BYTES, every))
    words = _distinct_words(repeated)
    novel = words - _distinct_words(texts[: len(repeated)])
    lines = [
        f"Training on {total_bytes(repeated) / 1e6:.0f} MB, a novel word for {_stories(every)}, "
        f"{words:,} distinct words, seconds (median of {rounds} rounds), {os.cpu_count()} cores:\n",
        "| asked for | reached | lmcore | HF tokenizers | rustbpe | HF / ours | rustbpe / ours |",
        "|---|---|---|---|---|---|---|",
    ]
    ratios: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with SplitWriter(folder, "train") as writer:
            for text in repeated:
                writer.add(text)
        for vocab_size in (4096, 10000, 32000):
            seconds = {
                name: 1 / speed
                for name, speed in interleaved_rounds(
                    {
                        "ours": (1, lambda v=vocab_size: train_tokenizer(folder, v, "gpt2")),
                        "hf": (1, lambda v=vocab_size: _train_hugging_face(repeated, v)),
                        "rustbpe": (1, lambda v=vocab_size: _train_rustbpe(repeated, v)),
                    },
                    rounds,
                ).items()
            }
            ours, hf, rust = seconds["ours"], seconds["hf"], seconds["rustbpe"]
            ratios[vocab_size] = {"HF tokenizers": hf / ours, "rustbpe": rust / ours}
            reached = train_tokenizer(folder, vocab_size, "gpt2", 1)[0].vocab_size
            lines.append(
                f"| {vocab_size} | {reached} | {ours:.2f} | {hf:.2f} | {rust:.2f} | "
                + " | ".join(f"{ratio:.2f}" for ratio in ratios[vocab_size].values())
                + " |"
            )
    return "\n".join([*lines, "", _against_aims(ratios, novel, words)])


def _against_aims(ratios: dict[int, dict[str, float]], novel: int, words: int) -> str:
    """In which rows training is slower than it is meant to be, and why."""
    missed = []
    for name, aim in AIMS.items():
        # As the table shows them: a reader must find the same rows.
        if rows := [asked for asked, of in ratios.items() if round(of[name], 2) < aim]:
            missed.append(f"below {aim} times {name} for a vocabulary of {listing(rows)}")
    if not missed:
        aims = " and ".join(f"{aim} times {name}" for name, aim in AIMS.items())
        return f"Training is at least {aims} in every row."
    return (
        f"Training is {', and '.join(missed)}. {novel:,} of the {words:,} distinct words are "
        "novel: noise, each with pairs of its own to merge."
    )


def _distinct_words(texts: list[str]) -> int:
    return len(set().union(*(count_words(block, "gpt2") for block in blocks_of(texts))))


def _stories(every: int) -> str:
    return "each story" if every == 1 else f"{every} stories"


def _train_hugging_face(texts: list[str], vocab_size: int) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)


def _train_rustbpe(texts: list[str], vocab_size: int) -> None:
    rustbpe.Tokenizer().train_from_iterator(
        iter(texts), vocab_size=vocab_size, pattern=PATTERNS["gpt2"]
    )


if __name__ == "__main__":
    main(standalone_mode=False)
