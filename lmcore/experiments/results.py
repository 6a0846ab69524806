"""The results of an experiment: means with intervals, differences, and a verdict for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.atomic_files import write_json, write_text
from lmcore.common.json_files import read_json
from lmcore.experiments.comparison import Cell, compared_runs, rounded, verdict
from lmcore.experiments.definition import Experiment
from lmcore.experiments.law_results import law_markdown, summarise_law
from lmcore.experiments.pipeline import PREDICTION, cell_file
from lmcore.experiments.plot import draw, draw_law
from lmcore.experiments.statistics import holm, mean_interval


def write_results(folder: Path, experiment: Experiment) -> str:
    """Write results.json, results.md and results.svg to `folder`; return the verdict."""
    cells = {
        name: [read_json(Path(cell_file(folder, name, seed))) for seed in experiment.seeds]
        for name in experiment.variants
    }
    if experiment.law is None:
        results = summarise(experiment.question, cells)
        results["verdicts"] += edge_warnings(experiment, cells)
        text = as_markdown(results)
        draw(folder / "results.svg", experiment.question, cells)
    else:
        results = summarise_law(experiment, cells, read_json(folder / PREDICTION))
        text = law_markdown(results)
        draw_law(folder / "results.svg", results)
    write_json(folder / "results.json", results)
    write_text(folder / "results.md", text)
    return "\n".join([results["question"], *results["verdicts"]])


def summarise(question: str, cells: dict[str, list[Cell]]) -> dict[str, Any]:
    """Return the figures of each variant and its difference from the first one."""
    first, *others = cells
    rows = {name: _variant_row(runs) for name, runs in cells.items()}
    compared = {name: compared_runs(cells[name], cells[first]) for name in others}
    tested = [row for row in compared.values() if row is not None]
    for row, rejected in zip(tested, holm([row["p_value"] for row in tested]), strict=True):
        row["distinguishable"] = rejected
    for name in others:
        rows[name]["against_first"] = compared[name]
    return {
        "question": question,
        "seeds": [cell["seed"] for cell in cells[first]],
        "first": first,
        "names": list(cells),  # in the order of the declaration; JSON sorts keys
        "variants": rows,
        "verdicts": [verdict(name, first, compared[name], len(tested)) for name in others],
    }


def edge_warnings(experiment: Experiment, cells: dict[str, list[Cell]]) -> list[str]:
    """Return a sentence for each variant whose tuned value is the first or last of those tried."""
    return [
        f"{name} chose {key} {runs[0]['tuned'][key]:g}, at the edge of the values tried "
        f"({', '.join(f'{value:g}' for value in values)}): one beyond may be better."
        for key, values in experiment.tune.items()
        for name, runs in cells.items()
        if runs[0]["tuned"][key] in (values[0], values[-1])
    ]


def _variant_row(runs: list[Cell]) -> dict[str, Any]:
    bits = np.array([run["bits_per_byte"] for run in runs])
    factors = runs[0]["longer_contexts"]
    return {
        "bits_per_byte": rounded(mean_interval(bits)),
        "bits_per_byte_by_seed": [round(value, 5) for value in bits.tolist()],
        "parameters": runs[0]["parameters"],
        "active_parameters": runs[0]["active_parameters"],
        "tokens_seen": runs[0]["tokens_seen"],
        "flops": runs[0]["flops"],
        "learning_rate": runs[0]["learning_rate"],
        "longer_contexts": {
            factor: None
            if factors[factor] is None
            else rounded(mean_interval(np.array([run["longer_contexts"][factor] for run in runs])))
            for factor in factors
        },
    }


# Key in a variant's row, name, format.
_FIGURES = [
    ("parameters", "parameters", ","),
    ("active_parameters", "active parameters", ","),
    ("tokens_seen", "tokens", ","),
    ("flops", "FLOPs", ".3g"),
    ("learning_rate", "learning rate", "g"),
]


def as_markdown(results: dict[str, Any]) -> str:
    """Return the results as a Markdown table with the verdicts below.

    Figures that are the same for all variants are stated once, above it.
    """
    rows = {name: results["variants"][name] for name in results["names"]}
    factors = next(iter(rows.values()))["longer_contexts"]
    same, columns = [], []
    for key, title, form in _FIGURES:
        values = {row[key] for row in rows.values()}
        if key == "active_parameters" and values == {row["parameters"] for row in rows.values()}:
            continue
        if len(values) == 1:
            same.append(
                f"{values.pop():{form}} {title}" if form != "g" else f"{title} {values.pop():g}"
            )
        else:
            columns.append((key, title, form))
    head = ["variant", "bits per byte", f"against {results['first']}", ""]
    head += [title for _, title, _ in columns]
    head += [f"at {factor} x context" for factor in factors]
    each = f" Each: {', '.join(same)}." if same else ""
    lines = [
        f"**{results['question']}** Seeds {', '.join(map(str, results['seeds']))}; "
        f"mean and 95 % interval over seeds; differences paired by seed and story.{each}",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' + '---:|' * (len(head) - 1)}",
    ]
    for name, row in rows.items():
        compared = row.get("against_first")
        cells = [
            name,
            _shown(row["bits_per_byte"]),
            _shown(compared["bits_per_byte"], signed=True) if compared else "",
            ("" if compared["distinguishable"] else "not ") + "distinguishable" if compared else "",
            *(f"{row[key]:{form}}" for key, _, form in columns),
            *(_shown(row["longer_contexts"][factor]) for factor in factors),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"- {text}" for text in results["verdicts"])]) + "\n"


def _shown(interval: dict[str, float | None] | None, signed: bool = False) -> str:
    if interval is None:
        return "not defined"
    sign = "+" if signed else ""
    mean = f"{interval['mean']:{sign}.3f}"
    if interval["low"] is None:
        return mean
    return f"{mean} ({interval['low']:{sign}.3f} to {interval['high']:{sign}.3f})"
