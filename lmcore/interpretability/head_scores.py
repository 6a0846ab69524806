"""What kind of head each head is, measured on random tokens that repeat.

A sequence of L random tokens stands twice in a row (Olsson et al. 2022, In-context Learning
and Induction Heads). Nothing but its own repetition predicts the second half. The scores are
mean attention weights of the tokens there, 0 to 1:

    previous token     from position t to t - 1
    duplicate token    from t to t - L, the same token in the first half
    induction          from t to t - L + 1, the token that followed it there
"""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np

from lmcore.model import GPT
from lmcore.model.forward_context import ForwardContext
from lmcore.training.cross_entropy import cross_entropy

_ROWS = 8  # sequences: scores then vary by about 0.01 from seed to seed


def repeated_tokens(model: GPT, end_of_text: int, vocab_size: int, seed: int = 0) -> np.ndarray:
    """Return (rows, 2 L + 1) ids: an end of text, L random tokens, and the same again."""
    length = (model.config.context_length - 1) // 2
    random = np.random.default_rng(seed)
    ordinary = np.delete(np.arange(vocab_size), end_of_text)
    half = random.choice(ordinary, (_ROWS, length))
    return np.concatenate([np.full((_ROWS, 1), end_of_text), half, half], axis=1).astype(np.int32)


def head_scores(model: GPT, tokens: np.ndarray) -> dict[str, Any]:
    """Return the three scores of each head, `[layer][head]`, and the loss of both halves.

    `tokens` are those of `repeated_tokens`. `copying_nats` are the mean losses of the first
    and of the second half: a model that copies has a far lower second one.
    """
    length = (tokens.shape[1] - 1) // 2
    context = ForwardContext(attention_weights=[])
    logits = model.logits(model.hidden(mx.array(tokens), context))
    patterns = [np.array(layer.astype(mx.float32)) for layer in context.attention_weights or []]
    losses = np.array(cross_entropy(logits[:, :-1], mx.array(tokens[:, 1:])))  # (B, 2 L)
    # Each head's mean weight from the second half to so many tokens before.
    distances = {"previous_token": 1, "duplicate_token": length, "induction": length - 1}
    queries = np.arange(length + 1, 2 * length + 1)
    scores: dict[str, Any] = {}
    for score, distance in distances.items():
        weights = (p[:, :, queries, queries - distance].mean(axis=(0, 2)) for p in patterns)
        scores[score] = [[round(float(weight), 4) for weight in layer] for layer in weights]
    halves = losses[:, :length].mean(), losses[:, length + 1 :].mean()
    return scores | {"copying_nats": [round(float(loss), 4) for loss in halves]}
