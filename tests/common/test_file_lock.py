"""One process at a time holds a lock, and a killed one holds none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.file_lock import file_lock

HOLDER = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from lmcore.common.file_lock import file_lock\n"
    "with file_lock(Path(sys.argv[1]), 0, 'in use'):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(60)\n"
)
# Counts to 200 with three others. Without a lock, some increments would be lost.
COUNTER = (
    "import sys\n"
    "from pathlib import Path\n"
    "from lmcore.common.file_lock import file_lock\n"
    "path = Path(sys.argv[1])\n"
    "for _ in range(50):\n"
    "    with file_lock(path.with_name('lock'), 60, 'in use'):\n"
    "        path.write_text(str(int(path.read_text()) + 1))\n"
)


def test_a_second_process_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, lock], stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    with pytest.raises(LmcoreError, match="it is taken"), file_lock(lock, 0, "it is taken"):
        pass
    holder.kill()
    holder.communicate()
    assert lock.exists()
    with file_lock(lock, 0, "it is taken"):
        pass
    assert not lock.exists()


def test_a_lock_file_that_its_holder_removed_is_no_lock(tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text("0")
    counters = [subprocess.Popen([sys.executable, "-c", COUNTER, number]) for _ in range(4)]
    assert [counter.wait() for counter in counters] == [0] * 4
    assert number.read_text() == "200"
