"""What a run ends with: five lines for the terminal, and what it changed."""

from __future__ import annotations

import re
from typing import Any

from lmcore.common import paths
from lmcore.common.checksums import CHECKSUMS, remake, verify_checksums, verify_file
from lmcore.common.json_files import read_json
from lmcore.compare.last_commit import change_lines, committed_run, run_of_workspace

RECORD = "git add params.yaml dvc.lock data/metrics data/plots && git commit -m 'A run'"
_BITS = {"bits_per_byte": float}
_FIGURES = {"model": _BITS, "baselines": {"kneser_ney_trigram": _BITS}}
_STORY_LENGTH = 160  # characters


def result_lines() -> list[str]:
    """Return the figure, a story's beginning, the page, what to do next and how to record it.

    Raises `LmcoreError` where a file is damaged.
    """
    verify_checksums(paths.SAMPLES, remake("sample"))
    verify_checksums(paths.EVALUATION, remake("evaluate"))
    sums = paths.EVALUATION / CHECKSUMS
    headline = read_json(sums, {paths.HEADLINE: str}, remake("evaluate"))[paths.HEADLINE]
    verify_file(paths.METRICS, "evaluation.json", headline, sums, remake("evaluate"))
    return [
        _figure(read_json(paths.EVALUATION / "figures.json", _FIGURES)),
        _story(read_json(paths.SAMPLES / "samples.json", [{"prompt": str, "text": str}])),
        f"The page:  {(paths.REPORT / 'index.html').resolve()}",
        "Next:      change a line of params.yaml, or write with the model: "
        "python -m stages.sample --interactive",
        f"To record: {RECORD}",
    ]


def lines_since_commit() -> list[str]:
    """Return what differs from the run that git holds."""
    return change_lines(committed_run(), run_of_workspace())


def _figure(figures: dict[str, Any]) -> str:
    bits = figures["model"]["bits_per_byte"]
    trigram = figures["baselines"]["kneser_ney_trigram"]["bits_per_byte"]
    text = f"{bits:.3f} bits per byte of unseen stories"
    if "floor" in figures:
        floor = figures["floor"]["bits_per_byte"]
        text += f", {bits / floor - 1:.1%} above the floor ({floor:.3f})"
    return f"Result:    {text}; a trigram model: {trigram:.3f}"


def _story(samples: list[dict[str, str]]) -> str:
    text = " ".join((samples[0]["prompt"] + samples[0]["text"]).split())
    if len(text) > _STORY_LENGTH:
        sentences = re.match(rf".{{40,{_STORY_LENGTH}}}[.!?][\"']?(?= )", text)
        text = sentences[0] if sentences else text[:_STORY_LENGTH] + "…"
    return f"A story:   {text}"
