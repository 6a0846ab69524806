"""Whether a training run fits into the memory of this machine, checked before it begins."""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.memory import check_fits_memory
from lmcore.common.errors import LmcoreError
from lmcore.common.train_params import TrainParams
from lmcore.model.config import ModelConfig
from lmcore.training.distributed import Workers


def check_training_fits(
    state: dict[str, dict[str, mx.array]], model: ModelConfig, train: TrainParams, workers: Workers
) -> None:
    """Raise `LmcoreError` if training cannot fit, before MLX allocates any array of `state`.

    This is a lower bound. `python -m stages.train --plan` prints an estimate of the peak.
    """
    remedy = (
        "Lower train.batch_size, train.workers, model.context_length, model.d_model or "
        "model.n_layers; `python -m stages.train --plan` shows what takes the memory."
    )
    needed = training_bytes(state, model, train, workers) * workers.on_this_machine
    try:
        check_fits_memory(needed, "Training", remedy)
    except LmcoreError:
        if workers.is_rank_0:
            raise
        raise SystemExit(1) from None  # rank 0 gives the reason


def training_bytes(
    state: dict[str, dict[str, mx.array]], model: ModelConfig, train: TrainParams, workers: Workers
) -> int:
    """Return the bytes that a step of one worker needs at least.

    The state (weights, optimizer, average), gradients as large as the weights, and
    of the activations: the inputs of each block's norms and matrices, or with gradient
    checkpointing of each block.
    """
    state_bytes = sum(array.nbytes for arrays in state.values() for array in arrays.values())
    gradients = sum(array.nbytes for array in state["parameters"].values())
    tokens = train.batch_size // workers.size * model.context_length
    values = model.d_model if train.gradient_checkpointing else 4 * model.d_model + model.d_ff
    size = 4 if train.precision == "float32" else 2
    return state_bytes + gradients + size * tokens * model.n_layers * values
