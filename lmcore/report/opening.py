"""What the page opens with: stories, the headline figure in one picture, what to try next."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise
from typing import Any

from lmcore.report.comparison import BASELINES, bits_per_byte_bars
from lmcore.report.elements import lines_of, section

_SHOWN = 3  # stories
_WORDS = 60  # of a story before the rest is folded


def opening_section(
    evaluation: dict[str, Any],
    train: dict[str, Any],
    samples: list[dict[str, Any]],
    coherence: dict[str, Any] | None,
    source: str,
) -> str:
    """Return the first section of the page."""
    tiles = {
        "bits per byte": f"{evaluation['model']['bits_per_byte']:.3f}",
        "perplexity": f"{evaluation['model']['perplexity']:.2f}",
        "parameters": f"{train['parameters']:,}",
        "tokens trained on": f"{train['tokens_seen']:,}",
    }
    if coherence is not None and "valid" in coherence["final"]:
        tiles = {"valid stories": f"{coherence['final']['valid']:.0%}"} | tiles
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles.items())
    stories = "".join(story(sample, _WORDS) for sample in samples[:_SHOWN])
    prompts = "; prompts in bold" if any(sample["prompt"] for sample in samples) else ""
    return section(
        "Result",
        f'<div class="lead"><p>{" ".join(verdict(evaluation, source))}</p></div>'
        f"<p>Stories that the model wrote, as they came{prompts}.</p>{stories}"
        f'<dl class="tiles">{rows}</dl>{bits_per_byte_bars(evaluation)}'
        f"<p>{uncertainty(evaluation['model'])}</p>{_next_steps()}",
    )


def verdict(evaluation: dict[str, Any], source: str) -> list[str]:
    """Return what the figures say, in a few sentences."""
    own = evaluation["model"]["bits_per_byte"]
    baselines = evaluation["baselines"]
    best = min(baselines, key=lambda name: baselines[name]["bits_per_byte"])
    bits, name = baselines[best]["bits_per_byte"], BASELINES[best][1]
    needs = (
        f"The model needs <strong>{own:.3f} bits</strong> for each byte of stories it has not seen"
    )
    if own < bits:
        caveat = ""  # the n-gram models may know only a part of the training split
        if "n_grams" in evaluation:
            counted = evaluation["n_grams"]
            caveat = (
                f"; but the n-gram models count only {counted['tokens_counted']:,} of the "
                f"{counted['train_tokens']:,} training tokens"
            )
        sentences = [
            f"{needs}: {1 - own / bits:.0%} fewer than the best baseline, "
            f"{name} ({bits:.3f}){caveat}."
        ]
    else:
        sentences = [
            f"{needs}: no better than the best baseline, {name} ({bits:.3f}), which "
            "only counts. The model is too small or trained too briefly."
        ]
    if "floor" in evaluation:
        floor = evaluation["floor"]["bits_per_byte"]
        sentences.append(
            f"No model can need fewer than {floor:.3f} on average, the entropy of the grammar "
            f"that wrote the stories: this one is <strong>{own / floor - 1:.0%} above it</strong>."
        )
    if source == "tinystories":
        sentences.append(_grade(own))
    return sentences


def uncertainty(figures: dict[str, float | None]) -> str:
    """Return the model's figures with their standard errors, in a sentence."""
    return (
        f"In detail: {_with_error(figures, 'bits_per_byte', 3)} bits per byte (8 would be no "
        f"knowledge at all); per token a loss of {_with_error(figures, 'loss', 3)} nats, a "
        f"perplexity of {_with_error(figures, 'perplexity', 2)}. The standard errors are those of "
        "the draw of the stories."
    )


def _with_error(figures: dict[str, float | None], name: str, digits: int) -> str:
    """Return a figure and its standard error, which is unknown with one story."""
    error = figures[f"{name}_standard_error"]
    error_text = "unknown" if error is None else f"{error:.{digits}f}"
    return f"{figures[name]:.{digits}f} ± {error_text}"


def _grade(bits_per_byte: float) -> str:
    """Return where a model of the full TinyStories stands."""
    for limit, word in ((0.48, "great"), (0.51, "good"), (0.70, "sound")):
        if bits_per_byte <= limit:
            return f"For TinyStories that is {word}: at most {limit:.2f}."
    return "For TinyStories a sound model needs at most 0.70, a good one 0.51."


def story(sample: dict[str, Any], words: int | None = None) -> str:
    """Return a story with its prompt in bold; what comes after about `words` words is folded.

    `violation`, where a sample has one, marks the first text that the grammar could not
    have written ({kind, start, end, explanation}, in characters of prompt and text); None
    says that the whole story is one that the grammar could have written.
    """
    violation = sample.get("violation")
    end = len(sample["prompt"] + sample["text"])
    cut = end if words is None else _first_words(sample["prompt"] + sample["text"], words)
    if violation:
        cut = max(cut, min(violation["end"], end))
    body = f"{_marked(sample, 0, cut)}"
    if cut < end:
        rest = _marked(sample, cut, end)
        body += f"<details><summary>The rest of the story</summary>{rest}</details>"
    return f"<blockquote>{_mark_of_validity(sample)}{body}</blockquote>"


def _first_words(text: str, words: int) -> int:
    """Return the end of the sentence or line in which word number `words` stands."""
    starts = [match.start() for match in re.finditer(r"\S+", text)]
    if len(starts) <= words * 1.3:
        return len(text)
    ending = re.compile(r"[.!?][\"”']?(?=\s)|\n").search(text, starts[words])
    return ending.end() if ending else len(text)


def _marked(sample: dict[str, Any], start: int, end: int) -> str:
    """Return a part of a story as HTML: the prompt bold, the violation marked."""
    text, violation = sample["prompt"] + sample["text"], sample.get("violation")
    edges = {start, end, len(sample["prompt"])}
    if violation:
        edges |= {violation["start"], violation["end"]}
    inner = sorted(edge for edge in edges if start <= edge <= end)
    parts = []
    for a, b in pairwise(inner):
        part = lines_of(text[a:b])
        if violation and violation["start"] <= a < violation["end"]:
            part = f"<mark>{part}</mark>"
        parts.append(f"<b>{part}</b>" if a < len(sample["prompt"]) else part)
    return "".join(parts)


def _mark_of_validity(sample: dict[str, Any]) -> str:
    """Return whether the grammar could have written the story, where that was checked."""
    if "violation" not in sample:
        return ""
    violation = sample["violation"]
    if violation is None:
        return '<p class="valid">✓ The grammar could have written this story.</p>'
    return (
        f'<p class="invalid">✗ First violation: {escape(violation["kind"])}. '
        f"{escape(violation['explanation'])}</p>"
    )


def _next_steps() -> str:
    """Return what a reader may do now."""
    steps = [
        "Type a beginning of your own below, under <a href='#heading-try-the-model'>Try the "
        "model</a>, or in the terminal: <code>python -m stages.sample --interactive</code>.",
        "Change a line of <code>params.yaml</code>, such as <code>train.steps</code> or "
        "<code>model.positions</code>, and run <code>dvc repro</code>: only what the line touches "
        "runs again. <code>dvc metrics diff</code> says what it did.",
        "Train on real stories: <code>make run PROFILE=tinystories-cpu</code>.",
    ]
    return "<h3>What to try next</h3><ul>" + "".join(f"<li>{step}</li>" for step in steps) + "</ul>"
