"""Training configs with defaults."""

from __future__ import annotations

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.train_params import TrainParams
from lmcore.training import TrainConfig
from lmcore.training.schedules import learning_rate_at


def test_a_small_run_needs_its_steps_alone() -> None:
    config = TrainConfig.small(steps=200)
    assert (config.warmup_steps, config.eval_every, config.checkpoint_every) == (10, 20, 20)
    assert learning_rate_at(config, 9) == config.learning_rate
    assert TrainConfig.small(steps=1).warmup_steps == 0
    assert set(TrainParams.model_fields) == set(config.model_dump())
    changed = TrainConfig.small(steps=200, warmup_steps=3, muon={"normalize_rows": True})
    assert (changed.warmup_steps, changed.muon.normalize_rows) == (3, True)


def test_a_mistake_is_one_sentence() -> None:
    with pytest.raises(LmcoreError, match=r"^TrainConfig.small: step is not a parameter; .*steps"):
        TrainConfig.small(steps=10, step=3)
    with pytest.raises(LmcoreError, match=r"^TrainConfig.small: steps is '9'; it should be a"):
        TrainConfig.small(steps="9")
    with pytest.raises(LmcoreError, match=r"train.warmup_steps is 10; it must be smaller than"):
        TrainConfig.small(steps=10, warmup_steps=10)
