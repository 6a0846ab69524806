"""Kills, damaged artifacts, hostile inputs, faulty servers and full disks: `make soak`.

All against a small clone, which is run once at the start. LMCORE_SOAK is the share of the
trials to make (1 by default, which is 200 kills); 0.05 takes a few minutes. Two areas are tried
at once.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.clone import STAGES, Clone

from benchmarks.__main__ import gather
from benchmarks.machine import describe, load_average
from benchmarks.soak_damage import cache_trials, damage_trials
from benchmarks.soak_disk import disk_trials, small_disk
from benchmarks.soak_hostile import hostile_trials, trials
from benchmarks.soak_kills import kill_trials
from benchmarks.soak_server import FAULTS, server_trials
from benchmarks.soak_trial import RESULTS, Outcome, copy_of, row

COLUMNS = ["area", "trials", "survived", "lost", "tracebacks", "slowest"]


@click.command()
@click.option("--share", default=float(os.environ.get("LMCORE_SOAK", "1")), show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(share: float, seed: int) -> None:
    """Print a table of all trials; exit with 1 if one was not survived."""
    draw, started = random.Random(seed), time.monotonic()

    def number(whole: int) -> int:
        return max(1, round(whole * share))

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        clone = Clone.make(place / "clone")
        clone.repro()
        clone.commit("run")
        expected = clone.bytes_of(*RESULTS)

        def victim() -> Clone:
            copy = copy_of(clone, Path(tempfile.mkdtemp(dir=place)) / "clone")
            copy.repro()  # DVC notes the copies' times
            return copy

        hostile = draw.sample(trials(), min(number(len(trials())), len(trials())))
        faults = draw.sample(FAULTS, min(number(len(FAULTS)), len(FAULTS)))
        stages = draw.sample(STAGES, len(STAGES))
        areas: dict[str, Callable[[random.Random], Iterable[Outcome]]] = {
            "kills": lambda draw: kill_trials(victim(), expected, draw, number(200)),
            "damaged artifacts": lambda draw: damage_trials(victim(), draw, number(300)),
            "damaged cache": lambda draw: cache_trials(victim(), draw, number(10)),
            "hostile inputs": lambda draw: hostile_trials(victim(), hostile),
            "server faults": lambda draw: server_trials(victim(), faults),
        }
        disk = place / "disk"
        with small_disk(disk) as mounted, ThreadPoolExecutor(2) as pool:
            if mounted:
                areas["full disk"] = lambda draw: disk_trials(
                    clone, expected, disk, draw, number(40), stages
                )
            else:
                print("full disk: skipped, as it needs root and mount")
            # Two at once, for two cores; each with random numbers of its own.
            seeds = {area: random.Random(f"{seed} {area}") for area in areas}
            rows = list(pool.map(lambda area: _tried(area, areas[area](seeds[area])), areas))
    table = [f"| {' | '.join(cells)} |" for cells in [COLUMNS, ["---"] * len(COLUMNS), *rows]]
    if sys.platform.startswith("linux"):  # in kilobytes
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
        table += ["", f"The largest process had {largest:,.0f} MiB of memory."]
    print("\n".join(table))
    if share >= 1:
        minutes = (time.monotonic() - started) / 60
        lines = ["## Faults", "", describe("mlx", "dvc", "pyarrow"), ""]
        lines += [
            f"`make soak-faults`, seed {seed}, in {minutes:.0f} minutes. {load_average()}",
            "",
        ]
        path = Path(__file__).parent / "results" / "soak_faults.md"
        path.write_text("\n".join([*lines, *table, ""]), "utf-8")
        gather()
    sys.exit(any(cells[1] != cells[2] for cells in rows))


def _tried(area: str, trials: Iterable[Outcome]) -> list[str]:
    """Return the row of an area, naming what was not survived as it happens."""
    outcomes = []
    for outcome in trials:
        outcomes.append(outcome)
        if not outcome.survived:
            print(f"{area}: {outcome.name}: {outcome.lost or outcome.error}", flush=True)
    cells = row(area, outcomes)
    print(f"{area} done: {', '.join(cells[1:])}", file=sys.stderr, flush=True)
    return cells


if __name__ == "__main__":
    main()
