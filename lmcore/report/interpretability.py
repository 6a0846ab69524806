"""What the parts of the model do, measured: data/inside/inside.json as maps of heads.

The maps of head scores and the text follow a slider over the kept checkpoints; the
script fills in the figures of the chosen one. Without a script, the last is shown.
"""

from __future__ import annotations

from html import escape
from typing import Any

from lmcore.report.charts import Line, line_chart
from lmcore.report.elements import inline_json, lines_of, section, table

# The scores of a head, what they are called, and what they mean.
_SCORES = {
    "previous_token": ("Previous token", "looks at the token before"),
    "duplicate_token": ("Duplicate token", "looks at the same token where it stood earlier"),
    "induction": ("Induction", "looks at what followed the same token earlier"),
}

Map = list[list[float]]  # [layer][head]


def interpretability_section(inside: dict[str, Any] | None) -> str:
    """Return what each head and feed-forward does, and when it came to do it."""
    if inside is None:
        return ""
    checkpoints = [
        *({"name": f"step {entry['step']:,}", **entry} for entry in inside["checkpoints"])
    ] or [{"name": "the final weights", "head_scores": inside["head_scores"], "text": ""}]
    body = _ablation(inside["ablation"], inside["logit_lens"])
    if "patching" in inside:
        body += _patching(inside["patching"])
    body += _scores(checkpoints) + _births(inside["checkpoints"]) + _texts(checkpoints)
    return section("Inside", body, "inside")


def _ablation(ablation: dict[str, Any], lens: list[float]) -> str:
    """Return what removing each part costs, and what each layer knows."""
    whole = ablation["bits_per_byte"]
    heads = [[value - whole for value in row] for row in ablation["heads"]]
    parts = [
        [*row, value - whole] for row, value in zip(heads, ablation["feed_forwards"], strict=True)
    ]
    rows = [
        ["Embedding" if layer == 0 else f"Layer {layer}", f"{value:.3f}"]
        for layer, value in enumerate(lens)
    ]
    return (
        "<p>What the model loses without a part: bits per byte more than the "
        f"{whole:.3f} of the whole model, on the first windows of the validation split. The "
        "output of one head, or of one feed-forward, is set to 0.</p>"
        + _map("Bits per byte more without each part", parts, extra="Feed-forward", signed=True)
        + table(
            "Bits per byte if the model ended after a layer (logit lens)",
            ["Layer", "bits/byte"],
            rows,
        )
    )


def _patching(patching: dict[str, Any]) -> str:
    """Return which heads carry the hero's name."""
    difference = patching["logit_difference"]
    return (
        f"<p>Which heads carry the name? {patching['pairs']} pairs of stories differ in the "
        "hero's name alone. Where the name comes again, the model prefers a story's own name by "
        f"{difference['own_story']:.2f} in logits, and by {difference['other_story']:.2f} after "
        "the other story. A head's output, taken from the one story and put into the other, "
        "brings back this share of the difference (1: all of it).</p>"
        + _map("The share that a head brings back", patching["recovered"], signed=True)
    )


def _scores(checkpoints: list[dict[str, Any]]) -> str:
    """Return the maps of head scores, with a slider over the checkpoints."""
    last = checkpoints[-1]
    maps = "".join(
        _map(f"{title}: {meaning}", last["head_scores"][score], name=score)
        for score, (title, meaning) in _SCORES.items()
    )
    slider = ""
    if len(checkpoints) > 1:
        slider = (
            '<p class="sliders"><label for="inside-step">Weights of '
            f'<output id="inside-name">{last["name"]}</output><input id="inside-step" '
            f'type="range" min="0" max="{len(checkpoints) - 1}" step="1" '
            f'value="{len(checkpoints) - 1}"></label></p>'
        )
    data = [
        {"name": each["name"], "scores": each["head_scores"], "text": each["text"]}
        for each in checkpoints
    ]
    return (
        "<p>What kind of head each is, on random tokens that stand twice in a row: the mean "
        "attention of the second half.</p>"
        f'{slider}<div class="maps">{maps}</div><p id="inside-text" aria-live="polite"></p>'
        + inline_json("inside-data", data)
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


def _map(
    caption: str, values: Map, *, name: str = "", extra: str = "", signed: bool = False
) -> str:
    """Return values of [layer][head] as a table shaded by the square root of their size.

    `extra` is the heading of one more column. With `name`, the script may fill it anew.
    """
    largest = max(1e-9, max(abs(value) for row in values for value in row)) if signed else 1.0
    heads = len(values[0]) - bool(extra)
    head = "".join(f'<th scope="col">{number + 1}</th>' for number in range(heads))
    head += f'<th scope="col">{extra}</th>' if extra else ""
    rows = "".join(
        f'<tr><th scope="row">Layer {layer + 1}</th>'
        + "".join(
            f'<td style="--s:{(max(0.0, value) / largest) ** 0.5:.3f}">'
            f"{value:{'+.3f' if signed else '.2f'}}</td>"
            for value in row
        )
        + "</tr>"
        for layer, row in enumerate(values)
    )
    data = f' data-score="{name}"' if name else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="head-map"{data}><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">Head</th>{head}</tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )
