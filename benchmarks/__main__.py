"""`make bench`: every benchmark in turn, gathered in benchmarks/RESULTS.md.

Each measures ours beside named peers in the same run and writes a section of
its own to benchmarks/results/, so one can be renewed without the others.
"""

from __future__ import annotations

import runpy
from pathlib import Path

HERE = Path(__file__).parent
SECTIONS = (
    "tokenizer",
    "tokenizer_training",
    "tokenizer_large",
    "training",
    "step_budget",
    "growth",
    "sampling",
)

# Too slow for every time, or for a GPU: `make bench-gpu` and `make soak` renew them.
APART = ("training_gpu", "soak", "soak_faults")

HEAD = """# Benchmarks

Written by `make bench`. Every figure is measured side by side with the named
peer in one run on the machine its section names; quote the ratios, not the
absolute times.
"""


def main() -> None:
    """Runs every benchmark and joins their sections."""
    for section in SECTIONS:
        runpy.run_module(f"benchmarks.{section}", run_name="__main__")
    gather()


def gather() -> None:
    """Joins the sections that exist into RESULTS.md."""
    files = [HERE / "results" / f"{section}.md" for section in SECTIONS + APART]
    parts = [file.read_text("utf-8") for file in files if file.exists()]
    (HERE / "RESULTS.md").write_text("\n".join([HEAD, *parts]), "utf-8")


if __name__ == "__main__":
    main()
