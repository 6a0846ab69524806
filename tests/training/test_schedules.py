"""The learning rate at the first, last and edge steps."""

from __future__ import annotations

import itertools

import pytest
from helpers.small_params import quickstart

from lmcore.common.train_params import TrainParams
from lmcore.training.schedules import (
    SCHEDULES,
    learning_rate_at,
    micro_batches_at,
    micro_batches_before,
)


def train_of(**changes: object) -> TrainParams:
    base = {"steps": 111, "warmup_steps": 10, "learning_rate": 2.0}
    ratio = {"final_learning_rate_ratio": 0.1}
    values = {**quickstart().train.model_dump(), **base, **ratio, **changes}
    return TrainParams(**values)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_warmup_rises_to_the_highest_rate(schedule: str) -> None:
    train = train_of(schedule=schedule)
    rates = [learning_rate_at(train, step) for step in range(11)]
    assert rates == pytest.approx([0.2 * (step + 1) for step in range(10)] + [2.0])


@pytest.mark.parametrize(
    ("schedule", "quarter", "half", "last"),
    [
        # cos(pi/4) = 0.70711: 0.1 + 0.9 (1 + 0.70711) / 2
        ("cosine", 0.868198, 0.55, 0.1),
        ("linear", 0.775, 0.55, 0.1),
        ("wsd", 1.0, 1.0, 0.1),
        ("constant", 1.0, 1.0, 1.0),
    ],
)
def test_the_way_down(schedule: str, quarter: float, half: float, last: float) -> None:
    """100 steps lie between the end of the warmup (step 10) and the last (step 110)."""
    train = train_of(schedule=schedule)
    for step, share in ((10, 1), (35, quarter), (60, half), (110, last)):
        assert learning_rate_at(train, step) == pytest.approx(2 * share, rel=1e-5), step


def test_wsd_decays_over_the_last_fifth() -> None:
    train = train_of(schedule="wsd")
    assert learning_rate_at(train, 90) == pytest.approx(2.0)
    assert learning_rate_at(train, 91) == pytest.approx(2 * (1 - 0.9 / 20))
    assert learning_rate_at(train, 100) == pytest.approx(2 * 0.55)


def test_the_share_of_wsds_decay_is_a_parameter() -> None:
    train = train_of(schedule="wsd", decay_share=0.5)  # steps 60 to 110
    assert learning_rate_at(train, 60) == pytest.approx(2.0)
    assert learning_rate_at(train, 85) == pytest.approx(2 * 0.55)
    whole, line = (
        train_of(**c) for c in ({"schedule": "wsd", "decay_share": 1.0}, {"schedule": "linear"})
    )
    assert learning_rate_at(whole, 77) == pytest.approx(learning_rate_at(line, 77))


@pytest.mark.parametrize("schedule", ["cosine", "linear", "wsd"])
def test_after_the_warmup_the_rate_never_rises(schedule: str) -> None:
    train = train_of(schedule=schedule)
    rates = [learning_rate_at(train, step) for step in range(10, 111)]
    assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(rates))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (2, 1), (2, 0), (11, 10)])
def test_the_shortest_runs(schedule: str, steps: int, warmup: int) -> None:
    train = train_of(schedule=schedule, steps=steps, warmup_steps=warmup)
    rates = [learning_rate_at(train, step) for step in range(steps)]
    assert all(0 < rate <= 2 for rate in rates)
    assert rates[-1] == pytest.approx(2.0 if schedule == "constant" else 0.2)


def test_without_a_floor_the_last_rate_is_zero() -> None:
    assert learning_rate_at(train_of(schedule="linear", final_learning_rate_ratio=0.0), 110) == 0


def test_the_batch_grows_by_hand() -> None:
    """From 1 to 5 micro-batches in 6 steps: the others join at steps 1.5, 3, 4.5 and 6."""
    train = train_of(gradient_accumulation=5, batch_warmup_steps=6)
    sizes = [micro_batches_at(train, step) for step in range(9)]
    assert sizes == [1, 1, 2, 3, 3, 4, 5, 5, 5]
    assert [micro_batches_before(train, step) for step in range(9)] == [
        sum(sizes[:step]) for step in range(9)
    ]
    for accumulation in (1, 4):
        plain = train_of(gradient_accumulation=accumulation)
        assert micro_batches_at(plain, 0) == micro_batches_at(plain, 50) == accumulation
        assert micro_batches_before(plain, 50) == 50 * accumulation
