"""A budget for training, turned into a number of steps before the run.

The number is written into params.yaml, so that the run stays reproducible: minutes mean
something else on another machine, steps do not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lmcore.common.atomic_files import write_text
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params, load_params, parse_params, read_yaml
from lmcore.planning.plan import cost_of_params, measured_speed, step_seconds
from lmcore.planning.profiles import edited
from lmcore.training.curves import tokens_before, tokens_per_step


def steps_for_tokens(params: Params, tokens: float) -> int:
    """Return how many whole steps read at most `tokens` tokens, at least one."""
    warmup = params.train.batch_warmup_steps  # in which a run reads fewer than in others
    unread = warmup * tokens_per_step(params) - tokens_before(params, warmup)
    return max(1, int((tokens + unread) // tokens_per_step(params)))


def steps_for_flops(params: Params, flops: float) -> int:
    """Return the steps whose forward and backward passes take at most `flops`."""
    return steps_for_tokens(params, flops / cost_of_params(params).flops_per_token)


def steps_for_tokens_per_parameter(params: Params, ratio: float) -> int:
    """Return the steps that read `ratio` tokens per active parameter.

    About 20 are best for a given number of FLOPs (Hoffmann et al. 2022).
    """
    return steps_for_tokens(params, ratio * cost_of_params(params).active_parameters)


def steps_for_minutes(params: Params, minutes: float) -> int:
    """Return the steps that this machine takes in `minutes`, by a probe of its speed."""
    return max(1, int(60 * minutes / step_seconds(params, measured_speed(params))))


BUDGETS: dict[str, Callable[[Params, float], int]] = {
    "tokens": steps_for_tokens,
    "flops": steps_for_flops,
    "tokens_per_parameter": steps_for_tokens_per_parameter,
    "minutes": steps_for_minutes,
}


_MAX_AMOUNT = 1e30  # the largest runs of today took some 1e26 FLOPs


def spend(path: Path, budget: str, amount: float) -> str:
    """Write `train.steps` for a budget into the params file; return what was written.

    Comments stay. Raises `LmcoreError`, and writes nothing, where the steps do not fit
    the other parameters, such as a longer warmup.
    """
    if not 0 < amount < _MAX_AMOUNT:  # neither of NaN
        raise LmcoreError(
            f"--{budget.replace('_', '-')} is {amount:g}; it must be above 0 and below "
            f"{_MAX_AMOUNT:g}."
        )
    params = load_params(path)
    steps = BUDGETS[budget](params, amount)
    text = edited(path.read_text("utf-8"), {"train.steps": steps})
    values = read_yaml(path)
    values["train"]["steps"] = steps
    unit = budget.replace("_", " ").replace("flops", "FLOPs")
    parse_params(values, f"{path} with train.steps {steps}, for {amount:g} {unit}")
    write_text(path, text)
    tokens = tokens_before(params, steps)
    cost = cost_of_params(params)
    return (
        f"train.steps is now {steps:,}: {tokens:,} tokens, "
        f"{tokens / cost.active_parameters:.2g} per parameter, "
        f"{tokens * cost.flops_per_token:.3g} FLOPs, for {amount:g} {unit}."
    )
