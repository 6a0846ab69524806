"""Trains the model on the token shards; resumes after an interruption."""

from __future__ import annotations

import os
import sys

import click

from lmcore import backend
from lmcore.common.atomic_files import write_json
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import (
    CHECKPOINTS,
    FIGURES,
    KEPT,
    MODEL,
    PLOTS,
    TIMINGS,
    TOKENIZER,
    TOKENS,
)


@click.command(cls=StageCommand)
@click.option(
    "--plan", "planning", is_flag=True, help="Print what the run would cost, and train nothing."
)
@click.option(
    "--overfit",
    "overfitting",
    is_flag=True,
    help="Learn one batch by heart, as a check; save nothing.",
)
def main(planning: bool, overfitting: bool) -> None:
    """Train the model described by params.yaml on data/tokens."""
    # In a program of their own, not by an import: a change of that code neither makes the
    # `train` stage stale nor begins another run.
    if planning or overfitting:
        command = "stages.plan" if planning else "stages.overfit"
        os.execv(sys.executable, [sys.executable, "-m", command])
    params = load_params()
    backend.setup()
    from lmcore.dataset.shards import check_tokenizer
    from lmcore.training import distributed, trainer

    tokenizer = TOKENIZER / "tokenizer.json"
    check_tokenizer(TOKENS, tokenizer, "`dvc repro` makes both anew")
    if params.train.workers > 1 and not distributed.is_worker():
        distributed.launch(params.train.workers, [sys.executable, "-m", "stages.train"])
        return
    workers = distributed.join(params.train.workers)
    trained = trainer.train(params, TOKENS, CHECKPOINTS, workers)
    if workers.is_rank_0:
        trainer.save_run(trained, tokenizer, MODEL, KEPT, PLOTS, FIGURES)
        timings = {"seconds": trained.seconds, "tokens_per_second": trained.tokens_per_second}
        write_json(TIMINGS / "train.json", timings)


if __name__ == "__main__":
    main()
