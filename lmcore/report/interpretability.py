"""What the parts of the model do, measured: data/inside/inside.json as maps of heads.

The maps of head scores and the text follow a slider over the kept checkpoints; the
script fills in the figures of the chosen one. Without a script, the last is shown.
"""

from __future__ import annotations

from html import escape
from typing import Any

from lmcore.report.charts import Line, line_chart
from lmcore.report.elements import inline_json, lines_of, section

# The scores of a head, what they are called, and what they mean.
_SCORES = {
    "previous_token": ("Previous token", "looks at the token before"),
    "duplicate_token": ("Duplicate token", "looks at the same token where it stood earlier"),
    "induction": ("Induction", "looks at what followed the same token earlier"),
}

Map = list[list[float]]  # [layer][head]
Cells = list[list[tuple[str, float]]]  # text and shade of each


def interpretability_section(inside: dict[str, Any] | None) -> str:
    """Return what each head and feed-forward does, and when it came to do it."""
    if inside is None:
        return ""
    checkpoints = [
        *({"name": f"step {entry['step']:,}", **entry} for entry in inside["checkpoints"])
    ] or [{"name": "the final weights", **inside, "text": ""}]
    body = _slider(checkpoints) + _ablation(inside["ablation"], inside["logit_lens"])
    if "patching" in inside:
        body += _patching(inside["patching"])
    body += _scores(checkpoints[-1]) + _births(inside["checkpoints"]) + _texts(checkpoints)
    return section("Inside", body, "inside")


def _ablation(ablation: dict[str, Any], lens: list[float]) -> str:
    """Return what removing each part costs, and what each layer knows."""
    return (
        "<p>What the model loses without a part: bits per byte more than the "
        f"{ablation['bits_per_byte']:.3f} of the whole model (of the final weights), on the first "
        "windows of the validation split. The output of one head, or of one feed-forward, is set "
        "to 0. Below it: the bits per byte of each layer, read as if it were the last one.</p>"
        + _map(
            "Bits per byte more without each part",
            _cells(_costs(ablation), signed=True),
            name="ablation",
            extra="Feed-forward",
        )
        + _map(
            "Bits per byte if the model ended after a layer; 0 is the embedding (logit lens)",
            _lens_cells(lens),
            name="lens",
            heading="Layer",
            first=0,
        )
    )


def _costs(ablation: dict[str, Any]) -> Map:
    """Return what removing each head, and last the feed-forward, of each layer costs."""
    whole = ablation["bits_per_byte"]
    return [
        [value - whole for value in [*row, feed_forward]]
        for row, feed_forward in zip(ablation["heads"], ablation["feed_forwards"], strict=True)
    ]


def _patching(patching: dict[str, Any]) -> str:
    """Return which heads carry the hero's name."""
    difference = patching["logit_difference"]
    return (
        f"<p>Which heads carry the name? {patching['pairs']} pairs of stories differ in the "
        "hero's name alone. Where the name comes again, the model prefers a story's own name by "
        f"{difference['own_story']:.2f} in logits, and by {difference['other_story']:.2f} after "
        "the other story. A head's output, taken from the one story and put into the other, "
        "brings back this share of the difference (1: all of it).</p>"
        + _map(
            "The share that a head brings back",
            _cells(patching["recovered"], signed=True),
            name="patching",
        )
    )


def _slider(checkpoints: list[dict[str, Any]]) -> str:
    """Return the slider over the checkpoints, and what the script shows for each of them."""
    data = []
    for entry in checkpoints:
        maps = {score: _cells(entry["head_scores"][score]) for score in _SCORES}
        maps |= {
            "ablation": _cells(_costs(entry["ablation"]), signed=True),
            "lens": _lens_cells(entry["logit_lens"]),
        }
        if "patching" in entry:
            maps["patching"] = _cells(entry["patching"]["recovered"], signed=True)
        data.append({"name": entry["name"], "maps": maps, "text": entry["text"]})
    if len(checkpoints) == 1:
        return ""
    return (
        '<p class="sliders"><label for="inside-step">Weights of '
        f'<output id="inside-name">{checkpoints[-1]["name"]}</output><input id="inside-step" '
        f'type="range" min="0" max="{len(checkpoints) - 1}" step="1" '
        f'value="{len(checkpoints) - 1}"></label></p>'
        '<p id="inside-text" aria-live="polite"></p>' + inline_json("inside-data", data)
    )


def _scores(last: dict[str, Any]) -> str:
    """Return the maps of head scores."""
    maps = "".join(
        _map(f"{title}: {meaning}", _cells(last["head_scores"][score]), name=score)
        for score, (title, meaning) in _SCORES.items()
    )
    return (
        "<p>What kind of head each is, on random tokens that stand twice in a row: the mean "
        f'attention of the second half.</p><div class="maps">{maps}</div>'
    )


def _births(checkpoints: list[dict[str, Any]]) -> str:
    """Return when the strongest head of each kind appeared, and when copying did."""
    if not checkpoints:
        return ""
    scores = [
        Line(
            title.lower(),
            [
                (float(entry["step"]), max(map(max, entry["head_scores"][score])))
                for entry in checkpoints
            ],
        )
        for score, (title, _) in _SCORES.items()
    ]
    halves = [
        Line(
            f"{which} half",
            [
                (float(entry["step"]), entry["head_scores"]["copying_nats"][number])
                for entry in checkpoints
            ],
        )
        for number, which in enumerate(("first", "second"))
    ]
    return (
        '<div class="pair">'
        + line_chart("The strongest head", "step", "score", scores, wide=False, log_x=True)
        + line_chart("Random tokens", "step", "nats per token", halves, wide=False, log_x=True)
        + "</div>"
    )


def _texts(checkpoints: list[dict[str, Any]]) -> str:
    """Return what the model made of the same prompt at each checkpoint."""
    if not checkpoints[-1]["text"]:
        return ""
    items = "".join(
        f"<dt>{escape(entry['name'].capitalize())}</dt><dd>{lines_of(entry['text'])}</dd>"
        for entry in checkpoints
    )
    return (
        "<details><summary>The same prompt, the likeliest tokens, at each checkpoint"
        f'</summary><dl class="texts">{items}</dl></details>'
    )


def _cells(values: Map, signed: bool = False) -> Cells:
    """Return the text and the shade, 0 to 1, of each value: the square root of its size."""
    largest = max(1e-9, max(abs(value) for row in values for value in row)) if signed else 1.0
    return [
        [
            (
                f"{value:{'+.3f' if signed else '.2f'}}",
                round(min(1.0, max(0.0, value) / largest) ** 0.5, 3),
            )
            for value in row
        ]
        for row in values
    ]


def _lens_cells(lens: list[float]) -> Cells:
    """Return the bits per byte after each layer as one row, without shades."""
    return [[(f"{value:.3f}", 0.0) for value in lens]]


def _map(
    caption: str,
    cells: Cells,
    *,
    name: str,
    extra: str = "",
    heading: str = "Head",
    first: int = 1,
) -> str:
    """Return cells of [layer][head] as a table, which the script may fill anew.

    `extra` is the heading of one more column, `heading` that of the rows' own, and
    `first` the number of the first of the other columns. A single row has no name.
    """
    heads = len(cells[0]) - bool(extra)
    head = "".join(f'<th scope="col">{number + first}</th>' for number in range(heads))
    head += f'<th scope="col">{extra}</th>' if extra else ""
    rows = "".join(
        f'<tr><th scope="row">{f"Layer {layer + 1}" if len(cells) > 1 else "Bits/byte"}</th>'
        + "".join(f'<td style="--s:{shade:.3f}">{text}</td>' for text, shade in row)
        + "</tr>"
        for layer, row in enumerate(cells)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="head-map" data-score="{name}"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{escape(heading)}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
