"""The plot of an experiment: the curve of every run, and the end of each with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

from lmcore.common.atomic_files import atomic_file

# Before pyplot: without a display, with text as text, and with the same identifiers each time.
matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "lmcore", "svg.fonttype": "none"})

import matplotlib.pyplot as plt  # noqa: E402


def draw(path: Path, question: str, cells: dict[str, list[dict[str, Any]]]) -> None:
    """Write an SVG with validation bits per byte by tokens, and by variant at the end."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10, 4), width_ratios=(2, 1), layout="constrained"
    )
    for number, (name, runs) in enumerate(cells.items()):
        colour = f"C{number % 10}"
        for run in runs:
            tokens, bits = zip(*run["curve"], strict=True)
            left.plot(tokens, bits, color=colour, alpha=0.5, linewidth=1)
        left.plot([], [], color=colour, label=name)
        ends = [run["bits_per_byte"] for run in runs]
        right.plot([number] * len(ends), ends, "o", color=colour, alpha=0.6)
        right.plot([number - 0.2, number + 0.2], [sum(ends) / len(ends)] * 2, color=colour)
    left.set(xlabel="tokens", ylabel="validation bits per byte", title=question)
    left.set_yscale("log")
    left.legend(frameon=False)
    right.set(title="at the end, each seed", xticks=range(len(cells)))
    right.set_xticklabels(cells, rotation=30, ha="right")
    right.margins(x=0.2)
    with atomic_file(path) as partial:
        figure.savefig(partial, format="svg", metadata={"Date": None})
    plt.close(figure)
