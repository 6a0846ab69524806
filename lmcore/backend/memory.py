"""The memory of this machine, and the check that work fits into it before it begins."""

from __future__ import annotations

from lmcore.common.errors import LmcoreError
from lmcore.common.memory import main_memory


def machine_memory() -> int:
    """Return the bytes of memory that this process may use at most."""
    memory = main_memory()
    import mlx.core as mx  # here, for `backend.setup` comes before the first import of MLX

    if mx.cuda.is_available() and mx.default_device() == mx.gpu:
        # CUDA's managed memory spreads over both.
        memory += int(mx.device_info().get("total_memory", 0))
    return memory


def check_fits_memory(needed: int, subject: str, remedy: str) -> None:
    """Raise `LmcoreError` if `subject` needs more bytes than this machine has.

    Left to run, it would end by a signal or make the machine unusable.
    """
    if needed > (memory := machine_memory()):
        raise LmcoreError(
            f"{subject} needs at least {size_text(needed)} of memory; this machine has "
            f"{size_text(memory)}. {remedy}"
        )


def size_text(size: int) -> str:
    """Return `7.3 TiB`."""
    for power, unit in ((50, "PiB"), (40, "TiB"), (30, "GiB")):
        if size >= 2**power:
            return f"{size / 2**power:,.1f} {unit}"
    return f"{size / 2**20:,.0f} MiB"
