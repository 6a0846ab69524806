"""The tables of the course: written from the committed results of experiments, never typed.

A document holds a pair of marks for each experiment that it shows:

    <!-- experiment positions -->
    <!-- end of experiment -->

and `experiments/README.md` one pair named `all`. What stands between is written by
`make docs`, from results.json and times.json of the experiment's folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from lmcore.common.atomic_files import write_json, write_text
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.common.paths import TIMINGS
from lmcore.common.progress import duration
from lmcore.experiments.definition import FILE, load_experiment
from lmcore.experiments.law_results import law_markdown
from lmcore.experiments.results import as_markdown

TIMES = "times.json"
_BLOCK = re.compile(r"(<!-- experiment (\w+) -->\n).*?(<!-- end of experiment -->\n)", re.DOTALL)


def documents(root: Path) -> list[Path]:
    """Return the documents that may show experiments."""
    return [root / "README.md", root / "experiments/README.md", *sorted(root.glob("docs/*.md"))]


def write_documents(root: Path) -> list[str]:
    """Write the tables into all documents under `root`; return the names of those that changed."""
    changed = []
    for path in documents(root):
        text = path.read_text("utf-8")
        new_text = with_results(text, path, root)
        if new_text != text:
            write_text(path, new_text)
            changed.append(path.relative_to(root).as_posix())
    return changed


def with_results(text: str, path: Path, root: Path) -> str:
    """Return the text of the document `path` with what stands between its marks renewed."""

    def block(match: re.Match[str]) -> str:
        name = match[2]
        body = index(root) if name == "all" else section(root / "experiments" / name, path)
        return f"{match[1]}{body}{match[3]}"

    return _BLOCK.sub(block, text)


def section(folder: Path, document: Path) -> str:
    """Return the table, verdicts, plot and time of one experiment; a sentence where it was not run.

    Raises `LmcoreError` where there is no such experiment.
    """
    if not (folder / FILE).is_file():
        raise LmcoreError(f"{document} shows experiment {folder.name}, which does not exist.")
    if not (folder / "results.json").is_file():
        return f"\nNot run yet: `make experiment NAME={folder.name}`.\n\n"
    results = read_json(folder / "results.json")
    text = law_markdown(results) if "law" in results else as_markdown(results)
    here = os.path.relpath(folder, document.parent)
    return (
        f"\n{text}\n![{results['question']}]({here}/results.svg)\n\n"
        f"{time_sentence(folder)}`make experiment NAME={folder.name}`; "
        f"declared in [{folder.name}/{FILE}]({here}/{FILE}).\n\n"
    )


def index(root: Path) -> str:
    """Return a table of all experiments, and then the results of each."""
    lines = ["", "| experiment | question | runs | CPU time |", "|---|---|---:|---:|"]
    folders = sorted(path.parent for path in (root / "experiments").glob(f"*/{FILE}"))
    folders = [folder for folder in folders if not folder.name.startswith("smoke_")]
    total = {"runs": 0, "cpu_seconds": 0.0}
    for folder in folders:
        times = read_json(folder / TIMES) if (folder / TIMES).is_file() else None
        total = {key: total[key] + (times[key] if times else 0) for key in total}
        measured = f"{times['runs']} | {times['cpu_seconds']:.0f} s" if times else "not run yet | "
        question = load_experiment(folder).question
        lines.append(f"| [{folder.name}]({folder.name}/{FILE}) | {question} | {measured} |")
    lines.append(f"| together | | {total['runs']} | {total['cpu_seconds']:.0f} s |")
    for folder in folders:
        if (folder / "results.json").is_file():
            lines += ["", f"## {folder.name}", section(folder, root / "experiments/README.md")[:-2]]
    return "\n".join(lines) + "\n\n"


def time_sentence(folder: Path) -> str:
    """Return how long the experiment took where its times were kept."""
    if not (folder / TIMES).is_file():
        return ""
    times = read_json(folder / TIMES)
    return (
        f"{times['runs']} runs took {times['cpu_seconds']:.0f} seconds of CPU time, and "
        f"{duration(times['seconds'])} on {times['cores']} cores with other work beside. "
    )


def write_times(folder: Path) -> dict[str, Any]:
    """Sum up what the cells of an experiment took here, and write it beside its results.

    No stage does this: times differ from run to run, and results must not.
    """
    files = sorted((TIMINGS / "experiments" / folder.name).glob("*.json"))
    if not files:
        raise LmcoreError(f"No run of {folder} was timed on this machine.")
    cells = [read_json(file) for file in files]
    times = {
        "runs": len(cells),
        "seconds": round(sum(cell["seconds"] for cell in cells), 1),
        "cpu_seconds": round(sum(cell["cpu_seconds"] for cell in cells), 1),
        "cores": os.cpu_count(),
    }
    write_json(folder / TIMES, times)
    return times
