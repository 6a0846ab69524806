"""Two gigabytes through the tokenizer: time, and memory of all processes together.

`python -m benchmarks.tokenizer_large` repeats real text with a novel word in
every story, and writes benchmarks/results/tokenizer_large.md. Needs 4 GB of disk.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.machine import describe, real_text, with_novel_words
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.stories import SplitWriter, iter_texts
from lmcore.dataset.train_tokenizer import train_tokenizer

SIZE = 2_000_000_000
VOCAB_SIZE = 4096
WORKERS = 2


def main() -> None:
    """Measures both, in a process of its own each, and writes the section."""
    if len(sys.argv) == 3:
        _STEPS[sys.argv[1]](Path(sys.argv[2]))
        return
    lines = [
        "## Two gigabytes of text\n",
        f"{describe('pyarrow', 'numpy')} Real stories repeated, a novel word in each; "
        f"{WORKERS} workers; peak is the proportional set size of all processes together.\n",
        "| step | seconds | peak MiB |",
        "|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as scratch:
        _write_corpus(Path(scratch))
        for step in _STEPS:
            seconds, peak = _watched([sys.executable, "-m", __spec__.name, step, scratch])
            lines.append(f"| {step} | {seconds:.1f} | {peak / 2**20:.0f} |")
    file = Path(__file__).parent / "results" / "tokenizer_large.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(lines) + "\n", "utf-8")
    print(file.read_text("utf-8"))


def _train(folder: Path) -> None:
    tokenizer, _ = train_tokenizer(folder, VOCAB_SIZE, "gpt2", WORKERS)
    tokenizer.save(folder)


def _encode(folder: Path) -> None:
    encode_corpus(folder, folder / "tokenizer.json", folder / "tokens", 1 << 24, WORKERS)


_STEPS: dict[str, Callable[[Path], None]] = {"train": _train, "encode": _encode}


def _write_corpus(folder: Path) -> None:
    texts = list(iter_texts(real_text(), "train"))
    for split, chosen in (("validation", texts[:100]), ("train", with_novel_words(texts, SIZE))):
        with SplitWriter(folder, split) as writer:
            for text in chosen:
                writer.add(text)


def _watched(command: list[str]) -> tuple[float, int]:
    """Seconds of a command, and the greatest memory of it and its descendants in bytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, _memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - start, peak


def _memory(pid: int) -> int:
    """Proportional set size of a process and its descendants; resident where there is none."""
    total = 0
    try:
        command = psutil.Process(pid)
        for process in (command, *command.children(recursive=True)):
            used = process.memory_full_info()
            total += getattr(used, "pss", used.rss)
    except psutil.NoSuchProcess:  # it has just ended
        pass
    return total


if __name__ == "__main__":
    main()
