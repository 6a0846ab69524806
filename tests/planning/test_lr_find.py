"""The range test ends when the loss diverges, and what it suggests trains."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.small_params import params

from lmcore.common.errors import LmcoreError
from lmcore.planning.lr_find import RangeTest, as_text, range_test


def test_the_suggestion_is_where_the_loss_falls_fastest() -> None:
    """By hand: up to the lowest loss the slopes are -0.5, -0.75, -1.5, -1.15 and -0.3."""
    smoothed = [5.0, 4.5, 3.5, 1.5, 1.2, 3.0]
    test = RangeTest([10.0**n for n in range(-5, 1)], smoothed, smoothed)
    assert test.suggestion == 1e-3
    lines = as_text(test).splitlines()
    assert len(lines) == 1 + 6 + 2
    assert lines[1].endswith("#" * 50) and "0.001: a learning rate" in "".join(lines[-2:])


def test_rates_grow_evenly_and_the_test_ends_when_it_diverges(
    repository: Path, tokens: Path
) -> None:
    test = range_test(params(repository), tokens, 1e-4, 100.0, 120)
    assert len(test.rates) < 120, "a rate of 100 diverges"
    ratios = [b / a for a, b in zip(test.rates, test.rates[1:], strict=False)]
    assert max(ratios) == pytest.approx(min(ratios))
    assert min(test.smoothed) < 0.9 * test.losses[0]
    assert 1e-3 < test.suggestion < 1.0


def test_a_range_in_which_nothing_is_learned_is_a_sentence(repository: Path, tokens: Path) -> None:
    with pytest.raises(LmcoreError, match="did not fall between"):
        range_test(params(repository), tokens, 1e-9, 2e-9, 10)
