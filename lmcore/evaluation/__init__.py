"""How good a model is: bits per byte, baselines, standard errors, coherence, copying.

Imports `generation`, `training` (the loss), `corpus`, `dataset`, `tokenizer` and below.
"""

from lmcore.evaluation.evaluation import evaluate

__all__ = ["evaluate"]
