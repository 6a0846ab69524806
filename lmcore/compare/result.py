"""What a run ends with: five lines for the terminal, and what it changed."""

from __future__ import annotations

import re
import textwrap

from lmcore.common import paths
from lmcore.common.checksums import CHECKSUMS, remake, verify_checksums, verify_file
from lmcore.common.json_files import read_json
from lmcore.compare.last_commit import change_lines, committed_run, run_of_workspace

RECORD = "git add params.yaml dvc.lock data/metrics data/plots && git commit -m 'A run'"
_BITS = {"bits_per_byte": float}
_FIGURES = {"model": _BITS, "baselines": {"kneser_ney_trigram": _BITS}}
_COLUMNS = 100  # of the terminal


def result_lines() -> list[str]:
    """Return the figure, a story's beginning, the page, what to do next and how to record it.

    Raises `LmcoreError` where a file is damaged.
    """
    verify_checksums(paths.SAMPLES, remake("sample"))
    verify_checksums(paths.EVALUATION, remake("evaluate"))
    sums = paths.EVALUATION / CHECKSUMS
    headline = read_json(sums, {paths.HEADLINE: str}, remake("evaluate"))[paths.HEADLINE]
    verify_file(paths.METRICS, "evaluation.json", headline, sums, remake("evaluate"))
    figures = read_json(paths.EVALUATION / "figures.json", _FIGURES)
    bits = figures["model"]["bits_per_byte"]
    above = ""
    if "floor" in figures:
        floor = figures["floor"]["bits_per_byte"]
        above = f", {bits / floor - 1:.1%} above the floor ({floor:.3f})"
    trigram = figures["baselines"]["kneser_ney_trigram"]["bits_per_byte"]
    sample = read_json(paths.SAMPLES / "samples.json", [{"prompt": str, "text": str}])[0]
    return [
        f"Result:    {bits:.3f} bits per byte of unseen stories{above}; trigrams: {trigram:.3f}",
        f"A story:   {beginning(sample['prompt'] + sample['text'], _COLUMNS - 11)}",
        f"The page:  {(paths.REPORT / 'index.html').resolve()}",
        "Next:      change params.yaml, or write with the model: "
        "python -m stages.sample --interactive",
        f"To record: {RECORD}",
    ]


def beginning(text: str, width: int) -> str:
    """Return the first sentences of a text that fit into `width` columns, in one line.

    Where the first sentence is longer, it is cut at the end of a word.
    """
    text = " ".join(text.split())
    sentences = re.match(rf".{{1,{width - 2}}}[.!?][\"']?(?= |$)", text)
    if sentences and len(sentences[0]) >= min(40, len(text)):
        return sentences[0]
    return textwrap.shorten(text, width, placeholder="…")


def lines_since_commit() -> list[str]:
    """Return what differs from the run that git holds."""
    return change_lines(committed_run(), run_of_workspace())
