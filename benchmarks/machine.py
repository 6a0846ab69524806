"""What every section of the results names: the machine, the versions, the text."""

from __future__ import annotations

import itertools
import os
import platform
import random
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from lmcore.common.errors import LmcoreError


def describe(*packages: str) -> str:
    """One line: processor, cores, system, Python and the packages' versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}."
    )


def openblas_kernels() -> str:
    """One sentence: which kernels OpenBLAS has under MLX, as lmcore/backend/setup.py finds them.

    Asked of a process of its own: the set-up is that of a whole process.
    """
    program = "from lmcore import backend; print(backend.setup().blas_kernels)"
    command = [sys.executable, "-W", "ignore", "-c", program]
    kernels = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return f"OpenBLAS kernels: {kernels or 'its own choice'}."


def load_average() -> str:
    """One sentence: how busy the machine was in the last minute, this benchmark included."""
    return f"Load average of the last minute at its end: {os.getloadavg()[0]:.1f}."


def real_text() -> Path:
    """The folder of real TinyStories text that the tests use as well."""
    place = os.environ.get("LMCORE_REAL_TEXT", "../shared/tinystories/data")
    if not Path(place).is_dir():
        raise LmcoreError(f"{place} is no folder; name one with TinyStories in LMCORE_REAL_TEXT.")
    return Path(place)


def with_novel_words(texts: list[str], size: int, every: int = 1) -> Iterator[str]:
    """The texts again and again, at least `size` bytes, every n-th with a word of its own.

    Repeated text alone has no more words than it had once, unlike a large corpus.
    """
    draw = random.Random(0)
    for number, text in enumerate(itertools.cycle(texts)):
        if number % every == 0:
            text = f"{text} {''.join(draw.choices('abcdefghijklmnopqrstuvwxyz', k=9))}"
        size -= len(text.encode())
        yield text
        if size <= 0:
            return


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
