"""One batch is learned by heart; and the check says so when it is not."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from helpers.small_params import params

from lmcore.common.errors import LmcoreError
from lmcore.planning import overfit


@pytest.mark.parametrize(
    "changes", [{"optimizer": "adamw"}, {"optimizer": "muon"}, {"precision": "float16"}]
)
def test_one_batch_is_learned_by_heart(
    repository: Path,
    tokens: Path,
    changes: dict[str, Any],
) -> None:
    message = overfit.check(params(repository, **changes), tokens)
    before, after, steps = map(float, re.findall(r"\d+\.?\d*", message))
    assert before == pytest.approx(math.log(300), abs=0.2)  # what an untrained model guesses
    assert after <= 0.05 and steps < 300


def test_a_mixture_learns_one_batch_by_heart(repository: Path, tokens: Path) -> None:
    """Its auxiliary losses, which do not come near zero, are no part of what is compared."""
    config = params(repository, optimizer="muon")
    changes = {"experts": 4, "balance_coefficient": 0.1}
    moe = config.model.moe.model_copy(update=changes)
    config = config.model_copy(update={"model": config.model.model_copy(update={"moe": moe})})
    assert "the model can learn" in overfit.check(config, tokens)


def test_a_model_that_cannot_learn_is_named(
    repository: Path,
    tokens: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overfit, "MAX_STEPS", 30)
    with pytest.raises(LmcoreError, match=r"after 30 steps.*train\.learning_rate \(1e-09\)"):
        overfit.check(params(repository, learning_rate=1e-9), tokens)


def test_nothing_is_dropped(
    repository: Path,
    tokens: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overfit, "MAX_STEPS", 3)
    plain = params(repository)
    model = plain.model.model_copy(update={"dropout": 0.5})
    dropping = plain.model_copy(update={"model": model})
    assert list(overfit.losses_on_one_batch(dropping, tokens)) == list(
        overfit.losses_on_one_batch(plain, tokens)
    )
