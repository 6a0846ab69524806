"""A plan says what a run takes; its parts are held to their own tests elsewhere."""

from __future__ import annotations

import re
import time

import mlx.core as mx
import pytest
from helpers.small_params import quickstart

import lmcore.planning.plan as planning
from lmcore.backend import memory
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params, load_params
from lmcore.common.progress import duration
from lmcore.model import GPT, ModelConfig
from lmcore.model.moe import is_mixture
from lmcore.planning.budget import steps_for_minutes
from lmcore.planning.plan import (
    Speed,
    cost_of_params,
    machine_for,
    measured_speed,
    memory_table,
    peak_on_one_machine,
    plan,
    profiles_table,
    step_seconds,
    verdict,
)
from lmcore.training.train_step import TrainStep

SPEED = Speed(1e9, update_seconds=1e-7, sequences=2, context=9, blocks=1)


@pytest.fixture
def params(monkeypatch: pytest.MonkeyPatch) -> Params:
    monkeypatch.setattr(planning, "measured_speed", lambda params: SPEED)
    return quickstart()


def changed(params: Params, part: str, **changes: object) -> Params:
    return params.model_copy(update={part: getattr(params, part).model_copy(update=changes)})


def test_a_plan_names_the_total_every_part_and_the_time(params: Params) -> None:
    params = changed(params, "train", steps=10, batch_size=4, gradient_accumulation=2, workers=2)
    text = "\n".join(plan(params))
    said = {line[:20].strip(): line[20:].strip() for line in text.splitlines()}
    tokens = 10 * 4 * 2 * params.model.context_length
    assert said["embedding"] == f"{params.tokenizer.vocab_size * params.model.d_model:,}"
    assert said["tokens"] == f"{tokens:,}"
    per_token = int(said["FLOPs per token"].replace(",", ""))
    update = 1e-7 * int(said["parameters"].replace(",", ""))
    seconds = tokens * per_token / 1e9 + 10 * update
    assert said["tokens per second"] == f"{tokens / seconds:,.0f}"
    assert said["time"] == duration(seconds)
    assert (
        "measured on 2 x 9 tokens and 1 block in one process;\n"
        "if train.workers have cores of their own, it is less"
    ) in text
    assert text.splitlines()[-1].startswith(
        f"Verdict: this machine can do it: about {duration(seconds)}; it needs "
    )


def test_the_verdict_weighs_memory_and_time(params: Params) -> None:
    peak = peak_on_one_machine(params, cost_of_params(params))
    enough, tight = int(peak / 0.79), int(peak / 0.81)
    year = 365.25 * 86400
    assert verdict(params, 90, enough).startswith(
        "Verdict: this machine can do it: about 1.5 min; it needs "
    )
    assert "not measured" in verdict(params, None, enough)
    little = verdict(params, 90, tight)
    assert little.startswith("Verdict: not on this machine: it needs ") and "1.5 min" not in little
    assert verdict(params, 1097 * year, enough) == (
        "Verdict: not on this machine: about 1,100 years."
    )
    assert verdict(params, 1097 * year, tight).endswith("should stay free; about 1,100 years.")


def test_workers_on_one_machine_share_its_memory(params: Params) -> None:
    both = changed(params, "train", workers=2)
    cost = cost_of_params(both)
    assert peak_on_one_machine(both, cost) == 2 * cost.memory.peak


def test_where_not_even_a_block_fits_a_sentence_stands_for_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (memory, planning):
        monkeypatch.setattr(module, "machine_memory", lambda: 2**20)
    *_, not_timed, conclusion = plan(quickstart())
    assert re.fullmatch(
        r"\nThe time is not measured: Training 1 of 3 blocks needs at least \d+ MiB of memory; "
        r"this machine has 1 MiB\. Lower .*",
        not_timed,
    )
    assert conclusion.startswith("\nVerdict: not on this machine: it needs ")
    with pytest.raises(LmcoreError, match="this machine has 1 MiB"):
        steps_for_minutes(quickstart(), 1)


def test_counts_and_memory_are_there_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(params: Params) -> Speed:
        raise KeyboardInterrupt

    monkeypatch.setattr(planning, "measured_speed", killed)
    printed = []
    with pytest.raises(KeyboardInterrupt):
        for part in plan(quickstart()):
            printed.append(part)
    assert [part.split()[0] for part in printed] == ["parameters", "memory,", "profile"]


def test_the_memory_table_shows_what_each_choice_saves(params: Params) -> None:
    rows = {line.split()[0]: line.split()[1:] for line in memory_table(params).splitlines()[1:]}
    numbers = {part: [int(value.replace(",", "")) for value in row] for part, row in rows.items()}
    kept, recomputed, low, both = numbers["activations"]
    assert both < low < kept and recomputed < 0.5 * kept
    weights = 4 * 856_128 / 2**20
    assert numbers["weights"] == [round(weights)] * 4


@pytest.mark.parametrize(
    ("gigabytes", "machine"),
    [
        (12.8, "16 GB"),
        (12.9, "32 GB"),
        (25.6, "32 GB"),
        (25.7, "64 GB"),
        (51.2, "64 GB"),
        (51.3, "more than 64 GB"),
    ],
)
def test_a_fifth_of_a_machine_stays_free(gigabytes: float, machine: str) -> None:
    assert machine_for(int(gigabytes * 1e9)) == machine


def test_every_profile_is_listed_by_size_with_the_memory_it_fits() -> None:
    head, *lines = profiles_table()
    rows = [line.split(maxsplit=4) for line in lines]
    assert {row[0] for row in rows} == set(planning.profiles.names())
    sizes = [int(row[1].replace(",", "")) for row in rows]
    assert sizes == sorted(sizes) and "time" not in head
    # 16 bytes a parameter, 18 in bfloat16, before any activations: 0.9, 20 and 53 GB.
    machines = {row[0]: row[4] for row in rows}
    assert machines["starter-50m"] == "16 GB"
    assert machines["1b"] in ("32 GB", "64 GB")
    assert machines["3b"] == "more than 64 GB"


def test_profiles_are_listed_with_their_time_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(params: Params) -> Speed:
        if params.model.d_model > 2500:
            raise LmcoreError("too large")
        return SPEED

    monkeypatch.setattr(planning, "measured_speed", measured)
    head, *lines = profiles_table(timed=True)
    assert head.endswith("time here")
    rows = {line.split()[0]: line for line in lines}
    assert rows["3b"].endswith("  no memory")
    seconds = step_seconds(quickstart(), SPEED) * quickstart().train.steps
    assert rows["quickstart"].endswith(f"  {duration(seconds)}")


def test_the_probe_foretells_a_training_step() -> None:
    params = quickstart()
    params = changed(params, "train", batch_size=4)
    config = ModelConfig(**params.model.model_dump(), vocab_size=params.tokenizer.vocab_size)
    train_step = TrainStep(GPT(config), params.train)
    tokens = mx.random.randint(0, config.vocab_size, (4, config.context_length))
    ratios = []
    for step in range(4):
        mx.eval(train_step.state, tokens)
        started = time.perf_counter()
        _, gradients = train_step.gradients(tokens, tokens, mx.random.key(0))
        train_step.update(gradients, 0.0, step)
        taken = time.perf_counter() - started
        if step:  # the first compiles
            ratios.append(step_seconds(params, measured_speed(params)) / taken)
    assert 0.4 < sorted(ratios)[1] < 2.5


def test_a_slow_machine_is_probed_with_less(monkeypatch: pytest.MonkeyPatch) -> None:
    params = changed(quickstart(), "train", batch_size=4)
    for rate, limit in ((1e8, planning._PROBE_SECONDS * 1e8), (1e15, planning._PROBE_FLOPS)):
        monkeypatch.setattr(planning, "_product_rate", lambda *_, rate=rate: rate)
        config, sequences = planning._probe(params)
        flops = planning.cost_of(config, params.train).flops_per_token
        tokens = sequences * config.context_length
        assert tokens * flops <= 1.01 * limit and sequences % 2 == 0
        assert tokens == 4 * 256 if rate == 1e15 else 100 < tokens < 512


def test_the_probe_holds_a_mixture_where_the_model_does() -> None:
    moe = quickstart().model.moe.model_copy(update={"experts": 4, "every": 2})
    config, _ = planning._probe(changed(quickstart(), "model", moe=moe))
    assert [is_mixture(config, layer) for layer in range(config.n_layers)] == [False, True]


def test_every_profile_has_a_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_product_rate", lambda *_: 1e10)
    for name in planning.profiles.names():
        config, _ = planning._probe(load_params(planning.profiles.PROFILES / f"{name}.yaml"))
        GPT(config)
