"""The formulas of the transformer, one idea per file, as a textbook writes them.

Their fast forms are in backend/kernels; a table beside each formula names the
implementations. Imports `backend` and `common` alone.
"""

from lmcore.model.config import ModelConfig
from lmcore.model.forward_context import ForwardContext
from lmcore.model.gpt import GPT
from lmcore.model.io import checkpoint_steps, load_model, save_model
from lmcore.model.load_balance import auxiliary_loss

__all__ = [
    "GPT",
    "ForwardContext",
    "ModelConfig",
    "auxiliary_loss",
    "checkpoint_steps",
    "load_model",
    "save_model",
]
