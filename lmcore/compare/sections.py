"""The sections of a comparison: each states in sentences and a table what differs."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from lmcore.common.errors import LmcoreError, listing
from lmcore.common.json_files import read_json
from lmcore.common.units import LN2
from lmcore.compare.differences import changes, flatten
from lmcore.compare.measures import (
    Difference,
    difference,
    first_difference,
    fraction_cut_differently,
    relative_distance,
)
from lmcore.compare.revision import Out, Revision
from lmcore.evaluation.standard_error import Estimate, exponential
from lmcore.report.charts import Line, line_chart
from lmcore.tokenizer.tokenizer import Tokenizer

ARTIFACTS = ["raw", "tokenizer", "tokens", "model", "evaluation", "samples"]
_TOKENIZER = "data/tokenizer/tokenizer.json"
_FIGURES = {
    "evaluation": "data/evaluation/figures.json",
    "samples": "data/samples/quality.json",
    "train": "data/figures/train.json",
    "tokens": "data/figures/tokens.json",
    "tokenizer": "data/figures/tokenizer.json",
}
STORIES = "data/evaluation/stories.csv"
_DISTINGUISHABLE = 0.05  # the chance of so large a difference between equally good models
# Stories of the validation split that are cut with both tokenizers.
_SAMPLE = 500


@dataclass(frozen=True)
class Section:
    """A heading with what is to be said under it; `charts` only on the page.

    In the terminal long cells are cut, but not the last column of `reasons`.
    """

    title: str
    sentences: list[str]
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    charts: str = ""
    reasons: bool = False


def compare(a: Revision, b: Revision) -> list[Section]:
    """Return the answer, then what it rests on, then what caused it down to hashes and weights."""
    outcome = [answer, significance, _curves, _samples]
    cause = [_params, _metrics, _tokenizer, _shards, _artifacts, _weights]
    return [section(a, b) for section in [*outcome, *cause]]


def answer(a: Revision, b: Revision) -> Section:
    """Return which of the two models is better, and whether they are distinguishable."""
    paths, missing = _both(a, b, STORIES)
    if missing:
        return Section("Answer", missing)
    ours, theirs = (columns(path) for path in paths)
    bits = _difference_in_bits(a, b, ours, theirs)
    if bits.value == 0 and bits.standard_error == 0:
        return Section("Answer", [f"{b.name} needs as many bits as {a.name} for every story."])
    own, other = (side["nats"].sum() / LN2 / side["bytes"].sum() for side in (theirs, ours))
    if math.isnan(bits.p):
        certainty = "and one story alone does not tell how sure that is"
    elif bits.p < _DISTINGUISHABLE:
        certainty = "distinguishable"
    else:
        certainty = "not distinguishable: another draw of the stories could reverse it"
    return Section("Answer", [f"{better_or_worse(a.name, b.name, other, own)}, {certainty}."])


def better_or_worse(a: str, b: str, other: float, own: float) -> str:
    """Return which of A, with `other` bits per byte, and B, with its `own`, is better."""
    word = "better" if own < other else "worse"
    return f"{b} is {word} than {a}: {own:.3f} against {other:.3f} bits per byte"


def _difference_in_bits(
    a: Revision, b: Revision, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]
) -> Difference:
    """Return B minus A in bits per byte of the validation stories."""
    costs_a, costs_b = (side["nats"] / LN2 for side in (ours, theirs))
    paired = _are_paired(a, b, ours, theirs)
    return difference(ours["bytes"], costs_a, theirs["bytes"], costs_b, paired)


def _are_paired(
    a: Revision, b: Revision, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]
) -> bool:
    files_a, files_b = _validation_files(a), _validation_files(b)
    same_files = bool(files_a) and files_a == files_b
    return same_files and np.array_equal(ours["bytes"], theirs["bytes"])


def _artifacts(a: Revision, b: Revision) -> Section:
    rows = []
    sentences = ["By their hashes: those in dvc.lock, or of what lies in the workspace."]
    for name in (f"data/{artifact}" for artifact in ARTIFACTS):
        outs = [(side, side.out(name)) for side in (a, b)]
        sentences += [
            f"{name} of {side.name} is not what dvc.lock says; `dvc repro`, or `dvc checkout` "
            "after a change of commit, brings the two together."
            for side, out in outs
            if out is not None and not out.as_locked
        ]
        rows.append([name, _verdict(outs)])
    return Section("Artifacts", sentences, ["artifact", "verdict"], rows, reasons=True)


def _verdict(outs: list[tuple[Revision, Out | None]]) -> str:
    """Return whether an artifact is the same on both sides, and if not, why.

    The reasons are the inputs and parameters that differ, of the stage that wrote it.
    """
    if any(out is None for _, out in outs):
        return "not in " + listing([side.record for side, out in outs if out is None], "and")
    ours, theirs = (out for _, out in outs if out is not None)
    if ours.hash == theirs.hash:
        return "identical"
    unlocked = [side.name for side, out in outs if out is not None and not out.as_locked]
    if unlocked:
        return f"differs: not as dvc.lock says in {listing(unlocked, 'and')}"
    stages = ours.stage, theirs.stage
    deps_a, deps_b = ({dep["path"]: dep.get("md5") for dep in s.get("deps", [])} for s in stages)
    reasons = [name for name in sorted(deps_a | deps_b) if deps_a.get(name) != deps_b.get(name)]
    params = [flatten(stage.get("params", {}).get("params.yaml", {})) for stage in stages]
    reasons += [key for key, *_ in changes(*params)]
    other_machine = "the same inputs and parameters gave another result (another machine?)"
    return "differs: " + ("; ".join(reasons) or other_machine)


def _params(a: Revision, b: Revision) -> Section:
    rows = changes(a.params, b.params)
    sentences = [] if rows else ["Identical."]
    return Section("Parameters", sentences, ["parameter", a.name, b.name], rows)


def _metrics(a: Revision, b: Revision) -> Section:
    rows, sentences = [], []
    for kind, name in _FIGURES.items():
        paths, missing = _both(a, b, name)
        sentences += missing
        if not missing:
            figures_a, figures_b = (flatten(read_json(path)) for path in paths)
            rows += [[f"{kind}: {key}", *pair] for key, *pair in changes(figures_a, figures_b)]
    if not rows and not sentences:
        sentences = ["Identical."]
    return Section("Metrics", sentences, ["metric", a.name, b.name], rows)


def _both(a: Revision, b: Revision, name: str) -> tuple[list[Path], list[str]]:
    """Return the paths on both sides, and a sentence for each side that lacks it."""
    paths = [(side, side.path(name)) for side in (a, b)]
    missing = [
        f"{name} of {side.name} is neither in git nor in DVC's cache."
        for side, path in paths
        if path is None
    ]
    return [path for _, path in paths if path is not None], missing


def significance(a: Revision, b: Revision) -> Section:
    """Return what the two models cost per byte and per token of the validation stories."""
    title = "Significance"
    paths, missing = _both(a, b, STORIES)
    if missing:
        return Section(title, missing)
    ours, theirs = (columns(path) for path in paths)
    paired = _are_paired(a, b, ours, theirs)
    if paired and np.array_equal(ours["nats"], theirs["nats"]):
        return Section(title, ["Identical."])
    bits = _difference_in_bits(a, b, ours, theirs)
    sentences = [_needs(a, b, bits, "bits per byte")]
    if not _same_bytes(a, b, _TOKENIZER):
        sentences.append(
            "Loss and perplexity are per token and compare only with the same tokenizer."
        )
    elif "tokens" not in ours or "tokens" not in theirs:
        sentences.append(
            "Of loss and perplexity nothing is known: a stories.csv has no column tokens."
        )
    else:
        loss = difference(ours["tokens"], ours["nats"], theirs["tokens"], theirs["nats"], paired)
        factor = exponential(Estimate(loss.value, loss.standard_error))
        sentences.append(
            f"{_needs(a, b, loss, 'nats per token')} Perplexity is {factor.value:.4f} "
            f"± {_error_text(factor.standard_error)} times that of {a.name}, with the same z and p."
        )
    pairing = "paired by story" if paired else "not paired: the validation stories differ"
    return Section(title, [*sentences, f"± is one standard error, {pairing}; {_COVERED}"])


_COVERED = (
    "p is the chance of so large a difference between equally good models. Both cover the draw "
    "of the validation stories alone, not the training: two runs that differ in train.seed and "
    "nothing else can lie as far apart, with as small a p. To tell whether a change of "
    "parameters helps takes several seeds with it and several without."
)


def _needs(a: Revision, b: Revision, cost: Difference, unit: str) -> str:
    word = "fewer" if cost.value < 0 else "more"
    p = f"= {cost.p:.2g}" if cost.p >= 1e-9 else "< 1e-9"
    test = "z and p are unknown" if math.isnan(cost.z) else f"z = {cost.z:.2f}, p {p}"
    error = _error_text(cost.standard_error)
    return f"{b.name} needs {abs(cost.value):.4f} ± {error} {unit} {word} than {a.name}: {test}."


def _error_text(error: float) -> str:
    return "unknown" if math.isnan(error) else f"{error:.4f}"


def columns(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of a CSV file of numbers, (rows,) each, by name.

    Raises `LmcoreError` where the file is cut or has no rows.
    """
    try:
        with path.open(newline="") as file:
            head, *rows = csv.reader(file)
        return dict(zip(head, np.array(rows, np.float64).T, strict=True))
    except ValueError:
        raise LmcoreError(f"{path} is damaged: it is no table of numbers.") from None


def _same_bytes(a: Revision, b: Revision, name: str) -> bool:
    """Return whether a file exists on both sides and is the same."""
    paths, missing = _both(a, b, name)
    return not missing and paths[0].read_bytes() == paths[1].read_bytes()


def _validation_files(side: Revision) -> dict[str, str]:
    manifest = side.path("data/raw/manifest.json")
    return {} if manifest is None else read_json(manifest)["splits"]["validation"]["files"]


def _tokenizer(a: Revision, b: Revision) -> Section:
    title = "Tokenizer"
    paths, missing = _both(a, b, _TOKENIZER)
    if missing:
        return Section(title, missing)
    ours, theirs = (Tokenizer.load(path.parent) for path in paths)
    number = first_difference(ours.merges, theirs.merges)
    if paths[0].read_bytes() == paths[1].read_bytes():
        return Section(title, ["Identical."])
    if number is None:
        sentences = ["The merges are the same; the special tokens or the pattern differ."]
    else:
        merges = []
        for tokenizer in (ours, theirs):
            parts = tokenizer.merges[number] if number < len(tokenizer.merges) else ()
            texts = [repr(part.decode("utf-8", "backslashreplace")) for part in parts]
            merges.append(" + ".join(texts) or "none")
        sentences = [f"The first differing merge is number {number + 1}: {' and '.join(merges)}."]
    texts = _validation_texts(a)
    if texts:
        fraction = fraction_cut_differently(ours, theirs, texts)
        sentences.append(
            f"Of the first {len(texts)} validation stories of {a.name}, {fraction:.1%} of the "
            "bytes lie in a token that the other tokenizer cuts differently."
        )
    else:
        sentences.append(f"The validation stories of {a.name} are not in DVC's cache.")
    rows = [["vocabulary", *(f"{t.vocab_size:,}" for t in (ours, theirs))]]
    return Section(title, sentences, ["", a.name, b.name], rows)


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


def _shards(a: Revision, b: Revision) -> Section:
    rows, sentences = [], []
    for split in ("train", "validation"):
        paths, missing = _both(a, b, f"data/tokens/{split}/index.json")
        sentences += missing
        if missing:
            continue
        ours, theirs = (read_json(path) for path in paths)
        if ours["shards"] == theirs["shards"]:
            sentences.append(f"{split}: identical by SHA-256, {ours['tokens']:,} tokens.")
            continue
        rows += [
            [f"{split} {key}", f"{ours[key]:,}", f"{theirs[key]:,}"]
            for key in ("tokens", "documents")
        ]
    return Section("Shards", sentences, ["", a.name, b.name], rows)


def _weights(a: Revision, b: Revision) -> Section:
    import mlx.core as mx

    title = "Weights"
    paths, missing = _both(a, b, "data/model/model.safetensors")
    if missing:
        return Section(title, missing)
    if paths[0].read_bytes() == paths[1].read_bytes():
        return Section(title, ["Identical."])
    ours, theirs = (_arrays(path) for path in paths)
    rows = []
    for name in sorted(ours | theirs):
        shapes = [str(w[name].shape) if name in w else "absent" for w in (ours, theirs)]
        if shapes[0] == shapes[1]:
            pair = (np.array(w[name].astype(mx.float32)) for w in (ours, theirs))
            rows.append([name, f"{relative_distance(*pair):.4f}"])
        else:
            rows.append([name, f"shapes {shapes[0]} and {shapes[1]}"])
    return Section(title, ["Relative distance ||A - B|| / ||A||."], ["array", "distance"], rows)


def _arrays(path: Path) -> dict[str, Any]:
    """Return the arrays of a model by name; raises `LmcoreError` where the file is damaged."""
    import mlx.core as mx

    try:
        return mx.load(str(path))
    except RuntimeError as error:
        raise LmcoreError(f"{path} is not a readable safetensors file: {error}.") from None


def _curves(a: Revision, b: Revision) -> Section:
    sentences, charts = [], ""
    for name, split in (("training", "train"), ("validation", "validation")):
        paths, missing = _both(a, b, f"data/plots/{name}.csv")
        sizes, missing_sizes = _both(a, b, "data/figures/tokens.json")
        sentences += missing or missing_sizes
        if missing or missing_sizes:
            continue
        scales, unit = [1.0, 1.0], "nats per token"
        if not _same_bytes(a, b, _TOKENIZER):
            scales = [1 / LN2 / read_json(path)[split]["bytes_per_token"] for path in sizes]
            unit = "bits per byte"  # tokens differ
        curves = []
        for path, scale in zip(paths, scales, strict=True):
            rows = columns(path)
            losses = rows["loss"] * scale
            curves.append([*zip(rows["step"].tolist(), losses.tolist(), strict=True)])
        title = f"{name.capitalize()} loss"
        (*_, (_, last_a)), (*_, (_, last_b)) = curves
        same = ", identical" if paths[0].read_bytes() == paths[1].read_bytes() else ""
        sentences.append(f"{title} ends at {last_a:.4f} and {last_b:.4f} {unit}{same}.")
        sides = zip(("A", "B"), (a, b), curves, strict=True)
        lines = [Line(f"{letter}: {side.name}", curve) for letter, side, curve in sides]
        charts += line_chart(title, "step", unit, lines)
    return Section("Curves", sentences, charts=charts)


def _samples(a: Revision, b: Revision) -> Section:
    paths, missing = _both(a, b, "data/samples/samples.json")
    if missing:
        return Section("Samples", missing)
    ours: dict[str, str] = {}  # the first sample from each prompt
    theirs: dict[str, str] = {}
    for path, first_samples in zip(paths, (ours, theirs), strict=True):
        for sample in read_json(path):
            first_samples.setdefault(sample["prompt"], sample["text"])
    if ours == theirs:
        return Section("Samples", ["Identical."])
    rows = [[prompt, ours[prompt], theirs[prompt]] for prompt in ours if prompt in theirs]
    sentences = [] if rows else ["No prompt was given to both."]
    return Section("Samples", sentences, ["prompt", a.name, b.name], rows)
