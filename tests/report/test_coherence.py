"""Coherence and copying on the page: the figures, the bars, the marked examples."""

from __future__ import annotations

import re
from typing import Any

import pytest
from helpers.report_run import HOSTILE, make_report, write_coherence

from lmcore.report.coherence import KINDS, coherence_section, copying_section, violation_of

KIND_NAMES = list(KINDS)


def figures(valid: float, **violations: int) -> dict[str, Any]:
    """Return figures of 20 stories."""
    return {
        "stories": 20,
        "valid": valid,
        "valid_standard_error": 0.1,
        "progress": 0.5,
        "sentences": 7,
        "violations": dict.fromkeys(KIND_NAMES, 0) | violations,
        "name_recurs": 0.75,
    }


def coherence(**changes: Any) -> dict[str, Any]:
    text = f"Once there was a cat named {HOSTILE}. It was sad."
    return {
        "kinds": KIND_NAMES,
        "final": figures(0.5, name=6, word=4),
        "reference": {"builtin": {"stories": 20, "name_recurs": 0.95}},
        "checkpoints": [
            {"step": 1, "tokens": 10} | figures(0.0, word=20),
            {"step": 1000, "tokens": 10000} | figures(0.45, name=11),
        ],
        "examples": [
            {
                "kind": "name",
                "text": text,
                "offset": 27,
                "length": 9,
                "found": HOSTILE[:9],
                "expected": "<b>",
            }
        ],
        "samples": [],
    } | changes


def test_the_share_of_valid_stories_is_told_with_its_error() -> None:
    page = coherence_section(coherence())
    assert "<strong>50.0 ± 10.0 %</strong>" in page
    assert "further than 50% of their text, 7 whole sentences" in page
    assert "in 75.0% of the stories (in 95.0% of the builtin ones)" in page


def test_a_bar_has_a_part_for_each_kind_and_the_last_is_that_of_the_final_model() -> None:
    page = coherence_section(coherence())
    first, last = re.findall(r'<td class="stack".*?</td>', page)
    assert re.findall(r"flex-grow:(\d+)", first) == ["20"]
    assert re.findall(r'title="([^"]+)"', last) == [
        "valid: 10 of 20", "wrong name: 6 of 20", "unknown word: 4 of 20",
    ]  # fmt: skip
    assert '<th scope="row">step 1</th>' in page and '<th scope="row">final</th>' in page
    assert "step 1,000" not in page


def test_an_example_is_marked_and_cannot_inject_markup() -> None:
    page = coherence_section(coherence())
    assert "<mark>&lt;/script&gt;</mark>" in page
    assert "✗ “&lt;/script&gt;” where the grammar has “&lt;b&gt;”." in page
    assert "<img" not in page


def test_where_nothing_was_measured_nothing_is_said() -> None:
    assert coherence_section(None) == "" and copying_section(None) == ""


def test_of_other_text_only_names_are_told() -> None:
    final = {"stories": 20, "name_recurs": 0.75}
    entries = [{"step": n, "tokens": n, "name_recurs": n / 1000} for n in (10, 100, 1000)]
    page = coherence_section(coherence(final=final, checkpoints=entries, examples=[]))
    assert "The first name comes again in 75.0% of the stories" in page
    assert "the grammar could have" not in page
    assert "Stories whose first name comes again" in page


@pytest.mark.parametrize("kept", [True, False])
def test_copying_shows_first_and_later_mentions(kept: bool) -> None:
    def of(first: float, later: float | None) -> dict[str, Any]:
        parts = {"first": (first, 15), "later": (later, 0 if later is None else 90)}
        return {
            kind: {when: {"bits": bits, "mentions": n} for when, (bits, n) in parts.items()}
            for kind in ("names", "things")
        }

    steps = [{"step": 1, "tokens": 1} | of(20.0, None), {"step": 50, "tokens": 50} | of(9.0, 2.0)]
    context = [{"start": 1, "end": 2, "loss": 4.0}, {"start": 2, "end": 4, "loss": 2.0}]
    page = copying_section(
        {"final": of(6.25, 1.5), "checkpoints": steps if kept else [], "context": context}
    )
    assert ("bits per mention</span>" in page) == kept
    row = '<th scope="row">Names, later mentions</th><td class="number">90</td>'
    assert row + '<td class="number">1.50</td>' in page
    assert "Loss by tokens of the same story before" in page


def test_the_page_opens_with_checked_stories(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    samples = [
        {"text": "A story.", "valid": True},
        {"text": "A cat flew.", "valid": False, "kind": "sentence", "offset": 6, "length": 4,
         "found": "flew", "expected": ""},
    ]  # fmt: skip
    write_coherence(tmp_path, coherence(samples=samples))
    page = make_report(tmp_path)
    assert "✓ The grammar could have written this story.</p>A story." in page
    assert "✗ First violation: no such sentence. “flew”.</p>A cat <mark>flew</mark>." in page
    assert "<dt>valid stories</dt><dd>50%</dd>" in page


@pytest.mark.parametrize(
    "kind, found, expected, explanation",
    [
        ("name", "Tim", "Ben", "“Tim” where the grammar has “Ben”."),
        ("word", "xylo", "", "“xylo”."),
        ("unfinished", "", " The end.", "The grammar goes on: “The end.”."),
        ("sentence", "A cow flew over the moon at night.", "It", "The grammar has “It” there."),
    ],
)
def test_a_violation_says_what_was_expected(
    kind: str, found: str, expected: str, explanation: str
) -> None:
    sample = {"text": f"One. {found}", "valid": False, "kind": kind, "offset": 5}
    sample |= {"length": len(found), "found": found, "expected": expected}
    violation = violation_of(sample)
    assert violation["kind"] == KINDS[kind] and violation["explanation"] == explanation
    assert sample["text"][violation["start"] : violation["end"]] == found
    assert violation_of({"text": "One.", "valid": True}) is None
