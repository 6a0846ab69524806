"""A tokenizer is learned from the training split, the same by any number of workers."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.checksums import verify_checksums
from lmcore.common.errors import LmcoreError
from lmcore.common.params import load_params
from lmcore.common.paths import RAW, TOKENIZER
from lmcore.dataset import pieces
from lmcore.dataset import train_tokenizer as module
from lmcore.dataset.stories import MANIFEST, SplitWriter, iter_texts, split_files
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.tokenizer.tokenizer import Tokenizer
from stages.train_bpe import main as train_bpe


def test_text_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    bad = pa.array([b"Once \xff"]).view(pa.string())
    pq.write_table(pa.table({"text": bad}), tmp_path / "train-0.parquet")
    with pytest.raises(LmcoreError, match=r"train-0\.parquet"):
        train_tokenizer(tmp_path, 300, "gpt2")


def test_training_equals_training_on_the_texts(raw: Path) -> None:
    tokenizer, figures = train_tokenizer(raw, 400, "gpt2")
    assert tokenizer.merges == Tokenizer.train(iter_texts(raw, "train"), 400).merges
    # 9 words with and without blanks around them leave fewer than 400 tokens to make.
    assert figures["vocab_size"] == tokenizer.vocab_size < figures["vocab_size_asked_for"] == 400


def test_rare_words_are_forgotten_beyond_a_bound_for_any_workers(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 20_000)  # several pieces
    monkeypatch.setattr(module, "_MAX_BYTES", 30_000)  # 3,000 words, a blank before each
    draw = random.Random(1)
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(6000):
            writer.add("the cat sat on the mat " + "".join(draw.choices("abcdefgh", k=9)))
    results = []
    for workers in (1, 2, None):
        tokenizer, figures = train_tokenizer(tmp_path, 300, "gpt2", workers)
        results.append((tokenizer.merges, figures))
    assert results[0] == results[1] == results[2]
    assert figures["distinct_words"] <= 3000
    # Nothing but novel words, which occur once, is forgotten.
    assert 3000 <= figures["occurrences_forgotten"] <= 6000
    assert {tokenizer.encode(word).size for word in (" cat", " sat", " mat", " the")} == {1}


def test_the_stage_says_that_no_pair_is_left(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(repository / "profiles" / "quickstart.yaml", "params.yaml")
    RAW.mkdir(parents=True)
    with SplitWriter(RAW, "train") as writer:
        writer.add("ab ab")
    files = {path.name: sha256_of(path) for path in split_files(RAW, "train")}
    write_json(RAW / MANIFEST, {"splits": {"train": {"files": files}}})
    result = CliRunner().invoke(train_bpe, [])
    assert result.exit_code == 0
    verify_checksums(TOKENIZER, "never")
    assert result.output == (
        "The text has no pair left to merge: the vocabulary has 259 tokens, "
        f"not the {load_params().tokenizer.vocab_size} of tokenizer.vocab_size.\n"
    )
