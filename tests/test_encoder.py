"""The corpus encoded whole: the same shards from any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lmcore import encoder
from lmcore.corpus.store import SplitWriter, iter_texts, row_groups
from lmcore.errors import LmcoreError
from lmcore.shards import TokenShards
from lmcore.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """9,000 small stories: several row groups."""
    folder = tmp_path_factory.mktemp("raw")
    random.seed(0)
    words = ["tree", "it's", "日本", "  two", "\n", "7", "ran", "naïve", "x" * 20]
    for split, count in (("train", 9000), ("validation", 50)):
        with SplitWriter(folder, split) as writer:
            for _ in range(count):
                writer.add(" ".join(random.choices(words, k=random.randint(1, 30))))
    return folder


def test_workers_do_not_change_the_results(raw: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(encoder, "BLOCK_BYTES", 200_000)  # several pieces
    monkeypatch.setattr(encoder, "_usable_cores", lambda: 2)
    results = []
    for workers in (1, 3, None):  # one, processes, threads
        tokenizer, figures = encoder.train_tokenizer(raw, 400, "gpt2", workers)
        folder = tmp_path / str(workers)
        tokenizer.save(folder)
        counted = encoder.encode_corpus(
            raw, folder / "tokenizer.json", folder / "tokens", 50_000, workers
        )
        files = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        results.append((files, figures, counted))
    assert results[0] == results[1] == results[2]
    assert results[0][1]["occurrences_forgotten"] == 0


def test_the_shards_are_each_story_and_an_end(raw: Path, tmp_path: Path) -> None:
    tokenizer, _ = encoder.train_tokenizer(raw, 400, "gpt2")
    tokenizer.save(tmp_path)
    figures = encoder.encode_corpus(raw, tmp_path / "tokenizer.json", tmp_path / "t", 10_000)
    shards = TokenShards(tmp_path / "t" / "validation")
    expected: list[int] = []
    for text in iter_texts(raw, "validation"):
        expected += [*tokenizer.encode(text).tolist(), tokenizer.end_of_text]
    assert shards[:].tolist() == expected
    assert shards.documents == 50
    assert shards.bytes == sum(len(text.encode()) for text in iter_texts(raw, "validation"))
    assert figures["validation"]["tokens"] == len(expected)
    assert 0 < figures["train"]["vocabulary_used"] <= 1


def test_a_split_of_no_stories_has_no_tokens(raw: Path, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), folder / "validation-0.parquet")
    shutil.copy(next(raw.glob("train-*")), folder)
    tokenizer, _ = encoder.train_tokenizer(folder, 300, "gpt2")
    tokenizer.save(tmp_path)
    figures = encoder.encode_corpus(folder, tmp_path / "tokenizer.json", tmp_path / "t", 10_000)
    assert figures["validation"]["tokens"] == len(TokenShards(tmp_path / "t" / "validation")) == 0


def test_text_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    bad = pa.array([b"Once \xff"]).view(pa.string())
    pq.write_table(pa.table({"text": bad}), tmp_path / "train-0.parquet")
    with pytest.raises(LmcoreError, match=r"train-0\.parquet"):
        encoder.train_tokenizer(tmp_path, 300, "gpt2")


def test_training_equals_training_on_the_texts(raw: Path) -> None:
    tokenizer, figures = encoder.train_tokenizer(raw, 400, "gpt2")
    assert tokenizer.merges == Tokenizer.train(iter_texts(raw, "train"), 400).merges
    # 9 words with and without blanks around them leave fewer than 400 tokens to make.
    assert figures["vocab_size"] == tokenizer.vocab_size < figures["vocab_size_asked_for"] == 400


def test_rare_words_are_forgotten_beyond_a_bound_for_any_workers(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(encoder, "BLOCK_BYTES", 20_000)  # several pieces
    monkeypatch.setattr(encoder, "_MOST_BYTES", 30_000)  # 3,000 words, a blank before each
    draw = random.Random(1)
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(6000):
            writer.add("the cat sat on the mat " + "".join(draw.choices("abcdefgh", k=9)))
    results = []
    for workers in (1, 2, None):
        tokenizer, figures = encoder.train_tokenizer(tmp_path, 300, "gpt2", workers)
        results.append((tokenizer.merges, figures))
    assert results[0] == results[1] == results[2]
    assert figures["distinct_words"] <= 3000
    # Nothing but novel words, which occur once, is forgotten.
    assert 3000 <= figures["occurrences_forgotten"] <= 6000
    assert {tokenizer.encode(word).size for word in (" cat", " sat", " mat", " the")} == {1}


def test_a_row_group_is_bounded_whatever_the_length_of_texts(tmp_path: Path) -> None:
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(30):
            writer.add("abcdefgh" * 2**17)  # a megabyte
    sizes = [group.rows for group in row_groups(tmp_path, "train")]
    assert sizes == [8, 8, 8, 6]


class _Die:
    """Work that kills the process it is done in, unless that is the one that leads."""

    def __call__(self, piece: encoder.Piece) -> None:
        if multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_helper_is_one_sentence(raw: Path, monkeypatch) -> None:
    monkeypatch.setattr(encoder, "BLOCK_BYTES", 200_000)  # several pieces: else nobody helps
    with pytest.raises(LmcoreError, match="was killed"):
        list(encoder._over_pieces(raw, "train", _Die(), "die", workers=2))
