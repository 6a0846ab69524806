"""The scaling law of an experiment, and what it predicts of a run before that run is trained."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.atomic_files import write_json
from lmcore.common.json_files import read_json
from lmcore.dataset.shards import TokenShards
from lmcore.experiments.cell import prepared_data, within_budget
from lmcore.experiments.definition import Experiment, cell_budget, cell_params
from lmcore.experiments.pipeline import PREDICTION, cell_file
from lmcore.experiments.scaling_law import bootstrap, fit
from lmcore.planning.plan import cost_of_params
from lmcore.training.curves import tokens_before

_EDGES = (2.5, 97.5)  # percentiles: an interval of 95 %


def write_prediction(folder: Path, experiment: Experiment) -> str:
    """Fit the law to the runs that it is fitted to; write it and its prediction, and return both.

    The run that is predicted is not read: the pipeline trains it after this file is written.
    """
    assert experiment.law is not None
    cells = {
        name: [read_json(Path(cell_file(folder, name, seed))) for seed in experiment.seeds]
        for name in experiment.fitted
    }
    name = experiment.law.predict
    prediction = predict(cells, *_size_and_tokens(folder, experiment, name))
    write_json(folder / PREDICTION, {"variant": name, **prediction})
    bits, floor = (prediction[key] for key in ("bits_per_byte", "irreducible"))
    return (
        f"The law predicts {bits['mean']:.4f} bits per byte of {name} (95 % interval "
        f"{bits['low']:.4f} to {bits['high']:.4f}), and {floor['mean']:.4f} ({floor['low']:.4f} "
        f"to {floor['high']:.4f}) that no size and no number of tokens removes."
    )


def _size_and_tokens(folder: Path, experiment: Experiment, variant: str) -> tuple[int, int]:
    """Return the parameters and the training tokens of a variant without training it."""
    params = cell_params(folder, experiment, variant, experiment.seeds[0], {})
    budget = cell_budget(experiment, variant)
    if budget is not None:
        shards = TokenShards(prepared_data(params) / "tokens" / "train")
        params = within_budget(params, *budget, shards)
    tokens = tokens_before(params, params.train.steps)
    return cost_of_params(params).total_parameters, tokens


def predict(
    cells: dict[str, list[dict[str, Any]]], parameters: int, tokens: int, repeats: int = 200
) -> dict[str, Any]:
    """Return the law of `cells` and the bits per byte of a model of that size, with intervals.

    The prediction's interval is of one new run: it has the noise of a run as well.
    """
    sizes = np.array([runs[0]["parameters"] for runs in cells.values()], float)
    tokens_seen = np.array([runs[0]["tokens_seen"] for runs in cells.values()], float)
    losses = np.array([np.mean([run["bits_per_byte"] for run in runs]) for runs in cells.values()])
    law = fit(sizes, tokens_seen, losses)
    laws, residuals = bootstrap(law, sizes, tokens_seen, losses, repeats)
    noise = np.exp(np.random.default_rng(1).choice(residuals, len(laws)))
    point = np.array(float(parameters)), np.array(float(tokens))
    predicted = np.array([other.loss(*point) for other in laws]) * noise

    def interval(value: float, samples: np.ndarray) -> dict[str, float]:
        low, high = np.percentile(samples, _EDGES)
        return {"mean": round(value, 5), "low": round(float(low), 5), "high": round(float(high), 5)}

    return {
        "parameters": parameters,
        "tokens": tokens,
        "bits_per_byte": interval(float(law.loss(*point)), predicted),
        "irreducible": interval(law.irreducible, np.array([other.irreducible for other in laws])),
        "alpha": interval(law.alpha, np.array([other.alpha for other in laws])),
        "beta": interval(law.beta, np.array([other.beta for other in laws])),
        "a": float(f"{law.a:.5g}"),
        "b": float(f"{law.b:.5g}"),
        "residual_percent": round(
            100 * math.sqrt(float(np.mean(np.log(losses / law.loss(sizes, tokens_seen)) ** 2))), 3
        ),
    }
