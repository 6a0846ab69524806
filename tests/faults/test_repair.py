"""Files that DVC writes in place are cut, by real kills too; `stages.repair` mends them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import ParseError, parse_yaml
from dvc_objects.fs.utils import tmp_fname
from helpers.clone import Clone
from voluptuous import Invalid

from lmcore.common.errors import LmcoreError
from lmcore.planning import repair as repairing
from lmcore.planning.repair import CACHE, is_whole_lock, repair

# A dvc that is killed while it writes a file: after the first bytes of what it dumps.
KILLED_AT = """
import os, signal, sys
import dvc.dvcfile, dvc.rwlock
from dvc.cli import main

def cut(stream):
    stream.write(AMOUNT)
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)

if TARGET == "rwlock":
    dvc.rwlock.json.dump = lambda lock, stream: cut(stream)
else:
    dvc.dvcfile.Lockfile.dump_stages = lambda file, *_, **options: cut(open(file.path, "w"))
sys.exit(main(["repro"]))
"""


@pytest.fixture
def clone(finished: Clone, tmp_path: Path) -> Clone:
    """A copy of a finished clone that a test may harm."""
    shutil.copytree(finished.folder, tmp_path / "clone", symlinks=True)
    return Clone(tmp_path / "clone")


def kill_while_writing(clone: Clone, target: str, amount: str) -> None:
    script = KILLED_AT.replace("TARGET", repr(target)).replace("AMOUNT", repr(amount))
    done = clone.run(sys.executable, "-c", script)
    assert done.returncode == -9, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("target", "amount"),
    [
        ("rwlock", '{"write": {'),
        ("dvc.lock", ""),
        ("dvc.lock", "schema: '2.0'\nst"),
    ],
)
def test_dvc_killed_while_it_writes_goes_on_after_a_repair(
    clone: Clone, target: str, amount: str
) -> None:
    before = clone.bytes_of("data/model", "data/report")
    clone.set({"sample.seed": 7})
    kill_while_writing(clone, target, amount)
    assert clone.run("dvc", "repro").returncode != 0  # it would go on refusing
    mended = clone.stage("repair")
    assert mended.returncode == 0 and target in mended.stdout, mended.stderr
    went_on = clone.repro()
    assert "train" not in went_on.ran and "sample" in went_on.ran
    assert clone.bytes_of("data/model") == {k: v for k, v in before.items() if "model" in k}
    assert clone.stage("repair").stdout == "Nothing is damaged.\n"
    clone.set({"sample.seed": 1234})
    clone.repro()
    assert clone.bytes_of("data/model", "data/report") == before


def test_make_run_mends_before_it_starts(clone: Clone) -> None:
    (clone.folder / ".dvc/tmp/rwlock").write_text("")
    (clone.folder / "dvc.lock").write_text("")
    done = clone.stage("configure")
    assert done.returncode == 0 and "rwlock" in done.stdout and "dvc.lock" in done.stdout
    assert "train" not in clone.repro().ran


def is_readable_by_dvc(lock: bytes) -> bool:
    try:
        COMPILED_LOCKFILE_SCHEMA(parse_yaml(lock.decode(), "dvc.lock"))
    except (Invalid, ParseError):
        return False
    return True


def test_a_lock_is_called_whole_just_where_dvc_can_read_it(finished: Clone, tmp_path: Path) -> None:
    # Up to the middle of the second stage, the first of which tracks the whole params.yaml.
    content = (finished.folder / "dvc.lock").read_bytes()
    content = content[: content.index(b"- path: ", content.index(b"\n  download:")) + 120]
    path = tmp_path / "dvc.lock"
    wrong = []
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        readable = is_readable_by_dvc(content[:length])
        if is_whole_lock(path) != readable:
            wrong.append((length, readable, content[max(0, length - 40) : length]))
    assert wrong == []


@pytest.mark.parametrize(
    "beginning", ["", "7", "0", "00", "76", "764", "076", "76e46", "0e9", "7e", "76f", "1_000"]
)
def test_a_hash_that_is_cut_may_be_a_number(beginning: str, tmp_path: Path) -> None:
    lock = "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    deps:\n"
    lock += f"    - path: lmcore\n      hash: md5\n      md5: {beginning}"
    (tmp_path / "dvc.lock").write_text(lock)
    assert is_whole_lock(tmp_path / "dvc.lock") == is_readable_by_dvc(lock.encode())


def rwlock(root: Path, *pids: int) -> Path:
    path = root / ".dvc/tmp/rwlock"
    path.parent.mkdir(parents=True, exist_ok=True)
    readers = [{"pid": pid, "cmd": "dvc repro"} for pid in pids]
    path.write_text(json.dumps({"read": {"data/raw": readers}} if pids else {}))
    return path


@pytest.fixture
def other() -> subprocess.Popen[bytes]:
    """A living process that has nothing to do with DVC."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_a_lock_of_dead_owners_or_of_other_programs_is_removed(
    tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for pids in ([dead.pid], [other.pid], [dead.pid, other.pid]):
        path = rwlock(tmp_path, *pids)
        assert "rwlock" in repair(tmp_path)[0] and not path.exists()
    rwlock(tmp_path)
    assert repair(tmp_path) == [] and rwlock(tmp_path).exists()


def damage_object(clone: Clone, content: bytes) -> Path:
    """Flip a bit of the object with this content, as a bad disk does: mode and time stay."""
    md5 = hashlib.md5(content).hexdigest()
    path = clone.folder / CACHE / md5[:2] / md5[2:]
    status = path.stat()
    path.chmod(0o644)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    path.chmod(status.st_mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return path


def test_a_damaged_object_of_the_cache_is_set_aside_and_its_stage_runs_again(clone: Clone) -> None:
    name = "data/samples/samples.json"
    content = (clone.folder / name).read_bytes()
    path = damage_object(clone, content)
    shutil.rmtree(clone.folder / "data/samples")
    clone.run("dvc", "checkout", "--force")
    assert clone.stage("result").returncode == 1  # refused, and DVC calls all unchanged
    output = clone.stage("repair").stdout
    assert f"{path.relative_to(clone.folder)} was damaged" in output
    assert f"`dvc repro` makes {name} anew" in output
    assert clone.repro().ran == ["sample"]
    assert (clone.folder / name).read_bytes() == path.read_bytes() == content
    # Where the output is intact, the object is written from it; of a folder, its list of files.
    damage_object(clone, content)
    folders = [path for path in (clone.folder / CACHE).rglob("*.dir")]
    for folder in folders:
        folder.chmod(0o644)
        folder.write_bytes(b"[")
    assert len(repair(clone.folder)) == len(folders)  # their own list names the file
    assert f"anew from {clone.folder / name}" in repair(clone.folder)[0]
    assert path.read_bytes() == content and repair(clone.folder) == []


def test_nothing_is_touched_while_a_dvc_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairing, "_WAIT", 0.3)
    waits = "import time; time.sleep(600)"
    living = subprocess.Popen([sys.executable, "-c", waits, "stages.train"], cwd=tmp_path)
    partial = tmp_path / "data" / ".model.partial"
    partial.mkdir(parents=True)
    try:
        assert repair(tmp_path) == [] and partial.exists()
        damaged = rwlock(tmp_path)
        damaged.write_text("")
        with pytest.raises(LmcoreError, match=f"process {living.pid} is at work"):
            repair(tmp_path)
        assert damaged.read_text() == ""
    finally:
        living.kill()
        living.wait()
    assert len(repair(tmp_path)) == 2
    assert not damaged.exists() and not partial.exists()


def test_files_that_dvc_was_copying_are_removed(tmp_path: Path) -> None:
    copies = [
        tmp_path / folder / tmp_fname("")
        for folder in ("data/figures", ".dvc/cache/files/md5/12", ".dvc/cache/runs/ab/cd")
    ]
    of_others = tmp_path / "data" / "input" / ".notes.tmp"
    for path in (*copies, of_others):
        path.parent.mkdir(parents=True)
        path.write_text("cut")
    assert repair(tmp_path) == ["Unfinished files of killed processes were removed: 3."]
    assert of_others.exists() and not any(path.exists() for path in copies)
