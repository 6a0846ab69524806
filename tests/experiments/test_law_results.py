"""A scaling law's results: the best size of each budget, and verdicts that can go either way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs scipy (`make experiment` installs it)")
pytest.importorskip("matplotlib", reason="needs matplotlib (`make experiment` installs it)")

from pathlib import Path

from lmcore.experiments.definition import Experiment
from lmcore.experiments.law_results import isoflop_minima, law_markdown, summarise_law
from lmcore.experiments.plot import draw_law
from lmcore.experiments.prediction import predict
from lmcore.experiments.scaling_law import ScalingLaw

TRUE = ScalingLaw(irreducible=0.3, a=30.0, alpha=0.35, b=400.0, beta=0.55)
RUNS = {
    f"d{size}_flops{flops}": (1000 * size, flops * 1e11)
    for size in (50, 100, 200, 400)
    for flops in (1, 3, 9)
} | {"largest": (400_000, 2.7e12)}
EXPERIMENT = Experiment(
    question="Where does it end?",
    profile="laboratory",
    variants={name: {"budget.flops": flops} for name, (_, flops) in RUNS.items()},
    seeds=[1],
    law={"predict": "largest"},
)


def cells(floor: float | None, off: float = 1.0) -> dict[str, list[dict[str, Any]]]:
    """Runs that follow the true law exactly; the largest is `off` times as bad."""
    found = {}
    for name, (size, flops) in RUNS.items():
        tokens = flops / 6 / size
        bits = float(TRUE.loss(np.array(size), np.array(tokens)))
        found[name] = [
            {
                "bits_per_byte": bits * (off if name == "largest" else 1.0),
                "parameters": size,
                "tokens_seen": round(tokens),
                "flops": flops,
                "floor": floor,
            }
        ]
    return found


@pytest.mark.parametrize(
    ("floor", "off", "phrases"),
    [
        (0.3, 1.0, ["0.300, is inside the interval", "inside the interval, +0.0 % off"]),
        (0.5, 1.1, ["0.500, is outside the interval", "outside the interval, +10.0 % off"]),
        (None, 1.0, ["the entropy of this source is not known", "inside the interval"]),
    ],
)
def test_verdicts_go_both_ways(
    floor: float | None, off: float, phrases: list[str], tmp_path: Path
) -> None:
    runs = cells(floor, off)
    fitted = {name: runs[name] for name in EXPERIMENT.fitted}
    prediction = {"variant": "largest", **predict(fitted, 400_000, 1_125_000, repeats=10)}
    results = summarise_law(EXPERIMENT, runs, prediction)
    for verdict, words in zip(results["verdicts"], phrases, strict=True):
        assert words in verdict
    assert "| largest | 400,000 | 1,125,000 |" in law_markdown(results)
    draw_law(tmp_path / "law.svg", results)
    assert (tmp_path / "law.svg").stat().st_size > 1000


def test_the_best_size_is_the_minimum_of_a_parabola_in_log_size() -> None:
    """By hand: loss (ln N - ln 100)^2 has its minimum at 100; a line has none."""
    sizes = [50, 80, 200, 300]
    row = {"budget_flops": 1e11}
    bowl = [row | {"parameters": n, "bits_per_byte": np.log(n / 100) ** 2} for n in sizes]
    (found,) = isoflop_minima(bowl)
    assert found["parameters"] == 100 and found["bits_per_byte"] == pytest.approx(0, abs=1e-6)
    line = [row | {"parameters": n, "bits_per_byte": 1 / n} for n in sizes]
    assert isoflop_minima(line)[0]["parameters"] is None
