"""Work that cannot fit into memory ends in one sentence before it begins."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from lmcore.backend import memory
from lmcore.backend.memory import check_fits_memory, machine_memory, size_text
from lmcore.common import memory as main_memory
from lmcore.common.errors import LmcoreError


def test_the_machines_memory_is_what_the_system_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_memory, "_CGROUP_LIMIT", Path("absent"))
    assert machine_memory() == pytest.approx(psutil.virtual_memory().total, rel=0.01)


@pytest.mark.parametrize(("limit", "bytes_"), [("1048576\n", 2**20), ("max\n", None)])
def test_a_containers_limit_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str, bytes_: int | None
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    whole = machine_memory()
    monkeypatch.setattr(main_memory, "_CGROUP_LIMIT", tmp_path / "memory.max")
    assert machine_memory() == (bytes_ or whole)


def test_the_sentence_names_both_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "machine_memory", lambda: 23 * 2**30)
    check_fits_memory(23 * 2**30, "Training", "Lower it.")
    with pytest.raises(LmcoreError) as caught:
        check_fits_memory(int(7.3 * 2**40), "Training", "Lower it.")
    assert caught.value.message == (
        "Training needs at least 7.3 TiB of memory; this machine has 23.0 GiB. Lower it."
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [(5 * 2**20, "5 MiB"), (2**30, "1.0 GiB"), (2**40, "1.0 TiB"), (10**18, "888.2 PiB")],
)
def test_sizes_read_easily(size: int, text: str) -> None:
    assert size_text(size) == text
