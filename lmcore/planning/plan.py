"""What a run would cost: `python -m stages.plan`, which `stages.train --plan` calls.

Counts come from lmcore/planning/flops_and_memory.py. The time is the run's FLOPs at the rate
of a probe, real training steps of one block of the same width (or, with
experts, as many as contain one mixture) on this machine. All blocks cost the
same, so the rate holds for the whole model. The time of an update is proportional to
the parameters.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields

import mlx.core as mx

from lmcore.backend.memory import check_fits_memory, machine_memory, size_text
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params, load_params
from lmcore.common.progress import duration
from lmcore.model import GPT, ModelConfig
from lmcore.planning import profiles
from lmcore.planning.flops_and_memory import Cost, Memory, cost_of
from lmcore.training.curves import tokens_before, tokens_per_step
from lmcore.training.train_step import TrainStep

_GIB = 2**30
_MACHINES = (16, 32, 64)  # GB of memory
_USABLE = 0.8  # share of a machine's memory; the rest is for the system and other programs
_LONGEST_DAYS = 30  # a run that takes longer is not for this machine

# A probe's step: no more than the run's own batch, 2,048 tokens, this many FLOPs, or
# about this many seconds at the rate of a matrix product. Of several steps the fastest counts:
# the first includes compilation, and other programs may slow down one or the other.
_PROBE_TOKENS = 2048
_PROBE_FLOPS = 3e11
_PROBE_SECONDS = 4
_PROBE_STEPS = 6
_PROBE_CONTEXT = 256


@dataclass(frozen=True)
class Speed:
    """The speed of one process on this machine, and the probe it was measured with."""

    flops_per_second: float  # of forward and backward passes
    update_seconds: float  # of an optimizer step, per parameter
    sequences: int
    context: int
    blocks: int


def plan(params: Params) -> Iterator[str]:
    """Yield parameters and FLOPs, the memory, the profiles, the time, and at last the verdict."""
    cost, tokens = cost_of_params(params), tokens_before(params, params.train.steps)
    rows = [
        ("parameters", f"{cost.total_parameters:,}"),
        *((f"  {part}", f"{size:,}") for part, size in cost.parameters.items()),
        ("active per token", f"{cost.active_parameters:,}"),
        ("tokens", f"{tokens:,}"),
        ("FLOPs per token", f"{cost.flops_per_token:,}"),
        ("FLOPs", f"{cost.flops_per_token * tokens:.3g}"),
    ]
    yield _lines(rows)
    yield "\n" + memory_table(params)
    hint = "`python -m stages.plan --profiles` measures how long each takes here."
    yield "\n" + "\n".join([*profiles_table(), hint])
    seconds = None
    try:
        speed = measured_speed(params)
    except LmcoreError as error:
        yield f"\nThe time is not measured: {error.message}"
    else:
        yield "\n" + time_table(params, speed)
        seconds = step_seconds(params, speed) * params.train.steps
    yield "\n" + verdict(params, seconds, machine_memory())


def verdict(params: Params, seconds: float | None, memory: int) -> str:
    """Return whether a run fits a machine of `memory` bytes, and about how long it takes there.

    `seconds` is None where the time was not measured.
    """
    needed = peak_on_one_machine(params, cost_of_params(params))
    fits = f"it needs {size_text(needed)} of memory, and this machine has {size_text(memory)}"
    reasons = []
    if needed > _USABLE * memory:
        reasons.append(f"{fits}, of which a fifth should stay free")
    if seconds is not None and seconds > _LONGEST_DAYS * 86400:
        reasons.append(f"about {duration(seconds)}")
    if reasons:
        return f"Verdict: not on this machine: {'; '.join(reasons)}."
    needed_time = (
        "for a time that was not measured" if seconds is None else f"about {duration(seconds)}"
    )
    return f"Verdict: this machine can do it: {needed_time}; {fits}."


def peak_on_one_machine(params: Params, cost: Cost) -> int:
    """Return the peak memory of a run in bytes, of all its workers together."""
    return cost.memory.peak * params.train.workers


def time_table(params: Params, speed: Speed) -> str:
    """Return how long the run takes at this speed, and what the speed was measured on."""
    seconds = step_seconds(params, speed)
    rate = tokens_per_step(params) / seconds
    blocks = "block" if speed.blocks == 1 else "blocks"
    rows = [
        ("FLOPs per second", f"{speed.flops_per_second:.3g}"),
        ("tokens per second", f"{rate:,.0f}" if rate > 10 else f"{rate:.2g}"),
        ("time", duration(seconds * params.train.steps)),
    ]
    source = f"measured on {speed.sequences} x {speed.context} tokens and {speed.blocks} {blocks}"
    if params.train.workers > 1:
        source += " in one process;\nif train.workers have cores of their own, it is less"
    return f"{_lines(rows)}\n{source}"


def step_seconds(params: Params, speed: Speed) -> float:
    """Return the seconds of a training step: forward and backward passes, and the update."""
    cost = cost_of_params(params)
    passes = cost.flops_per_token * tokens_per_step(params) / speed.flops_per_second
    return passes + speed.update_seconds * cost.total_parameters


def memory_table(params: Params) -> str:
    """Return each process's memory in MiB, with and without checkpointing and low precision."""
    columns = {}
    for precision in ("float32", "bfloat16"):
        for checkpointing, name in ((False, precision), (True, "+ checkpointing")):
            changes = {"precision": precision, "gradient_checkpointing": checkpointing}
            train = params.train.model_copy(update=changes)
            columns[(precision, name)] = cost_of_params(
                params.model_copy(update={"train": train})
            ).memory
    parts = [field.name for field in fields(Memory)] + ["peak"]
    head = f"{'memory, MiB':<20}" + "".join(f"{name:>16}" for _, name in columns)
    lines = [
        f"  {part:<18}"
        + "".join(f"{getattr(memory, part) / 2**20:>16,.0f}" for memory in columns.values())
        for part in parts
    ]
    processes = params.train.workers
    each = [f"of each of the {processes} processes"] if processes > 1 else []
    return "\n".join([head, *lines, *each])


def profiles_table(timed: bool = False) -> Iterator[str]:
    """Yield a head and a line for each profile, the smallest first.

    A line has its parameters, tokens, peak memory and the machine that it fits; with
    `timed` also how long it takes on this machine, by a probe of some seconds each.
    """
    yield (
        f"{'profile':<20}{'parameters':>16}{'tokens':>16}{'peak, GiB':>12}  "
        f"{'fits, with a fifth free':<24}{'  time here' if timed else ''}".rstrip()
    )
    loaded = [load_params(profiles.PROFILES / f"{name}.yaml") for name in profiles.names()]
    rows = zip(profiles.names(), loaded, map(cost_of_params, loaded), strict=True)
    for name, params, cost in sorted(rows, key=lambda row: row[2].total_parameters):
        peak = peak_on_one_machine(params, cost)
        tokens = tokens_before(params, params.train.steps)
        line = (
            f"  {name:<18}{cost.total_parameters:>16,}{tokens:>16,}"
            f"{peak / _GIB:>12,.1f}  {machine_for(peak):<24}"
        )
        if timed:
            try:
                taken = step_seconds(params, measured_speed(params)) * params.train.steps
                line += f"{duration(taken):>12}"
            except LmcoreError:
                line += f"{'no memory':>12}"
        yield line.rstrip()


def machine_for(peak: int) -> str:
    """Return the smallest memory of which a peak of so many bytes leaves a fifth free."""
    fitting = [size for size in _MACHINES if peak <= _USABLE * size * 10**9]
    return f"{fitting[0]} GB" if fitting else f"more than {_MACHINES[-1]} GB"


def measured_speed(params: Params) -> Speed:
    """Return the speed of real training steps of a smaller model; takes some 20 seconds.

    Raises `LmcoreError` where not even that model fits into this machine.
    """
    smallest = _smallest_probe(params)
    alone = params.train.model_copy(update={"batch_size": 1, "workers": 1})
    check_fits_memory(
        cost_of(smallest, alone).memory.peak,
        f"Training {smallest.n_layers} of {params.model.n_layers} blocks",
        "Lower model.d_model or tokenizer.vocab_size.",
    )
    config, sequences = _probe(params)
    train_step = TrainStep(GPT(config), params.train)
    drawn = mx.random.uniform(shape=(sequences, config.context_length + 1), key=mx.random.key(0))
    # Zipf's law: a word's frequency is that of the first divided by its rank.
    tokens = mx.minimum(config.vocab_size**drawn, config.vocab_size).astype(mx.int32) - 1
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    passes, updates, began = [], [], time.perf_counter()
    for step in range(_PROBE_STEPS):
        mx.eval(train_step.state, inputs, targets)
        started = time.perf_counter()
        loss, gradients = train_step.gradients(inputs, targets, mx.random.key(0))
        mx.eval(loss, gradients)
        passed = time.perf_counter()
        train_step.update(gradients, 0.0, step)
        passes.append(passed - started)
        updates.append(time.perf_counter() - passed)
        # Two at least, unless the first is so long that compilation is negligible.
        if time.perf_counter() - began > (2 if step else 5) * _PROBE_SECONDS:
            break
    cost = cost_of(config, params.train)
    return Speed(
        cost.flops_per_token * inputs.size / min(passes),
        min(updates) / cost.total_parameters,
        sequences,
        config.context_length,
        config.n_layers,
    )


def _smallest_probe(params: Params) -> ModelConfig:
    """Return the model of a probe on the shortest context."""
    config = model_config(params)
    layers = min(config.n_layers, config.moe.every) if config.moe.experts else 1
    tables = min(layers, config.value_embeddings)
    changes = {"n_layers": layers, "value_embeddings": tables, "context_length": 2}
    return config.model_copy(update=changes)


def _probe(params: Params) -> tuple[ModelConfig, int]:
    """Return the model of a probe, and how many sequences of its context's length it is given."""
    length = params.model.context_length
    config = _smallest_probe(params).model_copy(update={"context_length": length})
    rate = _product_rate(config.d_model, params.train.precision)
    flops = min(_PROBE_FLOPS, _PROBE_SECONDS * rate)
    tokens = int(min(_PROBE_TOKENS, flops / cost_of(config, params.train).flops_per_token))
    batch = max(1, params.train.batch_size // params.train.workers)
    # A batch that can be halved is computed on two streams (lmcore/backend/dispatch.py).
    pair = 2 - batch % 2
    context = max(2, min(_PROBE_CONTEXT, config.context_length, tokens // pair))
    sequences = max(pair, min(batch, tokens // context) // pair * pair)
    return config.model_copy(update={"context_length": context}), sequences


def _product_rate(d_model: int, precision: str) -> float:
    """Return the FLOPs per second of a product of 64 rows with a matrix of the model's width."""
    rows = mx.ones((64, d_model), getattr(mx, precision))
    weight = mx.ones((d_model, d_model), getattr(mx, precision))
    mx.eval(rows @ weight)
    started = time.perf_counter()
    mx.eval(rows @ weight)
    return 2 * rows.size * d_model / (time.perf_counter() - started)


def cost_of_params(params: Params) -> Cost:
    return cost_of(model_config(params), params.train)


def model_config(params: Params) -> ModelConfig:
    return ModelConfig(**params.model.model_dump(), vocab_size=params.tokenizer.vocab_size)


def _lines(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name:<20}{value:>16}" for name, value in rows)
