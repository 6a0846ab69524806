"""A trained model for a notebook or a terminal of Python: `lmcore.load`.

Imports `evaluation`, `generation` and below.
"""

from lmcore.notebook.language_model import (
    AttentionWeights,
    LanguageModel,
    TokenProbabilities,
    load,
)

__all__ = ["AttentionWeights", "LanguageModel", "TokenProbabilities", "load"]
