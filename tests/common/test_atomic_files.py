"""Outputs are whole or absent, and equal content is equal bytes."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lmcore.common.atomic_files import atomic_directory, atomic_file, write_json
from lmcore.common.errors import LmcoreError, describe_os_error
from lmcore.common.json_files import read_json


def test_a_folder_appears_only_when_whole(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with atomic_directory(final) as partial:
        (partial / "a").write_text("1")
        assert not final.exists()
    assert (final / "a").read_text() == "1"
    assert list(tmp_path.iterdir()) == [final]


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    final = tmp_path / "out"
    final.mkdir()
    (final / "old").touch()
    with pytest.raises(RuntimeError), atomic_directory(final) as partial:
        (partial / "new").touch()
        raise RuntimeError
    assert [path.name for path in final.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [final]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    final = tmp_path / "out"
    final.write_text("old")
    with pytest.raises(RuntimeError), atomic_file(final) as partial:
        partial.write_text("new")
        raise RuntimeError
    assert final.read_text() == "old"
    assert list(tmp_path.iterdir()) == [final]


def test_a_killed_writer_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from lmcore.common.atomic_files import atomic_directory\n"
        "with atomic_directory(Path(sys.argv[1])) as partial:\n"
        "    (partial / 'half').write_text('x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    final = tmp_path / "out"
    killed = subprocess.run([sys.executable, "-c", program, str(final)])
    assert killed.returncode == -signal.SIGKILL
    assert not final.exists()
    with atomic_directory(final) as partial:  # the leftover does not get in
        (partial / "whole").touch()
    assert [path.name for path in final.iterdir()] == ["whole"]
    assert list(tmp_path.iterdir()) == [final]


def test_a_second_writer_is_refused_and_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used to delete the first one's folder, and half of its own was then published."""
    monkeypatch.setattr("lmcore.common.atomic_files._PATIENCE", 0.0)
    final = tmp_path / "out"
    with atomic_directory(final) as first:
        (first / "whole").write_text("1")
        with (
            pytest.raises(LmcoreError, match=r"out is being written by another process"),
            atomic_directory(final),
        ):
            pass
        with atomic_file(tmp_path / "out.json") as other:  # of a similar name, and another place
            other.write_text("{}")
    assert (final / "whole").read_text() == "1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.json"]


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from lmcore.common.atomic_files import atomic_directory\n"
        "with atomic_directory(Path(sys.argv[1])) as partial:\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(0.3)\n"
        "    (partial / 'first').touch()\n"
    )
    final = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", program, str(final)], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"begun\n"
    with atomic_directory(final) as partial:
        assert (final / "first").exists()
        (partial / "second").touch()
    assert process.wait() == 0
    assert [path.name for path in final.iterdir()] == ["second"]


def test_json_does_not_depend_on_the_order_of_keys(tmp_path: Path) -> None:
    write_json(tmp_path / "a", {"x": 1, "ä": [2.5]})
    write_json(tmp_path / "b", {"ä": [2.5], "x": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_json(tmp_path / "a") == {"x": 1, "ä": [2.5]}


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        write_json(tmp_path / "a", float("nan"))
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_named(tmp_path: Path) -> None:
    """Writing to a full disk raises an error that names no file."""
    with pytest.raises(OSError) as caught, atomic_file(tmp_path / "out.json") as partial:
        partial.touch()
        raise OSError(errno.ENOSPC, "No space left on device")
    assert describe_os_error(caught.value) == f"{tmp_path / 'out.json'}: No space left on device."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, b"{", b"\xff"])
def test_unreadable_json_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(LmcoreError, match=r"a\.json"):
        read_json(tmp_path / "a.json")
