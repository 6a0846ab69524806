"""The model card: what a stranger who finds the exported folder should know."""

from __future__ import annotations

from typing import Any

from mlx.utils import tree_flatten

from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import listing
from lmcore.export.architectures import architecture_of, flat
from lmcore.export.provenance import Run
from lmcore.export.quantization import Quantization
from lmcore.model import GPT

_DATASETS = {
    "tinystories": "roneneldan/TinyStories",
    "simplestories": "SimpleStories/SimpleStories",
}


def model_card(
    model: GPT,
    run: Run,
    gguf: bool,
    quantization: Quantization | None = None,
    cost: dict[str, float] | None = None,
) -> str:
    """Return the card as Markdown with the header that the Hugging Face Hub reads."""
    architecture = architecture_of(model.config)
    readers = architecture.readers(model.config, gguf, quantization is not None)
    parts = [
        _header(run),
        f"# A language model {'trained' if run.settings else 'exported'} with lmcore",
        f"Architecture: `{architecture.name}`; read by {listing(readers, 'and')}. "
        f"Texts begin with `{END_OF_TEXT}`, which the tokenizer adds, and end with it.",
        _table("The model", _sizes(model)),
        _table("Quantisation", _quantization(model, quantization, cost or {})),
        _table("Training", _training(run)),
        _table("Held-out stories", _figures(run.evaluation)),
        f"## Use\n\n```python\n{_USE if quantization is None else _USE_QUANTIZED}```",
    ]
    if run.settings:
        parts.append(
            "A small model that tells short stories and knows nothing else. It may repeat what "
            "its training text holds."
        )
    return "\n\n".join(part for part in parts if part) + "\n"


_USE = """\
from transformers import pipeline

tell = pipeline("text-generation", "path/to/this/folder")
print(tell("Once upon a time")[0]["generated_text"])
"""


_USE_QUANTIZED = """\
from mlx_lm import generate, load

model, tokenizer = load("path/to/this/folder")
print(generate(model, tokenizer, "Once upon a time"))
"""


def _header(run: Run) -> str:
    lines = ["library_name: transformers", "pipeline_tag: text-generation"]
    source = str(run.manifest.get("source"))
    if source == "builtin" or source in _DATASETS:
        lines.append("language: en")
    if dataset := _DATASETS.get(source):
        lines.append(f"datasets: [{dataset}]")
    return "\n".join(["---", *lines, "---"])


def _sizes(model: GPT) -> dict[str, Any]:
    sizes = {"parameters": sum(array.size for _, array in tree_flatten(model.parameters()))}
    config = flat(model.config)
    if not config["moe.experts"]:
        config = {name: value for name, value in config.items() if not name.startswith("moe.")}
    return sizes | {name: value for name, value in config.items() if value is not None}


def _quantization(
    model: GPT, quantization: Quantization | None, cost: dict[str, float]
) -> dict[str, Any]:
    if quantization is None:
        return {}
    sizes = {name: array.size for name, array in tree_flatten(model.parameters())}
    fraction = sum(sizes[name] for name in quantization.names) / sum(sizes.values())
    return {
        "bits": quantization.bits,
        "group size": quantization.group_size,
        "share of the parameters": f"{fraction:.1%}",
        **{f"bits per byte, {name}": f"{bits:.4f}" for name, bits in cost.items()},
    }


def _training(run: Run) -> dict[str, Any]:
    facts = {"source": run.manifest.get("source"), "licence": run.manifest.get("license")}
    facts["tokens seen"] = run.metrics.get("tokens_seen")
    if train := run.settings:
        facts |= {
            "optimizer": train["optimizer"],
            "learning rate": train["learning_rate"],
            "schedule": train["schedule"],
            "steps": train["steps"],
            "sequences per step": train["batch_size"] * train["gradient_accumulation"],
        }
    return {name: value for name, value in facts.items() if value is not None}


def _figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    if not evaluation:
        return {}
    own = evaluation["model"]
    error = own["bits_per_byte_standard_error"]  # None: of one story it is not known
    spread = "" if error is None else f" ± {error:.3f} (one standard error)"
    facts = {
        "bits per byte": f"{own['bits_per_byte']:.3f}{spread}",
        "perplexity per token": f"{own['perplexity']:.2f}",
        "Kneser-Ney trigram, bits per byte": (
            f"{evaluation['baselines']['kneser_ney_trigram']['bits_per_byte']:.3f}"
        ),
    }
    if "floor" in evaluation:
        facts["entropy of the source, bits per byte"] = (
            f"{evaluation['floor']['bits_per_byte']:.3f}"
        )
    return facts


def _table(title: str, facts: dict[str, Any]) -> str:
    if not facts:
        return ""
    lines = [f"## {title}\n", "| | |", "|---|---|"]
    for name, value in facts.items():
        if isinstance(value, bool):
            text = "yes" if value else "no"
        else:
            text = f"{value:,}" if isinstance(value, int) else str(value)
        lines.append(f"| {name} | {text} |")
    return "\n".join(lines)
