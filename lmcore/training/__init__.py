"""From an untrained model to a trained one: loss, optimizers, training step, loop, checkpoints.

Imports `model`, `dataset` and `common`, and of `backend` the kernels and the dispatch.
"""

from lmcore.training.config import TrainConfig

__all__ = ["TrainConfig"]
