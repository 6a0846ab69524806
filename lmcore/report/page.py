"""Builds index.html from what the stages wrote.

Everything is inline: the page can be mailed, archived, and opened without a
network. The same inputs give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lmcore.common import paths
from lmcore.common.atomic_files import atomic_directory, write_text
from lmcore.common.json_files import read_json
from lmcore.common.params import Params
from lmcore.model import GPT
from lmcore.report.coherence import coherence_section, copying_section, violation_of
from lmcore.report.comparison import comparison_section
from lmcore.report.curves import training_section
from lmcore.report.elements import key_table, page_of, section, table
from lmcore.report.inside import (
    attention_section,
    embedding_section,
    experts_section,
    surprise_section,
)
from lmcore.report.interpretability import interpretability_section
from lmcore.report.live import live_model
from lmcore.report.opening import opening_section, story
from lmcore.tokenizer.tokenizer import Tokenizer

# What the page needs of figures that lie alone, without a folder's checksums.
_TRAIN = {
    "parameters": int,
    "tokens_seen": int,
    "final_validation_loss": float,
    "best_validation_loss": float,
}
_SPLIT = {"documents": int, "bytes": int, "tokens": int, "bytes_per_token": float}


def write_report(params: Params, model: GPT, tokenizer: Tokenizer, folder: Path) -> None:
    """Write `folder`/index.html; `LmcoreError` names an input that is missing."""
    evaluation = read_json(paths.EVALUATION / "figures.json")
    manifest = read_json(paths.RAW / "manifest.json", {"source": str, "license": str})
    passage = read_json(paths.EVALUATION / "passage.json")
    favourites = read_json(paths.EVALUATION / "experts.json")
    train = read_json(paths.FIGURES / "train.json", _TRAIN)
    samples = read_json(paths.SAMPLES / "samples.json")
    coherence = _optional(paths.EVALUATION / "coherence.json")
    copying = _optional(paths.EVALUATION / "copying.json")
    stories = _opening_stories(samples, coherence)
    live = live_model(model, tokenizer, params)
    parameters = "".join(
        key_table(name, dict(_flat(values))) for name, values in params.model_dump().items()
    )
    sections = [
        opening_section(evaluation, train, stories, coherence, manifest["source"]),
        coherence_section(coherence),
        live.section,
        training_section(train, evaluation),
        copying_section(copying),
        comparison_section(evaluation, manifest["source"]),
        section(
            "Samples",
            f"<details><summary>All {len(samples)} stories</summary>"
            f"{''.join(map(story, samples))}</details>{_quality()}",
        ),
        surprise_section(passage, model, tokenizer, evaluation["windows"]["stride"]),
        # A page that runs the model shows the attention of any text.
        "" if live.embedded else attention_section(model, tokenizer, params.report.attention_text),
        interpretability_section(_optional(paths.INSIDE / "inside.json")),
        embedding_section(model, tokenizer),
        experts_section(evaluation.get("experts", {}), favourites),
        _facts(manifest),
        section("Parameters", f'<div class="columns">{parameters}</div>'),
    ]
    page = page_of("report of a run", sections, live.scripts)
    with atomic_directory(folder) as partial:
        write_text(partial / "index.html", page)


def _optional(path: Path) -> Any:
    """Return the content of a JSON file that not every run has, or None."""
    return read_json(path, dict) if path.exists() else None


def _opening_stories(
    samples: list[dict[str, Any]], coherence: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return the stories of the coherence check, with its verdict, or else the samples."""
    checked = [] if coherence is None else coherence["samples"]
    if not any("valid" in story for story in checked):
        return samples
    return [
        {"prompt": "", "text": story["text"], "violation": violation_of(story)} for story in checked
    ]


def _quality() -> str:
    """Return figures of the samples beside those of real stories."""
    figures = read_json(paths.SAMPLES / "quality.json")
    stories, searched = (figures["training"][key] for key in ("stories", "stories_searched"))
    names = {
        "words": "Words",
        "distinct_1": "Different words / words",
        "distinct_2": "Different word pairs / pairs",
        "repetition": "Repeated runs of 4 words",
        "unknown_words": "Words not in the training stories",
        "longest_overlap": "Longest run shared with a training story (words)",
    }
    rows = []
    for key, name in names.items():
        values = [figures[kind][key] for kind in ("samples", "real")]  # counts or shares
        rows.append([name, *(f"{v:,}" if isinstance(v, int) else f"{v:.3f}" for v in values)])
    caption = (
        "The words that the model wrote, the prompts left out, beside as many words of as many "
        "real stories, as many at their start left out."
    )
    if searched < stories:
        caption += (
            f" Only the first {searched:,} of {stories:,} training stories were searched: the "
            "longest run is at least, and the words not in them are at most, what this table says."
        )
    return table(caption, ["Measure", "samples", "real"], rows)


def _facts(manifest: dict[str, Any]) -> str:
    tokens = read_json(paths.FIGURES / "tokens.json", {"train": _SPLIT, "validation": _SPLIT})
    tokenizer = read_json(paths.FIGURES / "tokenizer.json", {"vocab_size": int, "merges": int})
    facts = {
        "Source": manifest["source"],
        "Licence": manifest["license"],
        "Vocabulary": f"{tokenizer['vocab_size']:,} tokens, {tokenizer['merges']:,} merges",
    }
    rows = [
        [
            split.capitalize(),
            *(f"{figures[key]:,}" for key in ("documents", "bytes", "tokens")),
            f"{figures['bytes_per_token']:.2f}",
        ]
        for split, figures in tokens.items()
    ]
    head = ["Split", "stories", "bytes", "tokens", "bytes/token"]
    body = key_table("The text", facts) + table("The splits", head, rows)
    return section("Data", body, "tokenization")


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return `moe: {experts: 0}` as `moe.experts: 0`, values as params.yaml writes them."""
    flat = []
    for key, value in values.items():
        if isinstance(value, dict):
            flat += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            flat.append((prefix + key, "; ".join(map(str, value))))
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            flat.append((prefix + key, text))
    return flat
