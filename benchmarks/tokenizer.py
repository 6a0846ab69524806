"""Speed of encoding beside tiktoken and Hugging Face tokenizers.

`python -m benchmarks.tokenizer` repeats real text to about 100 MB and writes
benchmarks/results/tokenizer.md. Rounds are interleaved, so that a slow moment
of the machine meets every candidate, and medians are reported.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import tokenizers

from benchmarks.machine import describe, load_average, real_text
from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.stories import SplitWriter, iter_texts
from lmcore.tokenizer.pretokenize import blocks_of
from lmcore.tokenizer.tokenizer import Tokenizer

ENCODE_BYTES = 100_000_000
STAGE_BYTES = 1_000_000_000  # enough for the start-up of processes not to decide
ROUNDS = 5


@click.command()
@click.option("--share", default=1.0, show_default=True, help="Of the text that is encoded.")
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(1))
def main(share: float, rounds: int) -> None:
    """Measure and write benchmarks/results/tokenizer.md."""
    texts = list(iter_texts(real_text(), "train"))
    file = Path(__file__).parent / "results" / "tokenizer.md"
    file.parent.mkdir(exist_ok=True)
    parts = ["## Tokenizer\n", ""]
    steps = [
        lambda: _encoding(texts, share, rounds),
        lambda: _short(texts),
        lambda: _two_processes(list(_repeat(texts, int(share * STAGE_BYTES))), min(rounds, 3)),
        lambda: _cold_start(texts),
    ]
    for step in steps:
        parts.append(step())
        packages = ("tiktoken", "tokenizers", "pyarrow", "numpy")
        parts[1] = f"{describe(*packages)} {load_average()}"
        file.write_text("\n\n".join(parts) + "\n", "utf-8")
    print(file.read_text("utf-8"))


def _encoding(texts: list[str], share: float, rounds: int) -> str:
    """MB/s of one thread, by vocabulary and pattern."""
    repeated = list(_repeat(texts, int(share * ENCODE_BYTES)))
    lines = [
        f"Encoding {total_bytes(repeated) / 1e6:.0f} MB of real stories by one thread, MB a second "
        f"of processor time (median of {rounds} rounds); in brackets, times that of tiktoken. "
        "Ours in four ways: arrays of stories, as the pipeline has them (`encode_block`), lists of "
        "strings (`encode_batch`), one string (`encode`), and its lines (`encode_iterable`). "
        "tiktoken has one large text a call, Hugging Face batches of a tenth of the text: what "
        "each does best.\n",
        "| vocabulary | arrays | encode_batch | encode | encode_iterable | tiktoken "
        "| HF encode_batch | arrays / HF |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for vocab_size, pattern in ((4096, "gpt2"), (32000, "gpt2"), (4096, "cl100k")):
        tokenizer = Tokenizer.train(texts, vocab_size, pattern=pattern)
        *ours, tiktoken, hf = _encoding_speeds(tokenizer, repeated, rounds)
        cells = " | ".join(f"{speed:.1f} ({speed / tiktoken:.2f})" for speed in ours)
        lines.append(
            f"| {tokenizer.vocab_size}, {pattern} | {cells} | {tiktoken:.1f} | {hf:.2f} "
            f"| {ours[0] / hf:.1f} |"
        )
    return "\n".join(lines)


def _encoding_speeds(tokenizer: Tokenizer, texts: list[str], rounds: int) -> list[float]:
    """MB/s of our four ways, tiktoken and Hugging Face."""
    encoding, hugging_face = tokenizer.to_tiktoken(), _hugging_face(tokenizer)
    blocks = list(blocks_of(texts))
    lists = [block.to_pylist() for block in blocks]
    large = [END_OF_TEXT.join(block) for block in lists]
    whole = "".join(texts)
    of_lines = whole.splitlines(keepends=True)
    few = texts[: len(texts) // 10]
    size = total_bytes(texts)
    speeds = interleaved_rounds(
        {
            "arrays": (size, lambda: [tokenizer.encode_block(block) for block in blocks]),
            "lists": (size, lambda: [tokenizer.encode_batch(block) for block in lists]),
            "string": (size, lambda: tokenizer.encode(whole)),
            "lines": (size, lambda: list(tokenizer.encode_iterable(of_lines))),
            "tiktoken": (
                size,
                lambda: [encoding.encode_to_numpy(text, allowed_special="all") for text in large],
            ),
            "hf": (total_bytes(few), lambda: hugging_face.encode_batch(few)),
        },
        rounds,
        time.process_time,
    )
    return [speed / 1e6 for speed in speeds.values()]


def _short(texts: list[str]) -> str:
    """Microseconds of one short text a call."""
    tokenizer = Tokenizer.train(texts[:5000], 4096)
    encoding, hugging_face = tokenizer.to_tiktoken(), _hugging_face(tokenizer)
    text, calls = "Once upon a time there was a little girl.", 1000
    speeds = interleaved_rounds(
        {
            "lmcore": (calls, lambda: [tokenizer.encode(text) for _ in range(calls)]),
            "tiktoken": (calls, lambda: [encoding.encode(text) for _ in range(calls)]),
            "Hugging Face": (calls, lambda: [hugging_face.encode(text) for _ in range(calls)]),
        }
    )
    microseconds = ", ".join(f"{name} {1e6 / speed:.0f}" for name, speed in speeds.items())
    return f"One text of {len(text)} characters a call, microseconds: {microseconds}."


def _two_processes(texts: list[str], rounds: int) -> str:
    """The whole encode stage, parquet to shards, with one process and with two."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for split, chosen in (("train", texts), ("validation", texts[:100])):
            with SplitWriter(folder, split) as writer:
                for text in chosen:
                    writer.add(text)
        Tokenizer.train(texts[:5000], 4096).save(folder)

        def encode(workers: int) -> Callable[[], object]:
            return lambda: encode_corpus(
                folder, folder / "tokenizer.json", folder / "tokens", 1 << 24, workers
            )

        speeds = interleaved_rounds({n: (total_bytes(texts), encode(n)) for n in (1, 2)}, rounds)
    return (
        f"Parquet to shards, {total_bytes(texts) / 1e6:.0f} MB: {speeds[1] / 1e6:.1f} MB/s "
        f"with one process, {speeds[2] / 1e6:.1f} with two, start-up included "
        f"({speeds[2] / speeds[1]:.2f} times)."
    )


def _cold_start(texts: list[str]) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        Tokenizer.train(texts[:5000], 4096).save(Path(scratch))
        command = [sys.executable, "-m", "lmcore.tokenizer", scratch, "Once upon a time"]
        speed = interleaved_rounds(
            {"cold": (1, lambda: subprocess.run(command, check=True, capture_output=True))}
        )["cold"]
    return f"One short string encoded from the command line: {1 / speed:.2f} s."


def interleaved_rounds(
    candidates: dict, rounds: int = ROUNDS, clock: Callable[[], float] = time.perf_counter
) -> dict:
    """Units a second of each candidate, `(units, run)`, the median of interleaved rounds."""
    seconds: dict = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, (_, run) in candidates.items():
            start = clock()
            run()
            seconds[name].append(clock() - start)
    return {n: units / statistics.median(seconds[n]) for n, (units, _) in candidates.items()}


def _hugging_face(tokenizer: Tokenizer) -> tokenizers.Tokenizer:
    # Read at the first batch: one thread, as the others have.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer.save(Path(scratch))
        return tokenizers.Tokenizer.from_file(f"{scratch}/tokenizer.json")


def _repeat(texts: list[str], size: int) -> Iterator[str]:
    while size > 0:
        for text in texts:
            size -= len(text.encode())
            yield text
            if size <= 0:
                return


def total_bytes(texts: list[str]) -> int:
    return sum(len(text.encode()) for text in texts)


if __name__ == "__main__":
    main(standalone_mode=False)
