"""Cross-entropy of the next token, in nats: -log softmax(logits)[target]."""

from __future__ import annotations

import mlx.core as mx

from lmcore.backend.dispatch import implementation, map_over_streams, use_implementation
from lmcore.backend.fastmath import blockwise_logsumexp
from lmcore.backend.kernels.cross_entropy import (
    base2_cross_entropy,
    chunked_linear_cross_entropy,
    fused_linear_cross_entropy,
)
from lmcore.model import GPT, ForwardContext
from lmcore.model.load_balance import Balance, auxiliary_loss
from lmcore.model.softcap import softcap


def cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """Return log(sum(exp(logits))) - logits[target]: (...) from (..., V) and integer (...)."""
    target_logit = mx.take_along_axis(logits, targets[..., None], axis=-1)
    # In two levels: on a CPU, mx.logsumexp of 50,257 logits is up to 6e-5 too low.
    return (blockwise_logsumexp(logits, 1024) - target_logit).squeeze(-1)


def linear_cross_entropy(
    hidden: mx.array, weight: mx.array, targets: mx.array, cap: float = 0.0
) -> mx.array:
    """Return the mean cross-entropy of logits hidden (N, D) @ weight^T (V, D) for targets (N,).

    A `cap` above 0 soft-caps the logits first (lmcore/model/softcap.py).
    """
    logits = (hidden @ weight.T).astype(mx.float32)  # (N, V)
    if cap:
        logits = softcap(logits, cap)
    return mx.mean(cross_entropy(logits, targets))


CROSS_ENTROPIES = {
    "reference": cross_entropy,
    "cpu_kernels": base2_cross_entropy,
    "mlx": cross_entropy,
}
LINEAR_CROSS_ENTROPIES = {
    "reference": linear_cross_entropy,
    "cpu_kernels": fused_linear_cross_entropy,
    "mlx": chunked_linear_cross_entropy,
}


def next_token_loss(
    model: GPT,
    inputs: mx.array,
    targets: mx.array,
    key: mx.array | None = None,
    gradient_checkpointing: bool = False,
) -> tuple[mx.array, mx.array]:
    """Return the loss that training minimises, and its cross-entropy in nats per token; scalars.

    The loss is the mean cross-entropy of `targets` (B, T) given `inputs` (B, T)
    plus, with a mixture of experts, the weighted auxiliary losses. `key`, one
    for all rows or (B, 2) with each row's own, decides what dropout drops;
    without one nothing is.
    """

    def forward(
        inputs: mx.array, targets: mx.array, dropout_keys: mx.array | None = None
    ) -> tuple[mx.array, list[Balance]]:
        # 1. The final states of all tokens.
        context = ForwardContext(
            dropout_keys=dropout_keys, gradient_checkpointing=gradient_checkpointing
        )
        hidden = model.hidden(inputs, context).flatten(0, 1)  # (B*T, D)

        # 2. Logits and their cross-entropy, in one function: a kernel need not keep the logits.
        mean_cross_entropy = LINEAR_CROSS_ENTROPIES[implementation()]
        cap = model.config.logit_softcap
        nats = mean_cross_entropy(hidden, model.output_weight, targets.flatten(), cap)

        # 3. How evenly the experts of each mixture layer were used.
        return nats, [Balance.of(routing) for routing in context.routings.values()]

    rows = [inputs, targets]
    if key is not None:
        rows.append(key if key.ndim == 2 else mx.random.split(key, len(inputs)))
    with use_implementation(model.config.implementation):
        nats, balances = zip(*map_over_streams(forward, *rows), strict=True)
    mean = sum(nats) / len(nats)
    layers = [Balance.mean(list(layer)) for layer in zip(*balances, strict=True)]
    return mean + auxiliary_loss(model.config, layers), mean


def token_losses(model: GPT, inputs: mx.array, targets: mx.array) -> mx.array:
    """Return the nats of each target (B, T) given its context, (B, T) float32."""

    def forward(inputs: mx.array, targets: mx.array) -> mx.array:
        logits = model(inputs).flatten(0, 1)  # (B*T, V)
        losses = CROSS_ENTROPIES[implementation()](logits, targets.flatten())
        return losses.reshape(targets.shape)

    with use_implementation(model.config.implementation):
        return mx.concatenate(map_over_streams(forward, inputs, targets))
