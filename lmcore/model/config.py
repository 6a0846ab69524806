"""What decides a model's shape: the `model` section of params.yaml and the vocabulary."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lmcore.common.model_params import ModelParams
from lmcore.common.section import Implementation, Positive
from lmcore.model.norms import EPSILON


class ModelConfig(ModelParams):
    """Everything needed to rebuild a model; nothing about the machine it runs on."""

    vocab_size: Annotated[int, Field(ge=1, le=2**24)]
    implementation: Implementation = "auto"
    norm_epsilon: Positive = EPSILON  # imported models may have another
    document_start: int | None = None  # this token begins a document that attention stays within
