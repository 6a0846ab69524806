"""Measure the model: bits per byte, baselines, the entropy floor, coherence and copying."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import EVALUATION, KEPT, METRICS, MODEL, RAW, TOKENS


@click.command(cls=StageCommand)
def main() -> None:
    """Evaluate data/model on the validation split."""
    params = load_params().evaluate
    backend.setup()
    from lmcore.dataset.shards import check_tokenizer
    from lmcore.dataset.stories import verify_stories
    from lmcore.evaluation.run import evaluate_run
    from lmcore.tokenizer.tokenizer import Tokenizer

    verify_stories(RAW, ["validation"])
    check_tokenizer(
        TOKENS,
        MODEL / "tokenizer.json",
        f"`python -m stages.encode --tokenizer {MODEL / 'tokenizer.json'}` encodes the stories for "
        "this model, and `dvc repro` trains another",
    )
    evaluation = evaluate_run(MODEL, KEPT, RAW, TOKENS, params)
    evaluation.save(EVALUATION, METRICS / "evaluation.json", Tokenizer.load(MODEL))


if __name__ == "__main__":
    main()
