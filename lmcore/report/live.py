"""The section that runs the model in the browser.

The weights are in the page where they fit `report.live_model_mb`. Where they do
not, the page says so, and `python -m stages.play` serves it with the weights beside it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape

from lmcore.common.params import Params, ReportParams, SampleParams
from lmcore.model import GPT
from lmcore.report.elements import fill, inline_json, read_asset, section
from lmcore.report.inside import ATTENTION_EXPLAINED, attention_elements
from lmcore.report.live_assets import INTERFACE, LIBRARY, bundle
from lmcore.report.live_model import WeightType, arrays_by_name, describe_model, packed_size
from lmcore.tokenizer.tokenizer import Tokenizer

TITLE = "Try the model"
_MB = 1_000_000
# Name in params.yaml, label, lowest and highest value, step, and the value that means off.
_SLIDERS = (
    ("temperature", "Temperature", 0, 2, 0.05, 1),
    ("top_k", "Top-k", 0, 100, 1, 0),
    ("top_p", "Top-p", 0.05, 1, 0.01, 1),
    ("min_p", "Min-p", 0, 0.5, 0.01, 0),
    ("repetition_penalty", "Repetition penalty", 1, 2, 0.05, 1),
)


@dataclass(frozen=True)
class Live:
    """The section, and the data and scripts that come after everything else on the page."""

    section: str
    scripts: str
    embedded: bool  # whether the weights are in the page


def live_model(model: GPT, tokenizer: Tokenizer, params: Params) -> Live:
    """Return what makes the model run in the page."""
    fits = _size_in_page(model, params.report.live_weights) <= params.report.live_model_mb
    count = sum(array.size for array in arrays_by_name(model).values())
    prompts = params.sample.prompts
    parts = {
        "SIZE": f"{count:,} weights in {params.report.live_weights}",
        "WAITING": "Reading the weights …" if fits else _too_large(model, params.report),
        "PROMPT": escape(params.report.attention_text),
        "PROMPTS": " ".join(f'<button type="button">{escape(text)}</button>' for text in prompts),
        "ATTENTIONTEXT": ATTENTION_EXPLAINED,
        "ATTENTION": attention_elements("live-attention"),
        "SLIDERS": _sliders(params.sample),
    }
    scripts = ""
    if fits:
        description, weights = describe_model(model, tokenizer, params.report.live_weights)
        encoded = base64.b64encode(weights).decode("ascii")
        scripts = inline_json("live-model", description)
        scripts += f'<script type="text/plain" id="live-weights">{encoded}</script>'
    scripts += f'<script type="module">\n{bundle(LIBRARY + INTERFACE)}</script>'
    return Live(section(TITLE, fill(read_asset("live/live.html"), parts), "inside"), scripts, fits)


def _size_in_page(model: GPT, weight_type: WeightType) -> float:
    """Return the MB that the weights take as base64: 4 characters for 3 bytes."""
    return packed_size(model, weight_type) * 4 / 3 / _MB


def _too_large(model: GPT, params: ReportParams) -> str:
    message = (
        f"The weights would take {_size_in_page(model, params.live_weights):.1f} MB of this page, "
        f"more than <code>report.live_model_mb</code>, which is {params.live_model_mb:g}. "
    )
    if params.live_weights != "int8" and _size_in_page(model, "int8") <= params.live_model_mb:
        message += "With <code>report.live_weights: int8</code> they fit. "
    return message + (
        "<code>python -m stages.play</code> serves the page from this machine with the weights "
        "beside it."
    )


def _sliders(sample: SampleParams) -> str:
    """Return the sampling parameters as sliders, set as params.yaml has them."""
    sliders = []
    for name, label, low, high, step, off in _SLIDERS:
        value = getattr(sample, name)
        sliders.append(
            f'<label for="live-{name}">{label} '
            f'<output id="live-{name}-value" data-off="{off}"></output>'
            f'<input id="live-{name}" type="range" min="{min(low, value)}" '
            f'max="{max(high, value)}" step="{step}" value="{value}"></label>'
        )
    sliders.append(
        f'<label>Seed <input id="live-seed" type="number" min="0" step="1" '
        f'value="{sample.seed}"></label>'
    )
    return "\n".join(sliders)
