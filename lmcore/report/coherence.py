"""When each rule of the grammar was learned: coherence and copying, by kept checkpoint.

Reads data/evaluation/coherence.json and copying.json (lmcore/evaluation): of stories
that the model wrote, how many the grammar could have written, and the first violation
of each of the others by kind; and what the first and later mentions of a name cost.
"""

from __future__ import annotations

from html import escape
from typing import Any

from lmcore.report.charts import Line, line_chart
from lmcore.report.elements import lines_of, section, table

# What the kinds of violation are called; others are shown by their own name.
KINDS = {
    "word": "unknown word",
    "sentence": "no such sentence",
    "order": "sentence out of place",
    "name": "wrong name",
    "pronoun": "wrong pronoun",
    "thing": "thing or place changed",
    "unfinished": "story not finished",
}
_MENTIONS = {"first": "first mention", "later": "later mentions"}
_MAX_QUOTED = 30  # characters of a violation that are quoted beside it
_CONTEXT = 160  # characters of a story shown before and after a violation


def coherence_section(coherence: dict[str, Any] | None) -> str:
    """Return when each rule was learned, with examples of what is still wrong."""
    if coherence is None:
        return ""
    final = coherence["final"]
    if "valid" not in final:
        return section("Coherence", _recurrence(coherence) + _recurrence_chart(coherence))
    # The last checkpoint is the final model again, by fewer stories.
    figures = [(f"step {entry['step']:,}", entry) for entry in coherence["checkpoints"][:-1]]
    figures.append(("final", final))
    valid, error = final["valid"], final.get("valid_standard_error")
    percent = f"{valid:.1%}" if error is None else f"{100 * valid:.1f} ± {100 * error:.1f} %"
    progress = ""  # how far the stories get that are not valid
    if final.get("progress") is not None:
        progress = (
            f" Half of the others get further than {final['progress']:.0%} of their text, "
            f"{final['sentences']:.0f} whole sentences, before the first violation."
        )
    body = (
        f"<p>Of {final['stories']:,} stories that the model wrote, the grammar could have written "
        f"<strong>{percent}</strong> word for word.{progress} {_recurrence(coherence)}</p>"
        + _bars(figures, coherence["kinds"])
        + _examples(coherence)
    )
    return section("Coherence", body, "evaluation")


def copying_section(copying: dict[str, Any] | None) -> str:
    """Return what first and later mentions of names and things cost, step by step."""
    if copying is None:
        return ""
    charts = "".join(_copying_chart(copying, kind) for kind in ("names", "things"))
    rows = [
        [
            f"{kind.capitalize()}, {_MENTIONS[when]}",
            f"{part['mentions']:,}",
            "–" if part["bits"] is None else f"{part['bits']:.2f}",
        ]
        for kind, by_mention in copying["final"].items()
        for when, part in by_mention.items()
    ]
    points = [(float(part["start"]), part["loss"]) for part in copying["context"]]
    context = (
        line_chart(
            "Loss by tokens of the same story before",
            "tokens of the story",
            "nats per token",
            [Line("loss", points)],
            log_x=True,
        )
        if points
        else ""
    )
    return section(
        "Copying",
        "<p>A name or thing that a story has mentioned costs few bits when it comes again, once "
        "the model has learned to copy from the context. The step at which later mentions become "
        f"cheap is where it learned that.</p><div class='pair'>{charts}</div>"
        + table("At the end of training", ["Mention", "mentions", "bits per mention"], rows)
        + context,
        "evaluation",
    )


def _recurrence(coherence: dict[str, Any]) -> str:
    """Return how often the first name comes again, beside the source's own stories."""
    sentence = (
        f"The first name comes again in {coherence['final']['name_recurs']:.1%} of the stories"
    )
    references = [
        f"{figures['name_recurs']:.1%} of the {escape(source)} ones"
        for source, figures in coherence.get("reference", {}).items()
    ]
    return sentence + (f" (in {', '.join(references)})." if references else ".")


def _recurrence_chart(coherence: dict[str, Any]) -> str:
    points = [
        (float(entry["step"]), 100 * entry["name_recurs"]) for entry in coherence["checkpoints"]
    ]
    if not points:
        return ""
    lines = [Line("first name comes again", points)]
    return line_chart("Stories whose first name comes again", "step", "%", lines, log_x=True)


def _bars(figures: list[tuple[str, dict[str, Any]]], kinds: list[str]) -> str:
    """Return one bar of all stories per checkpoint: valid ones, then first violations by kind."""
    order = ["valid", *reversed(kinds)]  # what is learned first is the last to the right
    legend = "".join(
        f'<span class="key kind-{_style(name, kinds)}">{escape(_label(name))}</span>'
        for name in order
    )
    rows = []
    for name, entry in figures:
        counts = {"valid": round(entry["valid"] * entry["stories"]), **entry["violations"]}
        parts = "".join(
            f'<span class="kind-{_style(kind, kinds)}" style="flex-grow:{counts[kind]}" '
            f'title="{escape(_label(kind))}: {counts[kind]} of {entry["stories"]}"></span>'
            for kind in order
            if counts.get(kind)
        )
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th>'
            f'<td class="stack" aria-hidden="true"><div>{parts}</div></td>'
            f'<td class="number">{entry["valid"]:.1%}</td></tr>'
        )
    values = [
        [name, *(str(entry["violations"].get(kind, 0)) for kind in kinds), f"{entry['valid']:.1%}"]
        for name, entry in figures
    ]
    head = ["Weights", *map(_label, kinds), "valid"]
    return (
        f'<p class="legend">{legend}</p><table class="stacks"><caption>Stories that are valid, and '
        "the others by the kind of their first violation</caption>"
        '<thead><tr><th scope="col">Weights</th><th aria-hidden="true"></th>'
        f'<th scope="col" class="number">valid</th></tr></thead><tbody>{"".join(rows)}</tbody>'
        "</table><details><summary>Values</summary>"
        f"{table('Stories by the kind of their first violation', head, values)}</details>"
    )


def _style(kind: str, kinds: list[str]) -> str:
    return "valid" if kind == "valid" else str(kinds.index(kind) % 7)


def _label(kind: str) -> str:
    return KINDS.get(kind, kind)


def violation_of(sample: dict[str, Any]) -> dict[str, Any] | None:
    """Return what `opening.story` marks in a sample or example of coherence.json."""
    if sample.get("valid"):
        return None
    return {
        "kind": _label(sample["kind"]),
        "start": sample["offset"],
        "end": sample["offset"] + sample["length"],
        "explanation": _explanation(sample),
    }


def _explanation(sample: dict[str, Any]) -> str:
    """Return what is wrong in a sample, and what the grammar has instead, in a sentence."""
    expected = sample["expected"].strip()
    if not sample["found"]:
        return f"The grammar goes on: “{expected}”."
    if len(sample["found"]) > _MAX_QUOTED:  # a whole sentence, which is marked in the text
        return f"The grammar has “{expected}” there."
    instead = f" where the grammar has “{expected}”" if expected else ""
    return f"“{sample['found']}”{instead}."


def _examples(coherence: dict[str, Any]) -> str:
    """Return a few violations of each kind in their context, folded."""
    parts = []
    for kind in coherence["kinds"]:
        examples = [example for example in coherence["examples"] if example["kind"] == kind]
        if examples:
            quotes = "".join(f"<blockquote>{_excerpt(e)}</blockquote>" for e in examples)
            label = _label(kind).capitalize()
            parts.append(f"<details><summary>{escape(label)}: examples</summary>{quotes}</details>")
    return "".join(parts)


def _excerpt(example: dict[str, Any]) -> str:
    """Return the text around a violation, which is marked, and what was expected."""
    text, start = example["text"], example["offset"]
    end = start + example["length"]
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    return (
        ("… " if start > _CONTEXT else "")
        + f"{lines_of(before)}<mark>{lines_of(text[start:end])}</mark>{lines_of(after)}"
        + (" …" if end + _CONTEXT < len(text) else "")
        + f'<p class="invalid">✗ {escape(_explanation(example))}</p>'
    )


def _copying_chart(copying: dict[str, Any], kind: str) -> str:
    """Return the bits of first and later mentions by step."""
    lines = []
    for when in ("first", "later"):
        points = [
            (float(entry["step"]), entry[kind][when]["bits"])
            for entry in copying["checkpoints"]
            if entry[kind][when]["bits"] is not None
        ]
        if points:
            lines.append(Line(_MENTIONS[when], points))
    if not lines:
        return ""
    title = kind.capitalize()
    return line_chart(title, "step", "bits per mention", lines, wide=False, log_x=True)
