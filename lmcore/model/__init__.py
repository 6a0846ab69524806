"""The transformer family: one small file per idea, the plain formula beside the fast path."""

from lmcore.model.config import ModelConfig
from lmcore.model.gpt import GPT
from lmcore.model.io import checkpoint_steps, load_model, save_model

__all__ = ["GPT", "ModelConfig", "checkpoint_steps", "load_model", "save_model"]
