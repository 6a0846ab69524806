"""The section on training: what became of the loss, step by step and position by position."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import fmean
from typing import Any

from lmcore.common import paths
from lmcore.common.checksums import remake
from lmcore.common.errors import LmcoreError
from lmcore.report.charts import MAX_POINTS, Level, Line, line_chart, short
from lmcore.report.elements import section


def training_section(train: dict[str, Any], evaluation: dict[str, Any]) -> str:
    """Return the curves of the training run."""
    training = _rows(paths.PLOTS / "training.csv")
    validation = _rows(paths.PLOTS / "validation.csv")
    if validation[-1]["loss"] != train["final_validation_loss"]:
        raise LmcoreError(
            f"{paths.PLOTS / 'validation.csv'} is damaged: its last loss is not the "
            f"{train['final_validation_loss']} of data/figures/train.json; {remake('train')}."
        )

    def line(name: str, rows: list[dict[str, float]], column: str) -> Line:
        return Line(name, [(row["step"], row[column]) for row in rows])

    loss = [line("training", training, "loss"), line("validation", validation, "loss")]
    rate = line("learning rate", training, "learning_rate")
    norm = line("gradient norm", training, "gradient_norm")
    levels = loss_levels(evaluation)
    thinned = len(training) > MAX_POINTS
    mean = " Each point of a curve is the mean of a few neighbouring steps." if thinned else ""
    body = (
        f"<p>Over {training[-1]['step']:,.0f} steps the validation loss fell to "
        f"{short(train['best_validation_loss'])} at best and ended at "
        f"{short(train['final_validation_loss'])} nats per token."
        f"{mean}</p>"
        + line_chart("Loss", "step", "nats per token", loss, log_x=True, log_y=True, levels=levels)
        + '<div class="pair">'
        + line_chart("Learning rate", "step", "", [rate], wide=False)
        + line_chart("Gradient norm", "step", "before clipping", [norm], wide=False)
        + "</div>"
        + position_chart()
    )
    return section("Training", body, "training")


def loss_levels(evaluation: dict[str, Any]) -> list[Level]:
    """Return the floor and the best n-gram model in nats per token of the validation split."""
    model = evaluation["model"]
    nats_per_bit = model["loss"] / model["bits_per_byte"]  # of the same text: bytes a token, ln 2
    losses = {
        "floor": evaluation.get("floor"),
        "trigram": evaluation["baselines"].get("kneser_ney_trigram"),
    }
    return [
        Level(name, figures["bits_per_byte"] * nats_per_bit)
        for name, figures in losses.items()
        if figures
    ]


def position_chart() -> str:
    """Return the loss by position in the context, averaged over ranges of growing length.

    The losses at neighbouring positions are not independent, so the error of a
    range is given as the mean of theirs, which is an upper bound.
    """
    rows = _rows(paths.EVALUATION / "position_loss.csv")
    points, errors, start = [], [], 0
    while start < len(rows):
        end = max(start + 1, start + start // 4)
        part = rows[start:end]
        points.append((float(start + 1), fmean(row["loss"] for row in part)))
        errors.append(fmean(row["standard_error"] for row in part))
        start = end
    has_errors = not any(map(math.isnan, errors))
    return line_chart(
        "Loss by length of context",
        "tokens of context",
        "nats per token" + (", the band at most one standard error" if has_errors else ""),
        [Line("loss", points, errors if has_errors else None)],
        log_x=True,
    )


def _rows(path: Path) -> list[dict[str, float]]:
    try:
        with path.open(newline="") as file:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    except FileNotFoundError:
        raise LmcoreError(f"{path} does not exist; `dvc repro` makes it.") from None
    except (TypeError, ValueError) as error:
        raise LmcoreError(f"{path} is damaged: {error}.") from None
    if not rows:
        raise LmcoreError(f"{path} has no rows.")
    return rows
