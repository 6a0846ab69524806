"""Cross-entropy of the next token, in nats: -log softmax(logits)[target]."""

from __future__ import annotations

import mlx.core as mx

from lmcore.model.attention import ForwardPass
from lmcore.model.gpt import GPT


def cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """log(sum(exp(logits))) - logits[target]: (...) from (..., V) and integer (...)."""
    chosen = mx.take_along_axis(logits, targets[..., None], axis=-1).squeeze(-1)
    return mx.logsumexp(logits, axis=-1) - chosen


def next_token_loss(
    model: GPT, inputs: mx.array, targets: mx.array, key: mx.array | None = None
) -> mx.array:
    """What training minimises: mean nats per token, a scalar.

    `inputs` and `targets` are (B, T) token ids. `key` decides which activations
    are dropped; without one, or with model.dropout 0, none are.
    """
    hidden = model.run(inputs, ForwardPass(model.positions, dropout_key=key))
    return mx.mean(cross_entropy(model.logits(hidden), targets))


def token_losses(model: GPT, inputs: mx.array, targets: mx.array) -> mx.array:
    """Nats of each target given its context, (B, T) float32."""
    return cross_entropy(model(inputs), targets)
