"""The plot of an experiment: the curve of every run, and the end of each with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

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
    for axis_format in (left.yaxis.set_major_formatter, left.yaxis.set_minor_formatter):
        axis_format("{x:.2f}")
    left.legend(frameon=False)
    right.set(title="at the end, each seed", xticks=range(len(cells)))
    right.set_xticklabels(cells, rotation=30, ha="right")
    right.margins(x=0.2)
    _save(figure, path)


def draw_law(path: Path, results: dict[str, Any]) -> None:
    """Write an SVG with the IsoFLOP curves, the law through them, and the predicted run."""
    law, runs = results["law"], results["runs"]
    floor, a, b = law["irreducible"]["mean"], law["a"], law["b"]
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    sizes = [row["parameters"] for row in runs.values()]
    dense = np.geomspace(min(sizes), max(sizes), 100)
    budgets = sorted({row["budget_flops"] for row in runs.values() if row["budget_flops"]})
    for number, budget in enumerate(budgets):
        group = [row for row in runs.values() if row["budget_flops"] == budget]
        colour = f"C{number % 10}"
        for row in group:
            seeds = row["bits_per_byte_by_seed"]
            axes.plot([row["parameters"]] * len(seeds), seeds, "o", color=colour, alpha=0.7)
        # FLOPs per token between the sizes: interpolated, in logarithms.
        flops_per_token = sorted(
            (row["parameters"], row["flops"] / row["tokens_seen"]) for row in group
        )
        each = np.exp(np.interp(np.log(dense), *np.log(np.array(flops_per_token)).T))
        inside = (dense >= flops_per_token[0][0]) & (dense <= flops_per_token[-1][0])
        line = (
            floor + a / dense ** law["alpha"]["mean"] + b / (budget / each) ** law["beta"]["mean"]
        )
        axes.plot(dense[inside], line[inside], color=colour, label=f"{budget:.2g} FLOPs")
    predicted = law["bits_per_byte"]
    axes.errorbar(
        law["parameters"], predicted["mean"],
        [[predicted["mean"] - predicted["low"]], [predicted["high"] - predicted["mean"]]],
        fmt="s", color="black", markerfacecolor="none", capsize=4, label="predicted before",
    )  # fmt: skip
    if results["floor"] is not None:
        axes.axhline(results["floor"], color="black", linestyle=":", label="grammar's entropy")
    axes.axhspan(
        law["irreducible"]["low"], law["irreducible"]["high"], alpha=0.15, label="the law's floor"
    )
    axes.set(xlabel="parameters", ylabel="bits per byte", title=results["question"])
    axes.set_xscale("log")
    axes.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    with atomic_file(path) as partial:
        figure.savefig(partial, format="svg", metadata={"Date": None})
    plt.close(figure)
