"""The evaluation of a run: its model, the stories that the model writes, and its checkpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lmcore.common.params import EvaluateParams
from lmcore.evaluation.coherence import evaluate_coherence
from lmcore.evaluation.copying import evaluate_copying
from lmcore.evaluation.evaluation import Evaluation, evaluate
from lmcore.model import load_model


def evaluate_run(
    folder: Path, checkpoints: Path, raw: Path, tokens: Path, params: EvaluateParams
) -> Evaluation:
    """Return `evaluate` of the model in `folder`, with its coherence and copying."""
    return replace(
        evaluate(load_model(folder), raw, tokens, params.batch_size, params.stride),
        coherence=evaluate_coherence(folder, checkpoints, raw, params),
        copying=evaluate_copying(folder, checkpoints, raw, params),
    )
