"""The corpus encoded whole: the same shards from any number of processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.dataset import pieces
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.shards import TokenShards
from lmcore.dataset.stories import SplitWriter, iter_texts
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.tokenizer.tokenizer import Tokenizer


def test_workers_do_not_change_the_results(raw: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 200_000)  # several pieces
    monkeypatch.setattr(pieces, "usable_cores", lambda: 2)
    results = []
    for workers in (1, 3, None):  # one, processes, threads
        tokenizer, figures = train_tokenizer(raw, 400, "gpt2", workers)
        folder = tmp_path / str(workers)
        tokenizer.save(folder)
        counted = encode_corpus(raw, folder / "tokenizer.json", folder / "tokens", 50_000, workers)
        files = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        results.append((files, figures, counted))
    assert results[0] == results[1] == results[2]
    assert results[0][1]["occurrences_forgotten"] == 0


def test_the_shards_are_each_story_and_an_end(raw: Path, tmp_path: Path) -> None:
    tokenizer, _ = train_tokenizer(raw, 400, "gpt2")
    tokenizer.save(tmp_path)
    figures = encode_corpus(raw, tmp_path / "tokenizer.json", tmp_path / "t", 10_000)
    shards = TokenShards(tmp_path / "t" / "validation")
    expected: list[int] = []
    for text in iter_texts(raw, "validation"):
        expected += [*tokenizer.encode(text).tolist(), tokenizer.end_of_text]
    assert shards[:].tolist() == expected
    assert shards.documents == 50
    assert shards.bytes == sum(len(text.encode()) for text in iter_texts(raw, "validation"))
    assert figures["validation"]["tokens"] == len(expected)
    assert 0 < figures["train"]["vocabulary_used"] <= 1


def test_the_figures_of_five_stories_by_hand(tmp_path: Path) -> None:
    downwards = "".join(map(chr, range(0x7E, 0x20, -1)))  # 94 signs that no merge joins
    accented = "".join(map(chr, range(0xC0, 0x100)))  # the byte C3, and 80 to BF once each
    stories = ["abcabc", "abc", "ab", downwards, accented]
    for split, texts in (("train", stories), ("validation", ["ab"])):
        with SplitWriter(tmp_path, split) as writer:
            for text in texts:
                writer.add(text)
    Tokenizer([(b"a", b"b"), (b"ab", b"c")], [END_OF_TEXT]).save(tmp_path)
    figures = encode_corpus(tmp_path, tmp_path / "tokenizer.json", tmp_path / "t", 1000)
    assert figures["train"] == {
        "tokens": 2 + 1 + 1 + 94 + 2 * 64 + 5,
        "bytes": 6 + 3 + 2 + 94 + 2 * 64,
        "documents": 5,
        "bytes_per_token": 233 / 231,
        # abc, ab, 94 signs, C3, its 64 followers and the end of text, of 256 + 2 + 1.
        "vocabulary_used": (1 + 1 + 94 + 1 + 64 + 1) / 259,
        # C3 64 times, the end of text 5 times, abc 3 times; of those that occur once,
        # the 97 with the lowest ids: 94 signs and 3 bytes.
        "share_of_bytes_in_commonest_100": (64 + 5 * 0 + 3 * 3 + 97) / 233,
        "longest_tokens": ["abc", "ab", "!", '"', "#"],
    }


def test_a_split_of_no_stories_has_no_tokens(raw: Path, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), folder / "validation-0.parquet")
    shutil.copy(next(raw.glob("train-*")), folder)
    tokenizer, _ = train_tokenizer(folder, 300, "gpt2")
    tokenizer.save(tmp_path)
    figures = encode_corpus(folder, tmp_path / "tokenizer.json", tmp_path / "t", 10_000)
    assert figures["validation"]["tokens"] == len(TokenShards(tmp_path / "t" / "validation")) == 0


PROGRAM = """
import multiprocessing, sys, time
from pathlib import Path
from lmcore.common.errors import LmcoreError
from lmcore.dataset import encode, pieces

raw, tokenizer, tokens, workers, seconds = sys.argv[1:]

class SlowEncode(encode._Encode):
    def __call__(self, piece):
        print("helping" if multiprocessing.parent_process() else "leading", flush=True)
        time.sleep(float(seconds))
        return super().__call__(piece)

if __name__ == "__main__":
    pieces.BLOCK_BYTES = 100_000  # several pieces: else nobody helps
    encode._Encode = SlowEncode
    try:
        encode.encode_corpus(Path(raw), Path(tokenizer), Path(tokens), 10_000, int(workers))
    except LmcoreError as error:
        print("error:", error.message, flush=True)
"""
# What a stage is to `dvc repro`: a process that it waits for.
STARTER = "import subprocess, sys; subprocess.run(sys.argv[1:])"


def encoding(raw: Path, folder: Path, workers: int, seconds: float) -> list[str]:
    """The command that encodes `raw` below `folder`, with a pause in each piece."""
    Tokenizer([], [END_OF_TEXT]).save(folder)
    (folder / "program.py").write_text(PROGRAM)
    arguments = [folder / "program.py", raw, folder / "tokenizer.json", folder / "tokens"]
    return [sys.executable, *map(str, arguments), str(workers), str(seconds)]


def start(command: list[str], **environment: str) -> subprocess.Popen[str]:
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_killed_encoder_leaves_no_helper(raw: Path, tmp_path: Path) -> None:
    process = start(encoding(raw, tmp_path, workers=3, seconds=600))
    assert "helping\n" in process.stdout
    helpers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    alive = psutil.wait_procs(helpers, timeout=20)[1]
    for helper in alive:
        helper.kill()
    assert helpers and alive == []


def test_encoding_ends_when_the_repro_that_waits_for_it_is_killed(
    raw: Path, tmp_path: Path
) -> None:
    command = encoding(raw, tmp_path, workers=1, seconds=0.5)
    process = start([sys.executable, "-c", STARTER, *command], DVC_STAGE="encode")
    assert process.stdout.readline() == "leading\n"
    process.kill()
    process.wait()
    told = process.stdout.read()  # to its end, which is that of the stage
    assert told == (
        "error: The `dvc repro` that started this stage was killed; nothing was written.\n"
    )
    assert not list(tmp_path.glob("*tokens*"))  # nor a part of them
