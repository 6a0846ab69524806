"""How a model is trained: the `train` section of params.yaml, with defaults for small runs."""

from __future__ import annotations

from typing import Any

from lmcore.common.params import checked, with_defaults
from lmcore.common.train_params import TrainParams

# What `TrainConfig.small` gives: AdamW as in chapter 3, evaluated and saved ten times a run.
_SMALL: dict[str, Any] = {
    "seed": 0,
    "batch_size": 8,
    "gradient_accumulation": 1,
    "workers": 1,
    "batch_warmup_steps": 0,
    "optimizer": "adamw",
    "muon": {"momentum_warmup_steps": 0, "normalize_rows": False},
    "learning_rate": 0.003,
    "learning_rate_scale": {"embedding": 1.0, "output": 1.0, "matrices": 1.0, "vectors": 1.0},
    "schedule": "cosine",
    "decay_share": 0.2,
    "final_learning_rate_ratio": 0.1,
    "beta1": 0.9,
    "beta2": 0.95,
    "epsilon": 1e-8,
    "weight_decay": 0.1,
    "weight_decay_schedule": "constant",
    "cautious_weight_decay": False,
    "max_grad_norm": 1.0,
    "max_loss_spike": 0.0,
    "precision": "float32",
    "gradient_checkpointing": False,
    "ema_decay": 0.0,
    "mask_documents": False,
    "align_documents": False,
    "eval_batches": 4,
    "kept_checkpoints": 0,
}


class TrainConfig(TrainParams):
    """The `train` section, for those who train without a params.yaml."""

    @classmethod
    def small(cls, steps: int, **changes: Any) -> TrainConfig:
        """Return the config of a run of `steps` steps, with `changes` to its parameters.

        Unless they are changed too, the warmup takes a twentieth of the steps, and a tenth lies
        between evaluations and between checkpoints. Raises `LmcoreError` for a parameter
        or a value that there is not.
        """
        values = with_defaults(_SMALL, {"steps": steps, **changes})
        if isinstance(steps, int):
            values.setdefault("warmup_steps", steps // 20)
            for name in ("eval_every", "checkpoint_every"):
                values.setdefault(name, max(1, steps // 10))
        return checked(cls, values, "TrainConfig.small")
