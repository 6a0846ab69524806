"""Builds index.html from what the stages wrote.

Everything is inline: the page can be mailed, archived, and opened without a
network. The same inputs give the same bytes.
"""

from __future__ import annotations

import csv
import math
from html import escape
from pathlib import Path
from statistics import fmean
from typing import Any

from lmcore.common import paths
from lmcore.common.atomic_files import atomic_directory, write_text
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.common.params import Params
from lmcore.model import GPT
from lmcore.report.change import change_section, committed_run, run_of_workspace
from lmcore.report.charts import MAX_POINTS, Line, line_chart, short
from lmcore.report.elements import key_table, lines_of, page_of, section, table
from lmcore.report.inside import attention_section, experts_section, surprise_section
from lmcore.report.live import live_model
from lmcore.report.published import PUBLISHED
from lmcore.tokenizer.tokenizer import Tokenizer

# What the rows of the comparison are called, best known first.
_BASELINES = {
    "kneser_ney_trigram": "Kneser-Ney trigram",
    "bigram": "Kneser-Ney bigram",
    "unigram": "Unigram",
    "xz": "xz -9 compression",
    "zstd": "zstd -22 compression",
    "uniform": "Uniform guess",
}


def write_report(params: Params, model: GPT, tokenizer: Tokenizer, folder: Path) -> None:
    """Writes `folder`/index.html; `LmcoreError` names an input that is missing."""
    evaluation = read_json(paths.METRICS / "evaluation.json")
    manifest = read_json(paths.RAW / "manifest.json")
    passage = read_json(paths.EVALUATION / "passage.json")
    favourites = read_json(paths.EVALUATION / "experts.json")
    train = read_json(paths.METRICS / "train.json")
    live = live_model(model, tokenizer, params)
    sections = [
        _summary(evaluation, train, manifest["source"]),
        _comparison(evaluation, manifest["source"]),
        change_section(committed_run(), run_of_workspace()),
        _curves(train),
        _samples(),
        live.section,
        surprise_section(passage),
        # A page that runs the model shows the attention of any text.
        "" if live.embedded else attention_section(model, tokenizer, params.report.attention_text),
        experts_section(evaluation.get("experts", {}), favourites),
        _facts(manifest),
        _parameters(params),
    ]
    page = page_of("report of a run", sections, live.scripts)
    with atomic_directory(folder) as partial:
        write_text(partial / "index.html", page)


def _summary(evaluation: dict[str, Any], train: dict[str, Any], source: str) -> str:
    model = evaluation["model"]
    tiles = {
        "bits per byte": f"{model['bits_per_byte']:.3f}",
        "perplexity per token": f"{model['perplexity']:.2f}",
        "parameters": f"{train['parameters']:,}",
        "tokens trained on": f"{train['tokens_seen']:,}",
    }
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles.items())
    said = "".join(f"<p>{sentence}</p>" for sentence in verdict(evaluation, source))
    return section("Summary", f'<div class="lead">{said}</div>\n<dl class="tiles">{shown}</dl>')


def verdict(evaluation: dict[str, Any], source: str) -> list[str]:
    """What the figures say, in a few sentences."""
    model = evaluation["model"]
    own = model["bits_per_byte"]
    said = [
        f"The model needs <strong>{_sure(model, 'bits_per_byte', 3)} bits</strong> for each byte "
        "of stories it has not seen; fewer is better, 8 would be no knowledge at all. Per token "
        f"its loss is {_sure(model, 'loss', 3)} nats, its perplexity "
        f"{_sure(model, 'perplexity', 2)} (± one standard error, of the draw of the stories)."
    ]
    baselines = evaluation["baselines"]
    best = min(baselines, key=lambda name: baselines[name]["bits_per_byte"])
    bits = baselines[best]["bits_per_byte"]
    if own < bits:
        said.append(
            f"That is {1 - own / bits:.0%} fewer than the best baseline, "
            f"{_in_sentence(best)} ({bits:.3f}){_caveat(evaluation)}."
        )
    else:
        said.append(
            f"That is no better than the best baseline, {_in_sentence(best)} ({bits:.3f}), which "
            "only counts: the model is too small or trained too briefly."
        )
    if "floor" in evaluation:
        floor = evaluation["floor"]["bits_per_byte"]
        said.append(
            f"No model can need fewer than {floor:.3f} on average, the entropy of the grammar "
            f"that told the stories: this one is {own / floor - 1:.0%} above it."
        )
    if source == "tinystories":
        said.append(_grade(own))
    return said


def _caveat(evaluation: dict[str, Any]) -> str:
    """That the n-gram models know only a part of the training split, where they do."""
    if "n_grams" not in evaluation:
        return ""
    counted = evaluation["n_grams"]
    return (
        f"; but the n-gram models count only {counted['tokens_counted']:,} of the "
        f"{counted['train_tokens']:,} training tokens"
    )


def _sure(figures: dict[str, float | None], name: str, digits: int) -> str:
    """A figure and its standard error, which one story alone does not tell."""
    error = figures[f"{name}_standard_error"]
    said = "unknown" if error is None else f"{error:.{digits}f}"
    return f"{figures[name]:.{digits}f} ± {said}"


def _grade(bits_per_byte: float) -> str:
    """Where a model of the full TinyStories stands."""
    for most, word in ((0.48, "great"), (0.51, "good"), (0.70, "sound")):
        if bits_per_byte <= most:
            return f"For TinyStories that is {word}: at most {most:.2f}."
    return "For TinyStories a sound model needs at most 0.70, a good one 0.51."


def _in_sentence(baseline: str) -> str:
    return {
        "kneser_ney_trigram": "a Kneser-Ney trigram",
        "bigram": "a Kneser-Ney bigram",
        "unigram": "token frequencies",
        "xz": "xz -9 compression",
        "zstd": "zstd -22 compression",
        "uniform": "a uniform guess",
    }[baseline]


def _curves(train: dict[str, Any]) -> str:
    training = _rows(paths.PLOTS / "training.csv")
    validation = _rows(paths.PLOTS / "validation.csv")

    def line(name: str, rows: list[dict[str, float]], column: str) -> Line:
        return Line(name, [(row["step"], row[column]) for row in rows])

    loss = [line("training", training, "loss"), line("validation", validation, "loss")]
    rate = line("learning rate", training, "learning_rate")
    norm = line("gradient norm", training, "gradient_norm")
    body = (
        f"<p>Over {training[-1]['step']:,.0f} steps the validation loss fell to "
        f"{short(train['best_validation_loss'])} at best and ended at "
        f"{short(train['final_validation_loss'])} nats per token."
        f"{_thinning(len(training))}</p>"
        + line_chart("Loss", "step", "nats per token", loss)
        + '<div class="pair">'
        + line_chart("Learning rate", "step", "", [rate], wide=False)
        + line_chart("Gradient norm", "step", "before clipping", [norm], wide=False)
        + "</div>"
        + position_chart()
    )
    return section("Training", body)


def _thinning(steps: int) -> str:
    if steps <= MAX_POINTS:
        return ""
    return " Each point of a curve is the mean of a few neighbouring steps."


def position_chart() -> str:
    """Loss by place in the context, averaged over stretches of places that lengthen.

    The losses at neighbouring places are not independent, so the error of a
    stretch is given as the mean of theirs: it is at most that.
    """
    rows = _rows(paths.EVALUATION / "position_loss.csv")
    points, errors, start = [], [], 0
    while start < len(rows):
        end = max(start + 1, start + start // 4)
        stretch = rows[start:end]
        points.append((float(start + 1), fmean(row["loss"] for row in stretch)))
        errors.append(fmean(row["standard_error"] for row in stretch))
        start = end
    known = not any(map(math.isnan, errors))
    return line_chart(
        "Loss by length of context",
        "tokens of context",
        "nats per token" + (", the band at most one standard error" if known else ""),
        [Line("loss", points, errors if known else None)],
        log_x=True,
    )


def _comparison(evaluation: dict[str, Any], source: str) -> str:
    entries = [("This model", evaluation["model"], "own")]
    entries += [
        (name, evaluation["baselines"][key], "")
        for key, name in _BASELINES.items()
        if key in evaluation["baselines"]
    ]
    if "floor" in evaluation:
        entries.append(("Entropy of the source (the floor)", evaluation["floor"], "floor"))
    entries.sort(key=lambda entry: entry[1]["bits_per_byte"])
    most = entries[-1][1]["bits_per_byte"]
    rows = "".join(
        f'<tr class="{kind}"><th scope="row">{escape(name)}</th>'
        f"<td>{figures['bits_per_byte']:.3f}</td><td>{_perplexity(figures)}</td>"
        f'<td class="bar" aria-hidden="true">'
        f'<span style="width:{figures["bits_per_byte"] / most:.1%}"></span></td></tr>'
        for name, figures, kind in entries
    )
    return section(
        "Comparison",
        f"<table><caption>Bits per byte of the whole validation split; lower is better. "
        f"{_conditions(evaluation)}</caption>"
        '<thead><tr><th scope="col">Model</th><th scope="col">bits/byte</th>'
        '<th scope="col">perplexity</th><th aria-hidden="true"></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>" + ("" if source == "builtin" else _published()),
    )


def _conditions(evaluation: dict[str, Any]) -> str:
    """What the figures were made with."""
    windows = evaluation["windows"]
    said = (
        f"The model sees at most {windows['context_length']:,} tokens before each, in windows "
        f"that move on by {windows['stride']:,}; the n-gram models count the training split"
    )
    if "n_grams" in evaluation:
        counted = evaluation["n_grams"]
        said += (
            f", of whose {counted['train_tokens']:,} tokens the first {counted['tokens_counted']:,}"
        )
    return said + "."


def _published() -> str:
    """What others reached on TinyStories; the built-in stories are another language."""
    rows = [
        [
            result.name,
            result.source,
            result.tokenizer,
            f"{result.loss:.3f}",
            f"{result.bytes_per_token:.2f}",
            f"{result.bits_per_byte:.2f}",
            result.comparable,
        ]
        for result in PUBLISHED
    ]
    caption = (
        "Published results for TinyStories, of use where this run's text is TinyStories too; "
        "bits/byte = nats/token / ln 2 / (bytes/token)."
    )
    head = ["Result", "source", "tokenizer", "nats/token", "bytes/token", "bits/byte"]
    head.append("comparable?")
    return table(caption, head, rows)


def _perplexity(figures: dict[str, float]) -> str:
    return f"{figures['perplexity']:,.1f}" if "perplexity" in figures else "–"


def _samples() -> str:
    stories = "".join(
        f"<blockquote><b>{lines_of(sample['prompt'])}</b>{lines_of(sample['text'])}</blockquote>"
        for sample in read_json(paths.SAMPLES / "samples.json")
    )
    return section("Samples", f"<p>As they came; prompts in bold.</p>{stories}{_quality()}")


def _quality() -> str:
    """Figures of the samples beside those of real stories."""
    figures = read_json(paths.METRICS / "samples.json")
    stories, searched = (figures["training"][key] for key in ("stories", "stories_searched"))
    names = {
        "words": "Words",
        "distinct_1": "Different words / words",
        "distinct_2": "Different word pairs / pairs",
        "repetition": "Repeated runs of 4 words",
        "unknown_words": "Words not in the training stories",
        "longest_overlap": "Longest run shared with a training story (words)",
    }
    rows = [
        [name, *(short(figures[kind][key]) for kind in ("samples", "real"))]
        for key, name in names.items()
    ]
    caption = (
        "The words that the model wrote, the prompts left out, beside as many words of as many "
        "real stories, as many at their start left out."
    )
    if searched < stories:
        caption += (
            f" Only the first {searched:,} of {stories:,} training stories were searched: the "
            "longest run is at least, and the words not in them are at most, what is told here."
        )
    return table(caption, ["", "samples", "real"], rows)


def _facts(manifest: dict[str, Any]) -> str:
    tokens = read_json(paths.METRICS / "tokens.json")
    tokenizer = read_json(paths.METRICS / "tokenizer.json")
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
    return section("Data", key_table("The text", facts) + table("The splits", head, rows))


def _parameters(params: Params) -> str:
    tables = "".join(
        key_table(name, dict(_flat(values))) for name, values in params.model_dump().items()
    )
    return section("Parameters", f'<div class="columns">{tables}</div>')


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """`moe: {experts: 0}` as `moe.experts`, values as params.yaml writes them."""
    found = []
    for key, value in values.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            found.append((prefix + key, "; ".join(map(str, value))))
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            found.append((prefix + key, text))
    return found


def _rows(path: Path) -> list[dict[str, float]]:
    try:
        with path.open(newline="") as file:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    except FileNotFoundError:
        raise LmcoreError(f"{path} does not exist; `dvc repro` makes it.") from None
    except (TypeError, ValueError) as error:
        raise LmcoreError(f"{path} is damaged: {error}.") from None
    if not rows:
        raise LmcoreError(f"{path} has no rows.")
    return rows
