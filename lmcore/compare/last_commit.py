"""What changed since the run that git holds, in lines of text for the end of a run.

Not part of the report: its page depends on declared inputs alone, and git is none.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lmcore.common import paths
from lmcore.common.json_files import read_json
from lmcore.compare.differences import changes, flatten

_METRICS = paths.METRICS / "evaluation.json"
_PARAMS = Path("params.yaml")
_HEADLINE = "bits_per_byte"


@dataclass(frozen=True)
class Run:
    """The parameters and the headline figures of one run, flat."""

    name: str
    params: dict[str, Any]
    metrics: dict[str, Any]


def run_of_workspace() -> Run:
    """Return what this folder holds; `LmcoreError` where a file is missing."""
    return Run("now", _read_yaml(_PARAMS.read_text("utf-8")), flatten(read_json(_METRICS)))


def committed_run() -> Run | None:
    """Return what the current commit holds, or None where it holds no run or git is not used."""
    commit = _git("rev-parse", "HEAD")
    params, metrics = (_git("show", f"HEAD:./{path.as_posix()}") for path in (_PARAMS, _METRICS))
    if commit is None or params is None or metrics is None:
        return None
    try:
        return Run(f"commit {commit[:8]}", _read_yaml(params), flatten(json.loads(metrics)))
    except (ValueError, AttributeError, YAMLError):  # not the work of this pipeline
        return None


def _read_yaml(text: str) -> dict[str, Any]:
    return flatten(YAML(typ="safe", pure=True).load(text) or {})


def _git(*arguments: str) -> str | None:
    """Return what git prints, or None where it fails or is not installed."""
    try:
        process = subprocess.run(["git", *arguments], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return process.stdout.decode("utf-8")


def change_lines(before: Run | None, now: Run) -> list[str]:
    """Return the parameters and metrics that differ from the run committed last."""
    if before is None:
        return [
            "No earlier run is committed here. Commit params.yaml, dvc.lock, data/metrics and "
            "data/plots",
            "to see what the next one changes.",
        ]
    params, metrics = changes(before.params, now.params), changes(before.metrics, now.metrics)
    if not params and not metrics:
        return [f"No parameter and no metric differs from {before.name}."]
    if _HEADLINE not in before.metrics:
        headline = "no bits per byte to compare with"
    elif before.metrics[_HEADLINE] == now.metrics[_HEADLINE]:
        headline = f"{now.metrics[_HEADLINE]:.3f} bits per byte, as before"
    else:
        earlier, bits = before.metrics[_HEADLINE], now.metrics[_HEADLINE]
        headline = f"{earlier:.3f} bits per byte before, {bits:.3f} now ({bits / earlier - 1:+.1%})"
    lines = [f"Since {before.name}: {headline}."]
    lines += [f"{key}: {old} -> {new}" for key, old, new in params]
    for key, old, new in metrics:
        difference = _difference(key, before, now)
        lines.append(f"{key}: {old} -> {new}" + (f" ({difference})" if difference else ""))
    return lines


def _difference(key: str, before: Run, now: Run) -> str:
    """Return now minus before where both are numbers, or an empty text."""
    match before.metrics.get(key), now.metrics.get(key):
        case int() as old, int() as new:
            return f"{new - old:+d}"
        case int() | float() as old, int() | float() as new:
            return f"{new - old:+.4g}"
        case _:
            return ""
