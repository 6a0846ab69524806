"""What decides a model's shape: the `model` section of params.yaml and the vocabulary."""

from __future__ import annotations

from lmcore.params import Count, ModelParams


class ModelConfig(ModelParams):
    """Everything needed to rebuild a model; nothing about the machine it runs on."""

    vocab_size: Count
    document_start: int | None = None  # this token begins a document that attention stays within
