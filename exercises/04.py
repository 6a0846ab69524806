"""Chapter 4, docs/04-moe.md: mixture of experts. `python -m stages.check 04`"""

import mlx.core as mx


def route(x: mx.array, router: mx.array, top_k: int) -> tuple[mx.array, mx.array]:
    """Return the experts that tokens x (N, D) go to, and their weights, (N, top_k) each.

    `router` is (E, D), and softmax(x router^T) are the probabilities. The most probable expert
    comes first. The weights of a token add up to 1, but with top_k 1 a weight is
    the probability itself.
    """
    raise NotImplementedError


def mixture(
    x: mx.array, chosen: mx.array, weights: mx.array, up: mx.array, down: mx.array
) -> mx.array:
    """Return the weighted sum of the chosen experts' outputs, (N, D), for tokens x (N, D).

    Expert e is max(0, x up[e]^T) down[e]^T with up (E, F, D) and down (E, D, F); `chosen` and
    `weights` are (N, k).
    """
    raise NotImplementedError


def expert_load(chosen: mx.array, n_experts: int) -> mx.array:
    """Return the share of all choices (N, k) that fell on each expert, (E,)."""
    raise NotImplementedError


def balancing_loss(load: mx.array, probability: mx.array) -> mx.array:
    """Return Switch's loss: 1 when both, (E,) each, are even, and E when one expert has all."""
    raise NotImplementedError


def z_loss(logits: mx.array) -> mx.array:
    """Return the mean over tokens of (ln sum e^logits)^2, for logits (N, E)."""
    raise NotImplementedError


def move_bias(bias: mx.array, load: mx.array, step_size: float) -> mx.array:
    """Return the bias (E,) of loss-free balancing after a step.

    It falls by `step_size` where an expert has more than an even share, and rises by it where
    one has less.
    """
    raise NotImplementedError
