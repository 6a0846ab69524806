"""A plan says what a run takes; its parts are held to their own tests elsewhere."""

from __future__ import annotations

import re
import time

import pytest

from lmcore import planning
from lmcore.params import Params, load_params
from lmcore.planning import duration, flops_per_second, memory_table, plan, profiles_table


@pytest.fixture
def params(monkeypatch: pytest.MonkeyPatch) -> Params:
    monkeypatch.setattr(planning, "flops_per_second", lambda params: 1e9)
    return load_params()


def test_a_plan_names_the_total_every_part_and_the_time(params: Params) -> None:
    train = params.train.model_copy(update={"steps": 10, "batch_size": 4, "accumulation": 2})
    lines = plan(params.model_copy(update={"train": train})).splitlines()
    said = {line[:20].strip(): line[20:].strip() for line in lines}
    tokens = 10 * 4 * 2 * params.model.context_length
    assert said["embedding"] == f"{params.tokenizer.vocab_size * params.model.d_model:,}"
    assert said["tokens"] == f"{tokens:,}"
    per_token = int(said["FLOPs per token"].replace(",", ""))
    assert said["tokens per second"] == f"{1e9 / per_token:,.0f}"
    assert said["time"] == duration(tokens * per_token / 1e9)


def test_the_memory_table_shows_what_each_choice_saves(params: Params) -> None:
    rows = {line.split()[0]: line.split()[1:] for line in memory_table(params).splitlines()[1:]}
    numbers = {part: [int(value.replace(",", "")) for value in row] for part, row in rows.items()}
    kept, recomputed, low, both = numbers["activations"]
    assert both < low < kept and recomputed < 0.5 * kept
    weights = 4 * 1_049_728 / 2**20
    assert numbers["weights"] == [round(weights)] * 2 + [round(1.5 * weights)] * 2


def test_every_profile_is_listed_with_the_memory_it_fits(params: Params) -> None:
    table = profiles_table()
    for name in planning.profiles.names():
        assert re.search(rf"^  {name} .*(16 GB|32 GB|64 GB)$", table, re.MULTILINE), table


def test_the_probe_measures_this_machine() -> None:
    params = load_params()
    started = time.perf_counter()
    rate = flops_per_second(params)
    # The probe ran at least once within the time, so it cannot claim much more.
    assert 0 < rate < 1e15
    assert time.perf_counter() - started < 60


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.5, "0.5 s"), (90, "1.5 min"), (2 * 3600, "2.0 h"), (3.5 * 86400, "3.5 days")],
)
def test_durations_read_easily(seconds: float, said: str) -> None:
    assert duration(seconds) == said
