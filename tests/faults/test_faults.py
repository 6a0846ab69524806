"""Real processes are killed and real files damaged; nothing is lost or half-written."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from helpers.clone import STAGES, Clone, environment

TRAINED = ["data/model", "data/figures/train.json", "data/plots"]


@pytest.fixture
def clone(finished: Clone, tmp_path: Path) -> Clone:
    """A copy of a finished clone that a test may harm."""
    copy = tmp_path / "clone"
    shutil.copytree(finished.folder, copy, symlinks=True)
    return Clone(copy)


def start(clone: Clone, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=clone.folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_checkpoint(clone: Clone, at_least: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        steps = [int(p.name[5:]) for p in clone.folder.glob("data/.checkpoints/*/step-*")]
        if steps and max(steps) >= at_least:
            return
        time.sleep(0.005)
    pytest.fail(f"no checkpoint at step {at_least}: {process.communicate()[0]}")


def forget_training(clone: Clone) -> None:
    shutil.rmtree(clone.folder / "data/.checkpoints", ignore_errors=True)
    for path in map(clone.folder.joinpath, TRAINED):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_training_killed_again_and_again_ends_with_the_same_bits(
    clone: Clone, workers: int
) -> None:
    clone.set({"train.workers": workers, "train.checkpoint_every": 5})
    forget_training(clone)
    assert clone.stage("train").returncode == 0
    uninterrupted = clone.bytes_of(*TRAINED)
    forget_training(clone)
    for at_least in (5, 20, 40):
        process = start(clone, sys.executable, "-m", "stages.train")
        wait_for_checkpoint(clone, at_least, process)
        process.kill()
        process.wait()
        assert not (clone.folder / "data/model").exists()
    done = clone.stage("train")
    assert done.returncode == 0, done.stderr
    assert clone.bytes_of(*TRAINED) == uninterrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_training_asked_to_stop_saves_and_says_so(clone: Clone, number: signal.Signals) -> None:
    clone.set({"train.steps": 100_000})
    forget_training(clone)
    process = start(clone, sys.executable, "-m", "stages.train")
    wait_for_checkpoint(clone, 10, process)
    process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Training stopped at step" in output and "Traceback" not in output


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_repro_leaves_no_orphan(clone: Clone, workers: int) -> None:
    clone.set({"train.steps": 1_000_000, "train.checkpoint_every": 5, "train.workers": workers})
    forget_training(clone)
    process = start(clone, "dvc", "repro", "train")
    wait_for_checkpoint(clone, 5, process)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.kill()
    process.wait()
    assert psutil.wait_procs(children, timeout=20)[1] == []


def test_a_killed_repro_goes_on_when_run_again(clone: Clone) -> None:
    clone.set({"train.checkpoint_every": 5, "train.steps": 100})
    clone.repro("train")
    expected = clone.bytes_of(*TRAINED)
    forget_training(clone)
    shutil.rmtree(clone.folder / ".dvc/cache")  # else the result would come from there
    process = start(clone, "dvc", "repro", "train")
    wait_for_checkpoint(clone, 5, process)
    process.kill()
    process.wait()
    again = clone.repro("train")
    assert "train" in again.ran
    assert clone.bytes_of(*TRAINED) == expected


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_checks_the_whole_params_file_first(clone: Clone, stage: str) -> None:
    before = clone.bytes_of("data")
    text = (clone.folder / "params.yaml").read_text()
    (clone.folder / "params.yaml").write_text(text.replace("  top_p:", "  top_q:"))
    line = refused(clone.stage(stage))
    assert "sample.top_q is not a parameter; the nearest is top_p" in line
    assert clone.bytes_of("data") == before


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()  # DVC may have linked it to its cache
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("stage", "victim"),
    [
        ("train_bpe", "data/raw/train-00000-of-00001.parquet"),
        ("encode", "data/raw/validation-00000-of-00001.parquet"),
        ("encode", "data/tokenizer/tokenizer.json"),
        ("train", "data/tokens/train/index.json"),
        ("train", "data/tokens/train/shard-00000.npy"),
        ("train", "data/tokenizer/tokenizer.json"),
        ("evaluate", "data/model/model.safetensors"),
        ("evaluate", "data/model/config.json"),
        ("evaluate", "data/model/tokenizer.json"),
        ("sample", "data/model/tokenizer.json"),
        ("report", "data/evaluation/figures.json"),
    ],
)
@pytest.mark.parametrize("harm", ["truncated", "missing"])
def test_a_bad_input_file_is_named_and_outputs_stay(
    clone: Clone, stage: str, victim: str, harm: str
) -> None:
    path = clone.folder / victim
    if harm == "truncated":
        damage(path)
    else:
        path.unlink()
    before = clone.bytes_of("data")
    line = refused(clone.stage(stage))
    assert victim.rpartition("/")[0] in line
    assert clone.bytes_of("data") == before


def test_one_changed_digit_is_noticed_in_files_that_lie_alone(clone: Clone) -> None:
    """They belong to no folder's checksums.json, and the shape of their content is right."""
    before = clone.bytes_of("data")
    for stage, victim in (
        ("report", "data/figures/tokens.json"),
        ("report", "data/figures/train.json"),
        ("report", "data/plots/training.csv"),
        ("report", "data/raw/manifest.json"),
        ("result", "data/metrics/evaluation.json"),
        ("train", "data/tokens/train/index.json"),
    ):
        content = (clone.folder / victim).read_text()
        number = re.search(r"\d{2,}(?=[,\n])", content)
        assert number is not None
        digits = str(int(number[0]) + 1)
        (clone.folder / victim).write_text(content.replace(number[0], digits, 1))
        assert victim in refused(clone.stage(stage))
        (clone.folder / victim).write_text(content)
    assert clone.bytes_of("data") == before


def test_a_model_is_not_measured_on_tokens_of_another_tokenizer(clone: Clone) -> None:
    path = clone.folder / "data/model/tokenizer.json"
    content = path.read_text()
    path.unlink()
    path.write_text(content + "\n")  # as whole as before, and not the same
    before = clone.bytes_of("data")
    line = refused(clone.stage("evaluate"))
    assert "data/model/tokenizer.json is missing or is not the tokenizer that data/tokens" in line
    assert "`python -m stages.encode --tokenizer data/model/tokenizer.json`" in line
    assert clone.bytes_of("data") == before


def test_the_pipeline_runs_once_the_cause_is_gone(clone: Clone) -> None:
    (clone.folder / "data/input/story.txt").write_bytes(b"Once upon a time \xff\xfe.")
    clone.set({"data.source": "files"})
    failed = clone.run("dvc", "repro", "download")
    assert failed.returncode != 0 and "story.txt" in failed.stderr
    (clone.folder / "data/input/story.txt").unlink()
    clone.set({"data.source": "builtin"})
    clone.repro()
    assert os.path.exists(clone.folder / "data/report/index.html")


def test_an_unwritable_place_is_named(clone: Clone) -> None:
    shutil.rmtree(clone.folder / "data/metrics")
    (clone.folder / "data/metrics").write_text("a file where a folder belongs")
    assert "data/metrics" in refused(clone.stage("train_bpe"))
