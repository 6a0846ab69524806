"""Groups of runs, one for each seed, compared by the statistics of experiments.

A group is several names with commas between: revisions, experiments of `dvc exp show` or
`workspace`. Or it is a variant of an experiment, `experiments/NAME/VARIANT`, all its seeds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.common.paths import CELLS
from lmcore.common.units import LN2
from lmcore.compare.differences import cell_text, changes
from lmcore.compare.revision import VARIANT, open_revision
from lmcore.compare.sections import STORIES, Section, better_or_worse, columns
from lmcore.experiments.comparison import Cell, compared_runs, verdict
from lmcore.experiments.statistics import LEVEL


@dataclass(frozen=True)
class Group:
    """One side of a comparison: a name, runs in order of their seeds, and their parameters."""

    name: str
    runs: list[Cell]
    params: list[dict[str, Any]]  # flat, one for each run; empty for cells of an experiment


def open_group(name: str) -> Group:
    """Return the runs of a group, or the one run of a single name.

    Raises `LmcoreError` where a run does not exist or was not evaluated.
    """
    variant = VARIANT.fullmatch(name)
    if variant is not None:
        files = [
            path
            for path in (CELLS / variant[1]).glob(f"{variant[2]}-*.json")
            if re.fullmatch(rf"{variant[2]}-\d+", path.stem)
        ]
        if not files:
            raise LmcoreError(
                f"{name} has no runs in {CELLS / variant[1]}; "
                f"`make experiment NAME={variant[1]}` makes them."
            )
        runs = sorted((read_json(path) for path in files), key=lambda run: run["seed"])
        return Group(name, runs, [])
    runs, params = [], []
    for part in name.split(","):
        with open_revision(part) as revision:
            path = revision.path(STORIES)
            if path is None:
                raise LmcoreError(f"{STORIES} of {part} is neither in git nor in DVC's cache.")
            stories = columns(path)
            runs.append(
                {
                    "seed": revision.params.get("train.seed"),
                    "bits_per_byte": float(stories["nats"].sum() / LN2 / stories["bytes"].sum()),
                    "story_bits": (stories["nats"] / LN2).tolist(),
                    "story_bytes": stories["bytes"].tolist(),
                }
            )
            params.append(revision.params)
    order = np.argsort([run["seed"] for run in runs], kind="stable")
    return Group(name, [runs[i] for i in order], [params[i] for i in order])


def compare_groups(a: Group, b: Group) -> list[Section]:
    """Return the answer, the interval of the difference, the runs, and what was changed.

    Raises `LmcoreError` where the groups do not pair.
    """
    counts = [len(group.runs) for group in (a, b)]
    if counts[0] != counts[1] or counts[0] < 2:
        raise LmcoreError(
            f"{a.name} has {counts[0]} and {b.name} {counts[1]} runs; groups are paired by seed, "
            "so both need as many, at least two."
        )
    compared = compared_runs(b.runs, a.runs)
    assert compared is not None  # of two seeds or more
    compared["distinguishable"] = compared["p_value"] <= LEVEL
    other, own = (float(np.mean([run["bits_per_byte"] for run in g.runs])) for g in (a, b))
    certainty = "distinguishable" if compared["distinguishable"] else "not distinguishable"
    seeds = [[run["seed"] for run in group.runs] for group in (a, b)]
    by_seed = "by seed" if seeds[0] == seeds[1] else "in the order of their seeds, which differ"
    stories = "and validation story" if compared["paired_by_story"] else "alone: the stories differ"
    pairing = f"{counts[0]} runs each, paired {by_seed} {stories}; p = {compared['p_value']:.2g}."
    return [
        Section("Answer", [f"{better_or_worse(a.name, b.name, other, own)}, {certainty}."]),
        Section("Significance", [verdict(b.name, a.name, compared), pairing]),
        Section(
            "Runs",
            ["Bits per byte."],
            ["seed", a.name, b.name],
            [
                [
                    " and ".join(dict.fromkeys(str(run["seed"]) for run in pair)),
                    *(f"{run['bits_per_byte']:.4f}" for run in pair),
                ]
                for pair in zip(a.runs, b.runs, strict=True)
            ],
        ),
        _parameters(a, b),
    ]


def _parameters(a: Group, b: Group) -> Section:
    """Return the parameters that differ between the groups: all values of each, in order."""
    if not (a.params and b.params):
        return Section("Parameters", ["Those of an experiment are in its experiment.yaml."])
    joined = [
        {
            key: ", ".join(dict.fromkeys(cell_text(run.get(key)) for run in group.params))
            for key in dict.fromkeys(key for run in group.params for key in run)
        }
        for group in (a, b)
    ]
    rows = changes(*joined)
    return Section(
        "Parameters", [] if rows else ["Identical."], ["parameter", a.name, b.name], rows
    )
