"""Builds index.html from what the stages wrote.

Everything is inline: the page can be mailed, archived, and opened without a
network. The same inputs give the same bytes.
"""

from __future__ import annotations

import csv
import json
import math
from html import escape
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from lmcore import paths
from lmcore.artifacts import atomic_directory, read_json, write_text
from lmcore.errors import LmcoreError
from lmcore.model import GPT
from lmcore.params import Params
from lmcore.report.charts import Line, line_chart
from lmcore.tokenizer import Tokenizer

_ASSETS = Path(__file__).parent / "assets"

# What the rows of the comparison are called, best known first.
_BASELINES = {
    "kneser_ney_trigram": "Kneser-Ney trigram",
    "bigram": "Kneser-Ney bigram",
    "unigram": "Unigram",
    "xz": "xz -9 compression",
    "uniform": "Uniform guess",
}


def write_report(params: Params, model: GPT, tokenizer: Tokenizer, folder: Path) -> None:
    """Writes `folder`/index.html; `LmcoreError` names an input that is missing."""
    evaluation = read_json(paths.METRICS / "evaluation.json")
    sections = [
        _summary(evaluation, read_json(paths.METRICS / "train.json")),
        _curves(),
        _comparison(evaluation),
        _samples(),
        _attention(model, tokenizer, params.report.attention_text),
        _surprise(),
        _facts(params),
        _parameters(params),
    ]
    css, script = ((_ASSETS / name).read_text("utf-8") for name in ("page.css", "page.js"))
    page = (_ASSETS / "page.html").read_text("utf-8")
    for mark, content in (("STYLE", css), ("MAIN", "\n".join(sections)), ("SCRIPT", script)):
        page = page.replace(f"<!--{mark}-->", content)
    with atomic_directory(folder) as partial:
        write_text(partial / "index.html", page)


def _section(title: str, body: str) -> str:
    name = f"heading-{title.lower()}"
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>\n{body}\n</section>'


def _summary(evaluation: dict[str, Any], train: dict[str, Any]) -> str:
    model = evaluation["model"]
    tiles = {
        "bits per byte": f"{model['bits_per_byte']:.3f}",
        "perplexity": f"{model['perplexity']:.2f}",
        "parameters": f"{train['parameters']:,}",
        "tokens trained on": f"{train['tokens_seen']:,}",
    }
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles.items())
    return _section("Summary", f"<p>{verdict(evaluation)}</p>\n<dl class='tiles'>{shown}</dl>")


def verdict(evaluation: dict[str, Any]) -> str:
    """What the figures say, in a sentence or two."""
    own = evaluation["model"]["bits_per_byte"]
    error = evaluation["model"]["bits_per_byte_standard_error"]
    baselines = evaluation["baselines"]
    beaten = [name for name in _BASELINES if own < baselines[name]["bits_per_byte"]]
    said = (
        f"The model needs {own:.3f} ± {error:.3f} bits for each byte of stories that it has not "
        f"seen. "
    )
    if beaten:
        best = beaten[0]
        said += (
            f"That is {1 - own / baselines[best]['bits_per_byte']:.0%} less than the best "
            f"baseline it beats ({_BASELINES[best]}, "
            f"{baselines[best]['bits_per_byte']:.3f}). "
        )
    else:
        said += "That is no better than guessing blindly. "
    if "floor" in evaluation:
        floor = evaluation["floor"]["bits_per_byte"]
        said += (
            f"No model can need fewer than {floor:.3f} on average, the entropy of the grammar "
            f"that told the stories: this one is {own / floor - 1:.0%} above it."
        )
    return said


def _curves() -> str:
    training = _rows(paths.PLOTS / "training.csv")
    validation = _rows(paths.PLOTS / "validation.csv")

    def line(name: str, rows: list[dict[str, float]], column: str) -> Line:
        return Line(name, [(row["step"], row[column]) for row in rows])

    charts = [
        line_chart(
            "Loss",
            "step",
            "nats per token",
            [line("training", training, "loss"), line("validation", validation, "loss")],
        ),
        line_chart("Learning rate", "step", "", [line("learning rate", training, "learning_rate")]),
        line_chart(
            "Gradient norm",
            "step",
            "before clipping",
            [line("gradient norm", training, "gradient_norm")],
        ),
        _position_chart(),
    ]
    return _section("Training", "\n".join(charts))


def _position_chart() -> str:
    """Loss by place in the context, averaged over stretches that double in length."""
    rows = _rows(paths.EVALUATION / "position_loss.csv")
    points, start = [], 0
    while start < len(rows):
        end = max(start + 1, math.ceil(1.25 * start))
        stretch = [row["loss"] for row in rows[start:end]]
        points.append((float(start), sum(stretch) / len(stretch)))
        start = end
    return line_chart(
        "Loss by place in the context",
        "tokens of context",
        "nats per token",
        [Line("loss", points)],
    )


def _comparison(evaluation: dict[str, Any]) -> str:
    entries = [("This model", evaluation["model"], "own")]
    entries += [(name, evaluation["baselines"][key], "") for key, name in _BASELINES.items()]
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
    return _section(
        "Comparison",
        "<table><caption>Bits per byte of the whole validation split; lower is better. "
        "The n-gram models are trained on the same tokens as the model.</caption>"
        "<thead><tr><th>Model</th><th>bits/byte</th><th>perplexity</th>"
        f'<th aria-hidden="true"></th></tr></thead><tbody>{rows}</tbody></table>',
    )


def _perplexity(figures: dict[str, float]) -> str:
    return f"{figures['perplexity']:,.1f}" if "perplexity" in figures else "–"


def _samples() -> str:
    stories = "".join(
        f"<blockquote><b>{escape(sample['prompt'])}</b>{_paragraphs(sample['text'])}</blockquote>"
        for sample in read_json(paths.SAMPLES / "samples.json")
    )
    quality = read_json(paths.METRICS / "samples.json")
    names = {
        "distinct_1": "different words / words",
        "distinct_2": "different word pairs / pairs",
        "repetition": "repeated runs of 4 words",
        "unknown_words": "words not in the training text",
        "longest_overlap": "longest run shared with a training story (words)",
    }
    rows = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td>{quality[kind][key]:.3g}</td>" for kind in ("samples", "real"))
        + "</tr>"
        for key, name in names.items()
    )
    table = (
        "<table><caption>The samples beside as many real stories</caption><thead><tr>"
        f"<th></th><th>samples</th><th>real</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    return _section("Samples", f"<p>As they came; prompts in bold.</p>{stories}{table}")


def _paragraphs(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _attention(model: GPT, tokenizer: Tokenizer, text: str) -> str:
    """The weights of every layer and head for a text; the script draws them."""
    ids = tokenizer.encode(text).astype(np.int32)[: model.config.context_length]
    weights = model.attention_weights(mx.array(ids[None]))
    data = {
        "tokens": [tokenizer.decode([index]) for index in ids],
        # Lower triangles in thousandths: what the causal mask hides is zero.
        "weights": [
            [
                [[round(1000 * w) for w in row[: place + 1]] for place, row in enumerate(head)]
                for head in np.array(layer[0]).tolist()
            ]
            for layer in weights
        ],
    }
    layers = _options("layer", len(weights))
    heads = _options("head", weights[0].shape[1])
    return _section(
        "Attention",
        "<p>How much each token (row) takes from each before it (column). "
        "Point at a cell, or move with the arrow keys, to read its weight.</p>"
        f'<p class="controls">{layers} {heads}</p>'
        '<div id="attention" tabindex="0" role="application" aria-label="Attention map"></div>'
        '<p id="attention-value" aria-live="polite">&nbsp;</p>'
        f'<script type="application/json" id="attention-data">{_json(data)}</script>',
    )


def _options(name: str, count: int) -> str:
    options = "".join(f"<option value='{i}'>{i + 1}</option>" for i in range(count))
    return f"<label>{name} <select id='attention-{name}'>{options}</select></label>"


def _json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _surprise() -> str:
    passage = read_json(paths.EVALUATION / "passage.json")
    spans = "".join(
        f'<span class="token" style="--s:{min(1.0, loss / 8):.2f}" '
        f'title="{escape(repr(token))}: {loss / math.log(2):.1f} bits">{_paragraphs(token)}</span>'
        for token, loss in zip(passage["tokens"], passage["loss"], strict=True)
    )
    return _section(
        "Surprise",
        "<p>The first validation story, cut into tokens. The darker a token, the less the "
        f"model expected it; pointing at one tells how many bits it cost.</p><p>{spans}</p>",
    )


def _facts(params: Params) -> str:
    manifest = read_json(paths.RAW / "manifest.json")
    tokens = read_json(paths.METRICS / "tokens.json")
    tokenizer = read_json(paths.METRICS / "tokenizer.json")
    facts = {
        "Source": f"{manifest['source']} (licence: {manifest['license']})",
        "Vocabulary": f"{tokenizer['vocab_size']:,} tokens, {tokenizer['merges']:,} merges",
    }
    for split, figures in tokens.items():
        facts[split.capitalize()] = (
            f"{figures['documents']:,} stories, {figures['bytes']:,} bytes, "
            f"{figures['tokens']:,} tokens, {figures['bytes_per_token']:.2f} bytes per token"
        )
    return _section("Data", _table("What the model was trained on", facts))


def _parameters(params: Params) -> str:
    tables = "".join(
        _table(name, {key: json.dumps(value) for key, value in section.items()})
        for name, section in params.model_dump().items()
    )
    return _section("Parameters", f'<div class="columns">{tables}</div>')


def _table(caption: str, rows: dict[str, str]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>'
        for key, value in rows.items()
    )
    return f"<table><caption>{escape(caption)}</caption><tbody>{body}</tbody></table>"


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
