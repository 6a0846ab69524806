"""Runs that cannot fit are refused before any array exists; the bound is below the real peak."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from helpers.small_params import params
from helpers.variants import config_of

from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params
from lmcore.model import GPT
from lmcore.planning.flops_and_memory import cost_of
from lmcore.training.distributed import ALONE, Workers
from lmcore.training.memory import training_bytes
from lmcore.training.train_step import TrainStep
from lmcore.training.trainer import train


def changed(base: Params, section: str, **changes: Any) -> Params:
    return base.model_copy(update={section: getattr(base, section).model_copy(update=changes)})


@pytest.mark.parametrize(
    ("section", "changes"),
    [
        ("model", {"d_model": 2**17, "d_ff": 2**20, "n_layers": 1024}),
        ("model", {"d_model": 2**17, "n_layers": 8}),
        ("train", {"batch_size": 10**6, "gradient_checkpointing": False}),
    ],
)
def test_what_cannot_fit_ends_at_once(
    repository: Path, tokens: Path, tmp_path: Path, section: str, changes: dict[str, Any]
) -> None:
    # Long enough for a large batch, not for a large model.
    base = changed(params(repository), "model", n_layers=512, d_model=256)
    mx.reset_peak_memory()
    before, started = mx.get_active_memory(), time.monotonic()
    with pytest.raises(LmcoreError, match=r"Training needs at least .* this machine has .*--plan"):
        train(changed(base, section, **changes), tokens, tmp_path, ALONE)
    assert mx.get_peak_memory() - before < 2**24
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_bound_is_below_the_estimate_of_the_peak(
    repository: Path, precision: str, checkpointing: bool, ema: float
) -> None:
    """The estimate is within 15% of what MLX measures (tests/planning)."""
    base = params(
        repository, precision=precision, gradient_checkpointing=checkpointing, ema_decay=ema
    )
    shape = {"context_length": 256, "d_model": 128, "n_layers": 4, "d_ff": 512}
    base = changed(base, "model", **shape)
    config = config_of(**base.model.model_dump() | {"vocab_size": 300})
    step = TrainStep(GPT(config), base.train)
    bound, peak = (
        training_bytes(step.state, config, base.train, ALONE),
        cost_of(config, base.train).memory.peak,
    )
    assert 0.15 * peak < bound < 0.85 * peak
    assert training_bytes(step.state, config, base.train, Workers(0, 2)) < bound
