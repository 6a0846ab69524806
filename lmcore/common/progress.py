"""How far long work has come: a bar at a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from tqdm import tqdm

# Seconds between the lines of a log.
INTERVAL = 30.0

_YEAR = 365.25 * 86400  # seconds


class Progress:
    """A bar over `total` units (steps, bytes, stories), to be used in `with`.

    Where standard error is not a terminal, as in a log, a plain line is written at
    most every `INTERVAL` seconds and at the end of work that took longer. The time of
    the last line is one for the process, so that many short pieces of work, one after
    the other, are not silent together. Of processes that work together, rank 0 alone
    writes lines.
    """

    _last_line = time.monotonic()  # or the start of the process

    def __init__(
        self, total: int | None, description: str, unit: str, initial: int = 0, rank: int = 0
    ) -> None:
        self.n = self._initial = initial
        self._total, self._description, self._unit = total, description, unit
        self._started, self._has_lines = time.monotonic(), False
        self._bar: tqdm | None = None
        self._writes_lines = rank == 0
        if sys.stderr.isatty():
            self._bar = tqdm(
                total=total,
                desc=description,
                unit=unit,
                initial=initial,
                unit_scale=True,
                dynamic_ncols=True,
                leave=rank == 0,
                position=rank,
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        elif error is None and self._has_lines:
            self._write(f"{self._counted()} in {duration(time.monotonic() - self._started)}")

    def update(self, count: int = 1, message: str = "") -> None:
        """Add `count` units that are done; `message` adds a value, such as the loss."""
        self.n += count
        if self._bar is not None:
            if message:
                self._bar.set_postfix_str(message, refresh=False)
            self._bar.update(count)
        elif time.monotonic() - Progress._last_line >= INTERVAL:
            parts = [self._counted(), message]
            if self._total and self.n > self._initial:
                parts.append(f"{duration((self._total - self.n) / self.rate)} left")
            self._write(", ".join(filter(None, parts)))

    @property
    def rate(self) -> float:
        """Units per second: recently for a bar, since the beginning for lines."""
        if self._bar is not None and self._bar.format_dict["rate"]:
            return self._bar.format_dict["rate"]
        return (self.n - self._initial) / max(time.monotonic() - self._started, 1e-9)

    def _counted(self) -> str:
        """Return `step 120 of 1,000 (12%)`, or `3.2 of 64.0 MB (5%)`."""
        if self._unit == "B":
            size = f"{self.n / 1e6:,.1f}"
            count = f"{size} MB" if not self._total else f"{size} of {self._total / 1e6:,.1f} MB"
        else:
            count = f"{self._unit} {self.n:,}" + (f" of {self._total:,}" if self._total else "")
        return f"{count} ({self.n / self._total:.0%})" if self._total else count

    def _write(self, text: str) -> None:
        Progress._last_line, self._has_lines = time.monotonic(), True
        if self._writes_lines:
            print(f"{self._description}: {text}", file=sys.stderr, flush=True)


def progress(
    total: int | None, description: str, unit: str, initial: int = 0, rank: int = 0
) -> Progress:
    """Return a `Progress` that begins at `initial`."""
    return Progress(total, description, unit, initial, rank)


def duration(seconds: float) -> str:
    """Return `0.5 s`, `12 s`, `3.4 min`, `5.2 h`, `12.4 days` or `1,100 years`."""
    if seconds >= _YEAR:
        return f"{float(f'{seconds / _YEAR:.2g}'):,.12g} years"
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.2g} s"
