"""The results of a scaling law: IsoFLOP curves, the law, and its prediction beside the run."""

from __future__ import annotations

from typing import Any

import numpy as np

from lmcore.experiments.definition import Experiment, cell_budget

Cell = dict[str, Any]


def summarise_law(
    experiment: Experiment, cells: dict[str, list[Cell]], prediction: dict[str, Any]
) -> dict[str, Any]:
    """Return the figures of each run, the best size of each budget, the law, and verdicts."""
    budgets = {name: cell_budget(experiment, name) or ("none", None) for name in cells}
    rows = {
        name: {
            "budget_flops": budgets[name][1] if budgets[name][0] == "flops" else None,
            "parameters": runs[0]["parameters"],
            "tokens_seen": runs[0]["tokens_seen"],
            "flops": runs[0]["flops"],
            "bits_per_byte": round(float(np.mean([run["bits_per_byte"] for run in runs])), 5),
            "bits_per_byte_by_seed": [round(run["bits_per_byte"], 5) for run in runs],
        }
        for name, runs in cells.items()
    }
    fitted = [rows[name] for name in experiment.fitted]
    measured = rows[prediction["variant"]]
    floor = cells[prediction["variant"]][0]["floor"]
    return {
        "question": experiment.question,
        "seeds": experiment.seeds,
        "names": list(cells),  # in the order of the declaration; JSON sorts keys
        "runs": rows,
        "isoflop": isoflop_minima(fitted),
        "law": prediction,
        "measured": measured["bits_per_byte"],
        "floor": None if floor is None else round(floor, 5),
        "verdicts": law_verdicts(prediction, measured, floor),
    }


def isoflop_minima(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each budget of FLOPs the best size, by a parabola in log N.

    Sizes and losses are None where the parabola has no minimum between the sizes tried.
    """
    minima = []
    for budget in sorted({row["budget_flops"] for row in rows if row["budget_flops"]}):
        group = [row for row in rows if row["budget_flops"] == budget]
        sizes = np.log([row["parameters"] for row in group])
        minimum: dict[str, Any] = {"flops": budget, "parameters": None, "bits_per_byte": None}
        if len(set(sizes)) >= 3:
            middle = sizes.mean()
            curve = np.polyfit(sizes - middle, [row["bits_per_byte"] for row in group], 2)
            best = middle - curve[1] / (2 * curve[0])
            if curve[0] > 0 and sizes.min() < best < sizes.max():
                bits = float(np.polyval(curve, best - middle))
                minimum["parameters"] = round(float(np.exp(best)))
                minimum["bits_per_byte"] = round(bits, 4)
        minima.append(minimum)
    return minima


def law_verdicts(
    prediction: dict[str, Any], measured: dict[str, Any], floor: float | None
) -> list[str]:
    """Return the law's floor and its prediction beside the measured ones, in two sentences."""
    low, high = (prediction["irreducible"][edge] for edge in ("low", "high"))
    irreducible = (
        f"The law's irreducible loss is {prediction['irreducible']['mean']:.3f} bits per byte "
        f"(95 % interval {low:.3f} to {high:.3f})"
    )
    if floor is None:
        irreducible += "; the entropy of this source is not known."
    else:
        side = "inside" if low <= floor <= high else "outside"
        irreducible += f"; the grammar's exact entropy, {floor:.3f}, is {side} the interval."
    low, high = (prediction["bits_per_byte"][edge] for edge in ("low", "high"))
    bits = measured["bits_per_byte"]
    side = "inside" if low <= bits <= high else "outside"
    return [
        irreducible,
        f"Predicted for {prediction['variant']} before it was trained: "
        f"{prediction['bits_per_byte']['mean']:.3f} bits per byte (95 % interval {low:.3f} to "
        f"{high:.3f}); measured {bits:.3f}, {side} the interval, "
        f"{100 * (bits / prediction['bits_per_byte']['mean'] - 1):+.1f} % off.",
    ]


def law_markdown(results: dict[str, Any]) -> str:
    """Return the results as Markdown: the runs, the best sizes, the law and the verdicts."""
    law, minima = results["law"], results["isoflop"]
    lines = [
        f"**{results['question']}** Seeds {', '.join(map(str, results['seeds']))}; "
        f"the law is fitted to all runs but {law['variant']}.",
        "",
        "| run | parameters | tokens | FLOPs | bits per byte | by the law |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in results["names"]:
        row = results["runs"][name]
        by_law = (
            law["irreducible"]["mean"]
            + law["a"] / row["parameters"] ** law["alpha"]["mean"]
            + law["b"] / row["tokens_seen"] ** law["beta"]["mean"]
        )
        lines.append(
            f"| {name} | {row['parameters']:,} | {row['tokens_seen']:,} | {row['flops']:.2g} "
            f"| {row['bits_per_byte']:.3f} | {by_law:.3f} |"
        )
    lines += ["", "| FLOPs | best parameters | bits per byte there |", "|---:|---:|---:|"]
    for row in minima:
        best = (
            "not between the sizes tried | "
            if row["parameters"] is None
            else f"{row['parameters']:,} | {row['bits_per_byte']:.3f}"
        )
        lines.append(f"| {row['flops']:.2g} | {best} |")
    alpha, beta = (
        f"{law[key]['mean']:.2f} ({law[key]['low']:.2f} to {law[key]['high']:.2f})"
        for key in ("alpha", "beta")
    )
    lines += [
        "",
        f"L(N, D) = {law['irreducible']['mean']:.3f} + {law['a']:.3g} / N^alpha + "
        f"{law['b']:.3g} / D^beta with alpha {alpha} and beta {beta}; the fitted runs lie "
        f"{law['residual_percent']:.1f} % from it (root mean square).",
        "",
        *(f"- {text}" for text in results["verdicts"]),
    ]
    return "\n".join(lines) + "\n"
