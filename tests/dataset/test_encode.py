"""The corpus encoded whole: the same shards from any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError
from lmcore.common.params import load_params
from lmcore.common.paths import RAW
from lmcore.dataset import encode as encoder
from lmcore.dataset.shards import TokenShards
from lmcore.dataset.stories import SplitWriter, iter_texts, read_texts, row_groups
from lmcore.tokenizer.tokenizer import Tokenizer
from stages.train_bpe import main as train_bpe


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


def test_the_figures_of_five_stories_by_hand(tmp_path: Path) -> None:
    downwards = "".join(map(chr, range(0x7E, 0x20, -1)))  # 94 signs that no merge joins
    accented = "".join(map(chr, range(0xC0, 0x100)))  # the byte C3, and 80 to BF once each
    stories = ["abcabc", "abc", "ab", downwards, accented]
    for split, texts in (("train", stories), ("validation", ["ab"])):
        with SplitWriter(tmp_path, split) as writer:
            for text in texts:
                writer.add(text)
    Tokenizer([(b"a", b"b"), (b"ab", b"c")], [END_OF_TEXT]).save(tmp_path)
    figures = encoder.encode_corpus(tmp_path, tmp_path / "tokenizer.json", tmp_path / "t", 1000)
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
    monkeypatch.setattr(encoder, "_MAX_BYTES", 30_000)  # 3,000 words, a blank before each
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


def test_equal_stories_are_many_pieces_for_any_workers(tmp_path: Path) -> None:
    story = "Once upon a time there was a girl who liked her red ball. " * 14
    with SplitWriter(tmp_path, "train") as writer:
        for _ in range(20_000):
            writer.add(story)
    with SplitWriter(tmp_path, "validation") as writer:
        writer.add(story)
    pieces = encoder._pieces(row_groups(tmp_path, "train"))
    assert [sum(group.rows for group in piece) for piece in pieces] == [2000] * 10
    tokenizer, _ = encoder.train_tokenizer(tmp_path, 300, "gpt2", 1)
    tokenizer.save(tmp_path)
    shards = []
    for workers in (1, 2):
        tokens = tmp_path / str(workers)
        encoder.encode_corpus(tmp_path, tmp_path / "tokenizer.json", tokens, 1 << 20, workers)
        shards.append({path.name: path.read_bytes() for path in (tokens / "train").iterdir()})
    assert shards[0] == shards[1]
    each = tokenizer.encode(story).size + 1
    assert len(TokenShards(tokens / "train")) == 20_000 * each


def test_row_groups_of_others_that_hold_one_story_again_and_again_are_many_pieces(
    tmp_path: Path,
) -> None:
    table = pa.table({"text": ["Once upon a time. " * 50] * 20_000})
    pq.write_table(table, tmp_path / "train-0.parquet", row_group_size=100)
    groups = row_groups(tmp_path, "train")
    assert sum(group.bytes for group in groups) < encoder.BLOCK_BYTES  # of 18 MB
    pieces = encoder._pieces(groups)
    assert [group for piece in pieces for group in piece] == groups
    assert [len(piece) for piece in pieces] == [64, 64, 64, 8]


def test_texts_of_a_row_group_have_room_for_more_than_2_gib(raw: Path) -> None:
    for group in row_groups(raw, "validation"):
        assert read_texts(group).type == pa.large_string()


class _Die:
    """Work that kills the process it is done in, unless that is the one that leads."""

    def __call__(self, piece: encoder.Piece) -> None:
        if multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_helper_is_one_sentence(raw: Path, monkeypatch) -> None:
    monkeypatch.setattr(encoder, "BLOCK_BYTES", 200_000)  # several pieces: else nobody helps
    with pytest.raises(LmcoreError, match="was killed"):
        list(encoder._over_pieces(raw, "train", _Die(), "die", workers=2))


PROGRAM = """
import multiprocessing, sys, time
from pathlib import Path
from lmcore.dataset import encode as encoder

raw, tokenizer, tokens, workers, seconds = sys.argv[1:]

class SlowEncode(encoder._Encode):
    def __call__(self, piece):
        print("helping" if multiprocessing.parent_process() else "leading", flush=True)
        time.sleep(float(seconds))
        return super().__call__(piece)

if __name__ == "__main__":
    encoder.BLOCK_BYTES = 100_000  # several pieces: else nobody helps
    encoder._Encode = SlowEncode
    try:
        encoder.encode_corpus(Path(raw), Path(tokenizer), Path(tokens), 10_000, int(workers))
    except encoder.LmcoreError as error:
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


def test_the_stage_says_that_no_pair_is_left(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(repository / "params.yaml", tmp_path)
    RAW.mkdir(parents=True)
    with SplitWriter(RAW, "train") as writer:
        writer.add("ab ab")
    result = CliRunner().invoke(train_bpe, [])
    assert result.exit_code == 0
    assert result.output == (
        "The text has no pair left to merge: the vocabulary has 259 tokens, "
        f"not the {load_params().tokenizer.vocab_size} of tokenizer.vocab_size.\n"
    )
