"""The model beside baselines, the floor and published results."""

from __future__ import annotations

from typing import Any

from lmcore.report.elements import escape, section, table
from lmcore.report.published import PUBLISHED

# What the baselines are called in tables and in sentences, best known first.
BASELINES = {
    "kneser_ney_trigram": ("Kneser-Ney trigram", "a Kneser-Ney trigram"),
    "bigram": ("Kneser-Ney bigram", "a Kneser-Ney bigram"),
    "unigram": ("Unigram", "token frequencies"),
    "xz": ("xz -9 compression", "xz -9 compression"),
    "zstd": ("zstd -22 compression", "zstd -22 compression"),
    "uniform": ("Uniform guess", "a uniform guess"),
}


def bits_per_byte_bars(evaluation: dict[str, Any]) -> str:
    """Return bits per byte of the model, the floor and the baselines as bars in a table."""
    entries = [("This model", evaluation["model"], "own")]
    entries += [
        (name, evaluation["baselines"][key], "")
        for key, (name, _) in BASELINES.items()
        if key in evaluation["baselines"]
    ]
    if "floor" in evaluation:
        entries.append(("Entropy of the grammar", evaluation["floor"], "floor"))
    entries.sort(key=lambda entry: entry[1]["bits_per_byte"])
    longest = entries[-1][1]["bits_per_byte"]
    floor = evaluation.get("floor", {}).get("bits_per_byte", 0) / longest
    rows = "".join(
        f'<tr class="{kind}"><th scope="row">{escape(name)}</th>'
        f'<td class="bar" aria-hidden="true"><span style="--share:'
        f'{figures["bits_per_byte"] / longest:.4f}"></span></td>'
        f'<td class="number">{figures["bits_per_byte"]:.3f}</td></tr>'
        for name, figures, kind in entries
    )
    line = ": the dashed line, which no model can pass on average" if floor else ""
    return (
        f'<table class="bars" style="--floor:{floor:.4f}"><caption>Bits per byte of stories that '
        f"the model has not seen; lower is better{line}</caption>"
        '<thead><tr><th scope="col">Model</th><th aria-hidden="true"></th>'
        f'<th scope="col" class="number">bits/byte</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def comparison_section(evaluation: dict[str, Any], source: str) -> str:
    """Return the figures of the model and the baselines, and how they were measured."""
    figures = {"This model": evaluation["model"]}
    figures |= {
        name: evaluation["baselines"][key]
        for key, (name, _) in BASELINES.items()
        if key in evaluation["baselines"]
    }
    rows = [
        [
            name,
            f"{entry['bits_per_byte']:.3f}",
            f"{entry['loss']:.3f}" if "loss" in entry else "–",
            f"{entry['perplexity']:,.1f}" if "perplexity" in entry else "–",
        ]
        for name, entry in sorted(figures.items(), key=lambda item: item[1]["bits_per_byte"])
    ]
    body = table(
        f"The whole validation split. {_conditions(evaluation)}",
        ["Model", "bits/byte", "nats/token", "perplexity"],
        rows,
    )
    return section("Comparison", body + ("" if source == "builtin" else _published()), "evaluation")


def _conditions(evaluation: dict[str, Any]) -> str:
    """Return what the figures were measured with."""
    windows = evaluation["windows"]
    stride = windows["stride"]
    cut = f"move on by {stride:,}" if stride else "begin where stories begin"
    sentence = (
        f"The model sees at most {windows['context_length']:,} tokens before each, in windows "
        f"that {cut}; the n-gram models count the training split"
    )
    if "n_grams" in evaluation:
        counted = evaluation["n_grams"]
        sentence += (
            f", of whose {counted['train_tokens']:,} tokens the first {counted['tokens_counted']:,}"
        )
    return sentence + "."


def _published() -> str:
    """Return what others reached on TinyStories; the built-in stories are another language."""
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
