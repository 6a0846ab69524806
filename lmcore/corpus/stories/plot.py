"""The parts of a plot; each is a choice of sentences."""

from __future__ import annotations

from dataclasses import dataclass

Sentences = tuple[str, ...]


@dataclass(frozen=True)
class Plot:
    """A trouble, how it is put right, and what is learned from it."""

    trouble: Sentences  # what goes wrong
    more: Sentences  # how bad it is
    attempt: Sentences  # what does not help
    advice: Sentences  # what the helper suggests
    rescue: Sentences  # what helps
    result: Sentences  # how it is afterwards
    moral: Sentences  # what was learned
