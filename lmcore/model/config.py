"""What decides a model's shape: the `model` section of params.yaml and the vocabulary."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from lmcore.common.model_params import ModelParams
from lmcore.common.params import checked, with_defaults
from lmcore.common.section import Implementation
from lmcore.model.norms import EPSILON

# Each variant at the value with which it changes nothing.
WITHOUT_VARIANTS: dict[str, Any] = {
    "rope_share": 1.0,
    "attention_window": 0,
    "global_every": 0,
    "head_gates": False,
    "value_embeddings": 0,
    "value_embedding_form": "table",
    "residual_scalars": False,
    "unet_skips": False,
    "smear": False,
    "short_convolution": "none",
    "convolution_width": 4,
    "embedding_std": 0.02,
    "copying_blocks": 0,
    "zero_init_projections": False,
    "logit_softcap": 0.0,
}

# What `ModelConfig.small` gives: a Llama-like model of 0.8 million parameters and an embedding.
_SMALL: dict[str, Any] = {
    "implementation": "auto",
    "context_length": 256,
    "d_model": 128,
    "n_layers": 4,
    "n_heads": 4,
    "positions": "rope",
    "rope_theta": 10000.0,
    "norm": "rmsnorm",
    "norm_placement": "pre",
    "residual": True,
    "feed_forward": "swiglu",
    "qk_norm": True,
    "tied_embeddings": True,
    "bias": False,
    "dropout": 0.0,
    "moe": {
        "experts": 0,
        "top_k": 2,
        "every": 1,
        "balance": "loss",
        "balance_coefficient": 0.01,
        "z_loss_coefficient": 0.001,
    },
}


class ModelConfig(ModelParams):
    """Everything needed to rebuild a model; nothing about the machine it runs on."""

    vocab_size: Annotated[int, Field(ge=1, le=2**24)]
    implementation: Implementation = "auto"
    norm_epsilon: Annotated[float, Field(gt=0, le=1)] = EPSILON  # imported models may have another
    document_start: int | None = None  # this token begins a document that attention stays within

    @classmethod
    def small(cls, vocab_size: int, **changes: Any) -> ModelConfig:
        """Return the config of a small model, with `changes` to its parameters.

        Unless they are changed too, `n_kv_heads` is `n_heads`, and `d_ff` is so wide that a
        feed-forward has about 8 d_model^2 weights, gated or not. Of `moe` some parameters
        are enough. Raises `LmcoreError` for a parameter or a value that there is not.
        """
        values = with_defaults(_SMALL | WITHOUT_VARIANTS, {"vocab_size": vocab_size, **changes})
        values.setdefault("n_kv_heads", values["n_heads"])
        if "d_ff" not in values and isinstance(width := values["d_model"], int):
            gated = values["feed_forward"] == "swiglu"
            values["d_ff"] = -(-width // 3) * 8 if gated else 4 * width
        return checked(cls, values, "ModelConfig.small")
