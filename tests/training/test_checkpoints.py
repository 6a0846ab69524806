"""A kill, a damaged file or a second process cannot harm a run's checkpoints."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import pytest

from lmcore.common.errors import LmcoreError
from lmcore.training.checkpoints import Checkpoint, CheckpointFolder, lock_folder
from lmcore.training.fingerprint import run_key


def checkpoint(step: int) -> Checkpoint:
    arrays = {"weight": mx.full((4, 3), float(step)), "half": mx.full((2,), step, mx.bfloat16)}
    return Checkpoint(step, arrays, {"curve": [step, 0.1 + 0.2]})


@pytest.fixture
def folder(tmp_path: Path) -> CheckpointFolder:
    return CheckpointFolder(tmp_path / "run")


def test_what_is_saved_is_read_back_to_the_bit(folder: CheckpointFolder) -> None:
    folder.save(checkpoint(7))
    read = folder.newest()
    assert read is not None and read.step == 7 and read.state == {"curve": [7, 0.1 + 0.2]}
    for name, array in checkpoint(7).arrays.items():
        assert read.arrays[name].dtype == array.dtype
        assert mx.array_equal(read.arrays[name], array)


def test_an_empty_folder_has_none(folder: CheckpointFolder) -> None:
    assert folder.newest() is None


def test_the_last_two_and_the_best_are_kept(folder: CheckpointFolder) -> None:
    for step in range(1, 8):
        folder.save(checkpoint(step), best=step == 3)
    assert folder.steps() == [3, 6, 7]
    assert folder.best_step() == 3


def test_which_is_the_best_is_written_with_it(
    folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill after the checkpoint is in its place finds it known to be the best."""
    for step in (1, 2):
        folder.save(checkpoint(step), best=True)

    def killed(self: CheckpointFolder) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CheckpointFolder, "prune", killed)
    with pytest.raises(KeyboardInterrupt):
        folder.save(checkpoint(3), best=True)
    monkeypatch.undo()
    for step in (4, 5, 6):
        folder.save(checkpoint(step))
    assert folder.steps() == [3, 5, 6]


@pytest.mark.parametrize("name", ["arrays.safetensors", "state.json", "sha256.json"])
@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_a_damaged_checkpoint_is_skipped_with_a_message(
    folder: CheckpointFolder, name: str, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.save(checkpoint(1))
    folder.save(checkpoint(2))
    file = folder.folder / "step-00000002" / name
    content = bytearray(file.read_bytes())
    if damage == "truncate":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        # In the text, of a digit: what is left is JSON, and another curve.
        place = content.index(b"0.3") if name == "state.json" else len(content) // 2
        content[place] ^= 1
        file.write_bytes(content)
    else:
        file.unlink()
    read = folder.newest()
    assert read is not None and read.step == 1
    said = capsys.readouterr().err
    assert "step-00000002" in said and "skipped" in said
    assert folder.newest() is not None and capsys.readouterr().err == ""


def test_damaged_checkpoints_do_not_push_out_new_ones(folder: CheckpointFolder) -> None:
    for step in (10, 20, 30):
        folder.save(checkpoint(step), best=step == 10)
    for step in (20, 30):
        (folder.folder / f"step-000000{step}" / "arrays.safetensors").write_bytes(b"")
    read = folder.newest()
    assert read is not None and read.step == 10
    for step in (12, 14, 16):
        folder.save(checkpoint(step))
        assert step in folder.steps()
    assert folder.steps() == [10, 14, 16]


def test_a_checkpoint_under_another_steps_name_is_damaged(
    folder: CheckpointFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.save(checkpoint(1))
    shutil.copytree(folder.folder / "step-00000001", folder.folder / "step-00000009")
    read = folder.newest()
    assert read is not None and read.step == 1
    assert "step-00000009 is damaged: it is of step 1." in capsys.readouterr().err


def test_what_is_not_a_checkpoint_is_left_alone(folder: CheckpointFolder) -> None:
    folder.save(checkpoint(2))
    strays = [folder.folder / name for name in ("step-00000020.bak", "step-9", "step-")]
    for stray in strays:
        stray.mkdir()
    for step in (3, 4):
        folder.save(checkpoint(step))
    assert folder.steps() == [3, 4] and all(stray.is_dir() for stray in strays)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    folder: CheckpointFolder,
) -> None:
    """A limit to the size of a file stands in for the disk's."""
    folder.save(checkpoint(1))
    large = Checkpoint(2, {"weight": mx.zeros((2**20,))}, {})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
    try:
        with pytest.raises(LmcoreError, match=r"arrays\.safetensors could not be written"):
            folder.save(large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in folder.folder.iterdir()] == ["step-00000001"]


def test_a_half_written_checkpoint_is_not_one(folder: CheckpointFolder) -> None:
    folder.save(checkpoint(1))
    (folder.folder / ".step-00000002.partial").mkdir()
    assert folder.steps() == [1]


def test_unfinished_runs_outlive_finished_ones_and_those_that_run_stay(tmp_path: Path) -> None:
    own = CheckpointFolder(tmp_path / "own")
    own.save(checkpoint(1))
    with lock_folder(tmp_path / "run3"):
        for number in range(7):  # 0 and 1 unfinished, 2 to 6 finished, the last the newest
            run = CheckpointFolder(tmp_path / f"run{number}")
            run.save(checkpoint(1))
            if number > 1:
                (run.folder / "finished").touch()
            os.utime(run.folder, (number, number))
        own.finish()
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {"own", "run0", "run1", "run3", "run6"}


HOLD = """
import sys, time
from pathlib import Path
from lmcore.training.checkpoints import lock_folder
with lock_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(LmcoreError, match="in use"), lock_folder(tmp_path, patience=0.3):
            pass
    finally:
        holder.kill()
        holder.wait()
    with lock_folder(tmp_path, patience=0.3):
        pass


def test_the_key_depends_on_values_and_not_on_order() -> None:
    assert run_key({"a": 1, "b": [2]}) == run_key({"b": [2], "a": 1})
    assert run_key({"a": 1}) != run_key({"a": 2})
