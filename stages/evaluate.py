"""Measures the model against baselines and the entropy floor."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import EVALUATION, METRICS, MODEL, RAW, TOKENS


@click.command(cls=StageCommand)
def main() -> None:
    """Evaluate data/model on the validation split."""
    params = load_params().evaluate
    backend.setup()
    from lmcore.dataset.shards import check_tokenizer
    from lmcore.dataset.stories import verify_stories
    from lmcore.evaluation import evaluate
    from lmcore.model import load_model
    from lmcore.tokenizer.tokenizer import Tokenizer

    verify_stories(RAW, ["validation"])
    check_tokenizer(
        TOKENS,
        MODEL / "tokenizer.json",
        f"`python -m stages.encode --tokenizer {MODEL / 'tokenizer.json'}` encodes the stories for "
        "this model, and `dvc repro` trains another",
    )
    tokenizer = Tokenizer.load(MODEL)
    evaluation = evaluate(load_model(MODEL), RAW, TOKENS, params.batch_size, params.stride)
    evaluation.save(EVALUATION, METRICS / "evaluation.json", tokenizer)


if __name__ == "__main__":
    main()
