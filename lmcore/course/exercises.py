"""The exercises of each chapter, and the command's answer."""

from __future__ import annotations

from lmcore.common.errors import LmcoreError, listing
from lmcore.course import architecture, moe, tokenization, training
from lmcore.course.grading import EXERCISES, Exercise, Verdict, grade

CHAPTERS: dict[str, list[Exercise]] = {
    "01": tokenization.EXERCISES,
    "02": architecture.EXERCISES,
    "03": training.EXERCISES,
    "04": moe.EXERCISES,
}


def check_chapter(chapter: str) -> list[Verdict]:
    """Return the verdicts on `exercises/CHAPTER.py`, where the chapter is 02 or 2."""
    number = chapter.zfill(2)
    if number not in CHAPTERS:
        raise LmcoreError(
            f"Chapter {chapter} has no exercises to check; there are {listing(CHAPTERS, 'and')}."
        )
    return list(grade(EXERCISES / f"{number}.py", CHAPTERS[number]))


def as_text(verdicts: list[Verdict]) -> str:
    """Return a line for each function, and how many passed."""
    width = max(len(verdict.name) for verdict in verdicts)
    lines = [f"{verdict.name:<{width}}  {verdict.text}" for verdict in verdicts]
    passed = sum(verdict.passed for verdict in verdicts)
    return "\n".join([*lines, f"{passed} of {len(verdicts)} passed."])
