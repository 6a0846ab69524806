"""The parts of a comparison: each says in sentences and a table what differs."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from lmcore.artifacts import read_json
from lmcore.compare.changes import changes, flatten
from lmcore.compare.measures import (
    bits_per_byte_difference,
    first_difference,
    relative_distance,
    share_cut_differently,
)
from lmcore.compare.revision import Revision
from lmcore.report.charts import Line, line_chart
from lmcore.tokenizer import Tokenizer

ARTIFACTS = ["raw", "tokenizer", "tokens", "model", "evaluation", "samples"]
_METRICS = ["tokenizer", "tokens", "train", "evaluation", "samples"]
# Stories of the validation split that are cut with both tokenizers.
_SAMPLE = 500


@dataclass(frozen=True)
class Part:
    """A heading with what is to be said under it; `charts` only on the page."""

    title: str
    sentences: list[str]
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    charts: str = ""


def compare(a: Revision, b: Revision) -> list[Part]:
    """Everything that can be said of two runs, the most important first."""
    sections = [_artifacts, _params, _significance, _metrics, _tokenizer, _shards, _weights]
    return [section(a, b) for section in [*sections, _curves, _samples]]


def _artifacts(a: Revision, b: Revision) -> Part:
    rows = []
    for name in (f"data/{artifact}" for artifact in ARTIFACTS):
        ours, theirs = a.out(name), b.out(name)
        missing = [side.name for side, out in ((a, ours), (b, theirs)) if out is None]
        if ours is None or theirs is None:
            rows.append([name, f"not in dvc.lock of {' and '.join(missing)}"])
        elif ours["md5"] == theirs["md5"]:
            rows.append([name, "identical"])
        else:
            rows.append([name, "differs: " + "; ".join(_reasons(ours["stage"], theirs["stage"]))])
    return Part("Artifacts", ["By their hashes in dvc.lock."], ["artifact", "verdict"], rows)


def _reasons(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """Which inputs and parameters of the stage that wrote an artifact differ."""
    ours, theirs = ({dep["path"]: dep.get("md5") for dep in s.get("deps", [])} for s in (a, b))
    names = [name for name in sorted(ours | theirs) if ours.get(name) != theirs.get(name)]
    params = [flatten(stage.get("params", {}).get("params.yaml", {})) for stage in (a, b)]
    names += [row[0] for row in changes(*params)]
    return names or ["the same inputs and parameters gave another result (another machine?)"]


def _params(a: Revision, b: Revision) -> Part:
    rows = changes(a.params, b.params)
    said = [] if rows else ["Identical."]
    return Part("Parameters", said, ["parameter", a.name, b.name], rows)


def _metrics(a: Revision, b: Revision) -> Part:
    rows, said = [], []
    for metric in _METRICS:
        paths, missing = _both(a, b, f"data/metrics/{metric}.json")
        said += missing
        if not missing:
            found = changes(*(flatten(read_json(path)) for path in paths))
            rows += [[f"{metric}: {row[0]}", *row[1:]] for row in found]
    return Part(
        "Metrics", said if rows or said else ["Identical."], ["metric", a.name, b.name], rows
    )


def _both(a: Revision, b: Revision, name: str) -> tuple[list[Path], list[str]]:
    """The paths on both sides, and a sentence for each side that lacks it."""
    found = [(side, side.path(name)) for side in (a, b)]
    missing = [
        f"{name} of {side.name} is neither in git nor in DVC's cache."
        for side, path in found
        if path is None
    ]
    return [path for _, path in found if path is not None], missing


def _significance(a: Revision, b: Revision) -> Part:
    title = "Bits per byte"
    paths, missing = _both(a, b, "data/evaluation/stories.csv")
    if missing:
        return Part(title, missing)
    (bytes_a, nats_a), (bytes_b, nats_b) = (_stories(path) for path in paths)
    paired = _same_validation(a, b) and np.array_equal(bytes_a, bytes_b)
    found = bits_per_byte_difference(bytes_a, nats_a, bytes_b, nats_b, paired)
    if found.value == 0 and paired:
        return Part(title, ["Identical."])
    how = "paired by story" if paired else "not paired: the validation stories differ"
    word = "fewer" if found.value < 0 else "more"
    return Part(
        title,
        [
            f"{b.name} needs {abs(found.value):.4f} ± {found.standard_error:.4f} bits per byte "
            f"{word} than {a.name} (± one standard error, {how}): "
            f"z = {found.z:.2f}, p {_chance(found.p)}."
        ],
    )


def _chance(p: float) -> str:
    return f"= {p:.2g}" if p >= 1e-9 else "< 1e-9"


def _stories(path: Path) -> tuple[np.ndarray, np.ndarray]:
    table = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    return table[:, 1], table[:, 2]


def _validation_files(side: Revision) -> dict[str, str]:
    manifest = side.path("data/raw/manifest.json")
    return {} if manifest is None else read_json(manifest)["splits"]["validation"]["files"]


def _same_validation(a: Revision, b: Revision) -> bool:
    ours = _validation_files(a)
    return bool(ours) and ours == _validation_files(b)


def _tokenizer(a: Revision, b: Revision) -> Part:
    title, name = "Tokenizer", "data/tokenizer/tokenizer.json"
    paths, missing = _both(a, b, name)
    if missing:
        return Part(title, missing)
    ours, theirs = (Tokenizer.load(path.parent) for path in paths)
    number = first_difference(ours.merges, theirs.merges)
    if paths[0].read_bytes() == paths[1].read_bytes():
        return Part(title, ["Identical."])
    said = []
    if number is None:
        said.append("The merges are the same; the special tokens or the pattern differ.")
    else:
        first, second = (_merge(t.merges, number) for t in (ours, theirs))
        said.append(f"The first differing merge is number {number + 1}: {first} and {second}.")
    texts = _validation_texts(a)
    if texts:
        share = share_cut_differently(ours, theirs, texts)
        said.append(
            f"Of the first {len(texts)} validation stories of {a.name}, {share:.1%} of the bytes "
            "lie in a token that the other tokenizer cuts differently."
        )
    else:
        said.append(f"The validation stories of {a.name} are not in DVC's cache.")
    rows = [["vocabulary", *(f"{t.vocab_size:,}" for t in (ours, theirs))]]
    return Part(title, said, ["", a.name, b.name], rows)


def _merge(merges: list[tuple[bytes, bytes]], number: int) -> str:
    if number >= len(merges):
        return "none"
    return " + ".join(repr(part.decode("utf-8", "backslashreplace")) for part in merges[number])


def _validation_texts(side: Revision) -> list[str]:
    texts: list[str] = []
    for name in sorted(_validation_files(side)):
        path = side.path(f"data/raw/{name}")
        if path is None or len(texts) >= _SAMPLE:
            break
        with pq.ParquetFile(path) as file:
            batches = file.iter_batches(_SAMPLE, columns=["text"])
            for batch in islice(batches, 1):
                texts += [text or "" for text in batch.column(0).to_pylist()]
    return texts[:_SAMPLE]


def _shards(a: Revision, b: Revision) -> Part:
    rows, said = [], []
    for split in ("train", "validation"):
        paths, missing = _both(a, b, f"data/tokens/{split}/index.json")
        said += missing
        if missing:
            continue
        ours, theirs = (read_json(path) for path in paths)
        if ours["shards"] == theirs["shards"]:
            said.append(f"{split}: identical by SHA-256, {ours['tokens']:,} tokens.")
            continue
        rows += [
            [f"{split} {key}", f"{ours[key]:,}", f"{theirs[key]:,}"]
            for key in ("tokens", "documents")
        ]
    return Part("Shards", said, ["", a.name, b.name], rows)


def _weights(a: Revision, b: Revision) -> Part:
    import mlx.core as mx

    title = "Weights"
    paths, missing = _both(a, b, "data/model/model.safetensors")
    if missing:
        return Part(title, missing)
    if paths[0].read_bytes() == paths[1].read_bytes():
        return Part(title, ["Identical."])
    ours, theirs = (mx.load(str(path)) for path in paths)
    rows = []
    for name in sorted(ours | theirs):
        shapes = [str(w[name].shape) if name in w else "absent" for w in (ours, theirs)]
        if shapes[0] == shapes[1]:
            pair = (np.array(w[name].astype(mx.float32)) for w in (ours, theirs))
            rows.append([name, f"{relative_distance(*pair):.4f}"])
        else:
            rows.append([name, f"shapes {shapes[0]} and {shapes[1]}"])
    return Part(title, ["Relative distance ||A - B|| / ||A||."], ["array", "distance"], rows)


def _curves(a: Revision, b: Revision) -> Part:
    said, charts = [], ""
    for name in ("training", "validation"):
        paths, missing = _both(a, b, f"data/plots/{name}.csv")
        said += missing
        if missing:
            continue
        if paths[0].read_bytes() == paths[1].read_bytes():
            said.append(f"{name}: identical.")
        sides = zip(("A", "B"), (a, b), paths, strict=True)
        lines = [Line(f"{letter}: {side.name}", _loss(path)) for letter, side, path in sides]
        charts += line_chart(f"{name.capitalize()} loss", "step", "nats per token", lines)
    return Part("Curves", said, charts=charts)


def _loss(path: Path) -> list[tuple[float, float]]:
    with path.open(newline="") as file:
        return [(float(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]


def _samples(a: Revision, b: Revision) -> Part:
    paths, missing = _both(a, b, "data/samples/samples.json")
    if missing:
        return Part("Samples", missing)
    ours, theirs = (_by_prompt(read_json(path)) for path in paths)
    if ours == theirs:
        return Part("Samples", ["Identical."])
    rows = [[prompt, ours[prompt], theirs[prompt]] for prompt in ours if prompt in theirs]
    said = [] if rows else ["No prompt was given to both."]
    return Part("Samples", said, ["prompt", a.name, b.name], rows)


def _by_prompt(samples: list[dict[str, str]]) -> dict[str, str]:
    """The first sample from each prompt."""
    found: dict[str, str] = {}
    for sample in samples:
        found.setdefault(sample["prompt"], sample["text"])
    return found
