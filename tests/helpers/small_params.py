"""Parameters of a model and a run small enough for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers.clone import QUICKSTART

from lmcore.common.params import Params, load_params, parse_params, read_yaml


def quickstart() -> Params:
    """Return the quickstart's parameters, whatever params.yaml holds."""
    return load_params(QUICKSTART)


def params(repository: Path, **changes: Any) -> Params:
    """Return the quickstart's parameters with a tiny model and run, and `changes` to `train`."""
    values = read_yaml(repository / "profiles" / "quickstart.yaml")
    values["model"] |= {
        "context_length": 16, "d_model": 32, "n_layers": 1, "n_heads": 2, "n_kv_heads": 2,
        "d_ff": 64,
    }  # fmt: skip
    values["train"] |= {
        "steps": 40, "batch_size": 8, "warmup_steps": 4, "learning_rate": 0.01, "eval_every": 10,
        "eval_batches": 2, "checkpoint_every": 10, **changes,
    }  # fmt: skip
    values["evaluate"]["stride"] = 0
    return parse_params(values, "params.yaml")
