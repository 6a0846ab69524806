"""What a run would take: `python -m stages.train --plan`.

Counts come from lmcore/accounting.py. The time is the run's FLOPs at the rate
of a probe, a few real training steps of one block of the same width on this
machine; other blocks cost the same, so that the rate carries over.
"""

from __future__ import annotations

import time

import mlx.core as mx

from lmcore import profiles
from lmcore.accounting import Cost, cost_of
from lmcore.learner import Learner
from lmcore.model import GPT, ModelConfig
from lmcore.params import Params, load_params

_GIB = 2**30
_MACHINES = (16, 32, 64)  # GB of memory

# A probe's step: no more than the run's own batch, 2,048 tokens or this many FLOPs.
_PROBE_FLOPS = 3e11
_PROBE_CONTEXT = 256
_PROBE_STEPS = 2


def plan(params: Params) -> str:
    """Parameters, FLOPs, memory, time, and which profiles fit which machine, as text."""
    train, cost = params.train, _cost(params)
    tokens = train.steps * train.batch_size * train.accumulation * params.model.context_length
    flops, rate = cost.flops_per_token * tokens, flops_per_second(params)
    rows = [
        ("parameters", f"{cost.total_parameters:,}"),
        *((f"  {part}", f"{size:,}") for part, size in cost.parameters.items()),
        ("active per token", f"{cost.active_parameters:,}"),
        ("tokens", f"{tokens:,}"),
        ("FLOPs per token", f"{cost.flops_per_token:,}"),
        ("FLOPs", f"{flops:.3g}"),
        ("FLOPs per second", f"{rate:.3g}"),
        ("tokens per second", f"{rate / cost.flops_per_token:,.0f}"),
        ("time", duration(flops / rate)),
    ]
    counts = "\n".join(f"{name:<20}{value:>16}" for name, value in rows)
    return f"{counts}\n\n{memory_table(params)}\n\n{profiles_table()}"


def memory_table(params: Params) -> str:
    """Memory by part in MiB, with and without checkpointing and low precision."""
    columns = {}
    for precision in ("float32", "bfloat16"):
        for checkpointing, name in ((False, precision), (True, "+ checkpointing")):
            changes = {"precision": precision, "gradient_checkpointing": checkpointing}
            train = params.train.model_copy(update=changes)
            columns[(precision, name)] = _cost(params.model_copy(update={"train": train})).memory
    parts = ("weights", "gradients", "optimizer", "activations", "working", "peak")
    head = f"{'memory, MiB':<20}" + "".join(f"{name:>16}" for _, name in columns)
    lines = [
        f"  {part:<18}"
        + "".join(f"{getattr(memory, part) / 2**20:>16,.0f}" for memory in columns.values())
        for part in parts
    ]
    return "\n".join([head, *lines])


def profiles_table() -> str:
    """Each profile's parameters and peak, and whether that leaves a fifth of a memory free."""
    lines = [f"{'profile':<20}{'parameters':>16}{'peak, GiB':>16}  fits, with a fifth free"]
    for name in profiles.names():
        cost = _cost(load_params(profiles.PROFILES / f"{name}.yaml"))
        fitting = [size for size in _MACHINES if cost.memory.peak < 0.8 * size * 10**9]
        fits = f"{fitting[0]} GB" if fitting else f"more than {_MACHINES[-1]} GB"
        lines.append(
            f"  {name:<18}{cost.total_parameters:>16,}{cost.memory.peak / _GIB:>16,.1f}  {fits}"
        )
    return "\n".join(lines)


def flops_per_second(params: Params) -> float:
    """The rate of real training steps of a model of one block."""
    context = min(_PROBE_CONTEXT, params.model.context_length)
    model = params.model.model_copy(update={"n_layers": 1, "context_length": context})
    config = _config(params.model_copy(update={"model": model}))
    cost = cost_of(config, params.train)
    affordable = min(2048, _PROBE_FLOPS / cost.flops_per_token) // context
    sequences = max(2, min(params.train.batch_size, int(affordable)) // 2 * 2)
    learner = Learner(GPT(config), params.train)
    tokens = mx.zeros((sequences, context), mx.int32)
    for step in range(1 + _PROBE_STEPS):
        if step == 1:  # the first compiles
            started = time.perf_counter()
        _, gradients = learner.gradients(tokens, tokens, mx.random.key(0))
        learner.update(gradients, 0.0, step)
    seconds = (time.perf_counter() - started) / _PROBE_STEPS
    return cost.flops_per_token * tokens.size / seconds


def duration(seconds: float) -> str:
    """`3 min`, `5.2 h`, `12.4 days`."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def _cost(params: Params) -> Cost:
    return cost_of(_config(params), params.train)


def _config(params: Params) -> ModelConfig:
    return ModelConfig(**params.model.model_dump(), vocab_size=params.tokenizer.vocab_size)
