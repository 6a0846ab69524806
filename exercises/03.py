"""Chapter 3, docs/03-training.md: loss, optimizer, schedule. `python -m stages.check 03`"""

import mlx.core as mx


def cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """Return -ln softmax(logits)[target] for logits (N, V) and targets (N,): nats, (N,).

    Large logits must not overflow, and a target of probability 0 in float32 costs no infinity.
    """
    raise NotImplementedError


def cross_entropy_gradient(logits: mx.array, target: int) -> mx.array:
    """Return the gradient of the cross-entropy by the logits (V,), without mx.grad."""
    raise NotImplementedError


def bits_per_byte(losses: list[float], size: int) -> float:
    """Return the bits per byte of a text of `size` bytes whose tokens cost `losses` nats."""
    raise NotImplementedError


def adamw_step(
    parameter: mx.array,
    gradient: mx.array,
    m: mx.array,
    v: mx.array,
    step: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
) -> tuple[mx.array, mx.array, mx.array]:
    """Return the parameter, m and v after step `step` of AdamW, which counts from 0."""
    raise NotImplementedError


def newton_schulz(matrix: mx.array, steps: int) -> mx.array:
    """Return `matrix` (R, C) after `steps` steps of Muon's Newton-Schulz iteration.

    First it is divided by its Frobenius norm. A step makes X of it
    a X + (b A + c A^2) X with A = X X^T, a = 3.4445, b = -4.7750, c = 2.0315.
    """
    raise NotImplementedError


def cosine_schedule(
    step: int, steps: int, warmup_steps: int, highest: float, final_ratio: float
) -> float:
    """Return the learning rate of step `step`, 0 to steps - 1.

    It rises linearly to `highest`, which the last step of the warmup has; the first one has
    highest / warmup_steps. The step after the warmup has `highest`, the last step
    final_ratio * highest, and between them is half a cosine wave.
    """
    raise NotImplementedError


def clip_by_global_norm(
    gradients: list[mx.array], max_norm: float
) -> tuple[list[mx.array], mx.array]:
    """Return gradients whose joint norm is at most `max_norm`, and the norm that they had."""
    raise NotImplementedError
