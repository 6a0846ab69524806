"""A budget becomes a number of steps in params.yaml, and nothing else changes there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.params import load_params
from lmcore.planning import budget
from lmcore.planning.flops_and_memory import cost_of
from lmcore.planning.plan import Speed, model_config


@pytest.fixture
def file(tmp_path: Path, repository: Path) -> Path:
    return Path(shutil.copy(repository / "profiles" / "quickstart.yaml", tmp_path / "params.yaml"))


def test_steps_are_those_of_the_budget(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = load_params(file)
    per_step = (
        params.train.batch_size * params.train.gradient_accumulation * params.model.context_length
    )
    cost = cost_of(model_config(params), params.train)
    assert budget.steps_for_tokens(params, 100 * per_step + 5) == 100
    assert budget.steps_for_flops(params, 100.5 * per_step * cost.flops_per_token) == 100
    steps = budget.steps_for_tokens_per_parameter(params, 20)
    assert steps == 20 * cost.active_parameters // per_step
    speed = Speed(cost.flops_per_token * per_step / 0.5, 0.0, 8, 256, 1)  # half a second a step
    monkeypatch.setattr(budget, "measured_speed", lambda params: speed)
    assert budget.steps_for_minutes(params, 2.01) == 241


def test_only_the_line_of_the_steps_changes(file: Path) -> None:
    before = file.read_text().splitlines()
    message = budget.spend(file, "tokens", 500_000)
    changed = [
        (old, new)
        for old, new in zip(before, file.read_text().splitlines(), strict=True)
        if old != new
    ]
    ((old, new),) = changed
    steps = load_params(file).train.steps
    assert old.split()[0] == new.split()[0] == "steps:" and old.split("#")[1] == new.split("#")[1]
    assert f"train.steps is now {steps:,}" in message


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e300])
def test_a_budget_that_is_no_number_is_refused(file: Path, amount: float) -> None:
    with pytest.raises(LmcoreError, match=r"--flops is .*; it must be above 0 and below 1e\+30"):
        budget.spend(file, "flops", amount)


def test_a_budget_below_the_warmup_changes_nothing(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(LmcoreError, match=r"for 1 tokens: train\.warmup_steps is"):
        budget.spend(file, "tokens", 1)
    assert file.read_bytes() == before
