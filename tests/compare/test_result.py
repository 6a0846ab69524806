"""What a run ends with fits a terminal of 100 columns."""

from __future__ import annotations

import pytest

from lmcore.compare.result import beginning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Once there was a cat.\n\nIt  slept.", "Once there was a cat. It slept."),
        (
            "Once there was a very old cat who slept. It woke up.",
            "Once there was a very old cat who slept.",
        ),
        (
            "Once there was a very old cat who slept all day. It woke.",
            "Once there was a very old cat who slept…",
        ),
        (
            "A cat. Once there was a very old cat who slept all day.",
            "A cat. Once there was a very old cat who…",
        ),
        ("", ""),
    ],
)
def test_a_story_is_cut_at_the_end_of_a_sentence_or_else_of_a_word(
    text: str, expected: str
) -> None:
    assert beginning(text, 42) == expected
    assert len(expected) <= 42
