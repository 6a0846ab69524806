"""A progress bar for long work: rate and time left, silent off a terminal."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm


def progress(total: int | None, description: str, unit: str, **options: Any) -> tqdm:
    """A bar over `total` units (steps, bytes, stories), to be used in `with`.

    `disable=None` keeps it quiet when standard error is not a terminal, so
    logs and CI stay readable.
    """
    return tqdm(
        total=total,
        desc=description,
        unit=unit,
        unit_scale=True,
        disable=None,
        dynamic_ncols=True,
        **options,
    )
