"""The quickstart's parts in the course: what its stage `inside` measured, as tables.

    python -m benchmarks.inside

Copies data/inside/inside.json, of a run of the quickstart, to benchmarks/results, and
writes its tables into docs/06-inside.md between the two marks. Layers and heads are
counted from 1, as on the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lmcore.common.atomic_files import write_json
from lmcore.common.errors import StageCommand
from lmcore.common.json_files import read_json
from lmcore.common.paths import INSIDE

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "inside.json"
CHAPTER = ROOT / "docs" / "06-inside.md"
BEGIN = "<!-- Written by `python -m benchmarks.inside`. -->\n"
END = "<!-- End of what it wrote. -->\n"
_SHAPE = {
    "ablation": dict,
    "head_scores": dict,
    "logit_lens": list,
    "patching": dict,
    "checkpoints": list,
}
_SCORES = ("previous_token", "duplicate_token", "induction")


def parts_of(chapter: str) -> tuple[str, str, str]:
    """Return the chapter up to the first mark, between the marks, and from the second on."""
    start, end = chapter.index(BEGIN) + len(BEGIN), chapter.index(END)
    return chapter[:start], chapter[start:end], chapter[end:]


def tables(inside: dict[str, Any]) -> str:
    """Return the figures of inside.json as a section in Markdown."""
    lines = [
        "", "### The quickstart's own figures", "",
        *_parts(inside), "",
        *_summary(inside), "",
        *_checkpoints(inside), "",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _parts(inside: dict[str, Any]) -> list[str]:
    """Return a table with one row for each head and each feed-forward."""
    whole, scores = inside["ablation"]["bits_per_byte"], inside["head_scores"]
    recovered = inside["patching"]["recovered"]
    lines = [
        "| part | cost, bits per byte | previous token | duplicate token | induction | recovered |",
        "|---|---|---|---|---|---|",
    ]
    for layer, heads in enumerate(inside["ablation"]["heads"]):
        for head, without in enumerate(heads):
            figures = [f"{scores[score][layer][head]:.3f}" for score in _SCORES]
            figures.append(f"{recovered[layer][head]:.3f}")
            cells = " | ".join([f"{without - whole:+.3f}", *figures])
            lines.append(f"| layer {layer + 1}, head {head + 1} | {cells} |")
        without = inside["ablation"]["feed_forwards"][layer]
        lines.append(f"| layer {layer + 1}, feed-forward | {without - whole:+.3f} | | | | |")
    return lines


def _summary(inside: dict[str, Any]) -> list[str]:
    """Return the figures of the model as a whole."""
    difference = inside["patching"]["logit_difference"]
    lens = ", ".join(f"{bits:.3f}" for bits in inside["logit_lens"])
    return [
        f"- Logit lens, from the embedding to the last layer: {lens} bits per byte.",
        f"- Logit difference of {inside['patching']['pairs']} pairs: "
        f"{difference['own_story']:.2f} in a story's own text, "
        f"{difference['other_story']:.2f} in the other.",
    ]


def _checkpoints(inside: dict[str, Any]) -> list[str]:
    """Return a table with the highest scores of each kept checkpoint."""
    lines = [
        "| step | previous token | duplicate token | induction | second half, nats |",
        "|---|---|---|---|---|",
    ]
    for entry in inside["checkpoints"]:
        scores = entry["head_scores"]
        highest = " | ".join(f"{max(map(max, scores[score])):.3f}" for score in _SCORES)
        lines.append(f"| {entry['step']:,} | {highest} | {scores['copying_nats'][1]:.2f} |")
    return lines


@click.command(cls=StageCommand)
def main() -> None:
    """Write the figures of data/inside/inside.json to benchmarks/results and the chapter."""
    inside = read_json(INSIDE / "inside.json", _SHAPE, "`dvc repro inside` makes it")
    write_json(RESULTS, inside)
    before, _, after = parts_of(CHAPTER.read_text("utf-8"))
    CHAPTER.write_text(before + tables(inside) + after, "utf-8")


if __name__ == "__main__":
    main()
