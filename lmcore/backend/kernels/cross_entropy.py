"""Cross-entropy fused with the output projection: the logits never exist all at once.

The formulas are in lmcore/training/cross_entropy.py. The logits (N, V) are the
largest array of training. Here only a chunk of rows exists at once, and of its
softmax P both gradients follow in the forward pass:

    d hidden = (P - onehot(targets)) weight / N
    d weight = (P - onehot(targets))^T hidden / N

so the backward pass only has to scale them. With a soft-cap, P - onehot is
multiplied by the cap's derivative at each logit.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import mlx.core as mx

from lmcore.backend.dispatch import custom_vjp
from lmcore.backend.fastmath import LOG2_E, blockwise_logsumexp, exp2, row_sums
from lmcore.backend.kernels.softcap import softcap_and_derivative

# Elements of a chunk of logits: 4 MiB. 8 MiB make it 5 % faster and nearly double its memory.
CHUNK = 2**20

# Rows of a chunk on a GPU: enough to keep it busy.
_GPU_ROWS = 2048

# Chunks after which all is added to the gradient of the weights. Left to itself,
# MLX adds late and keeps the exponentials of every chunk; made to add after each, it
# cannot add in place. (1024 rows of 32,000 logits on each of two streams: 403
# MiB if left to itself, 428 after each chunk, 223 after four.)
_CHUNKS_PER_SUM = 4


def chunk_rows(vocab_size: int) -> int:
    """Return how many rows of logits are computed at once, on the device in use."""
    return max(32, CHUNK // vocab_size) if mx.default_device() == mx.cpu else _GPU_ROWS


def base2_cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """Return cross-entropy (N,) by base-2 exponentials; for evaluation, without a gradient."""
    target_logit = mx.take_along_axis(logits, targets[..., None], axis=-1)
    row_max = mx.max(logits, axis=-1, keepdims=True)
    row_sum = row_sums(exp2((logits - row_max) * LOG2_E))
    return (mx.log2(row_sum) / LOG2_E + row_max - target_logit).squeeze(-1)


def fused_linear_cross_entropy(
    hidden: mx.array, weight: mx.array, targets: mx.array, cap: float = 0.0
) -> mx.array:
    """Return the mean cross-entropy of hidden (N, D) @ weight^T (V, D), float32, on a CPU."""
    fused = custom_vjp(partial(fused_forward, cap=cap), scale_gradients)
    return fused(hidden, weight, targets)[0]


def fused_forward(hidden: mx.array, weight: mx.array, targets: mx.array, cap: float) -> tuple:
    rows = len(hidden)
    step = chunk_rows(len(weight))
    losses: list[mx.array] = []
    d_hidden: list[mx.array] = []
    derivatives: list[mx.array] = []
    d_weight: Any = None
    for number, start in enumerate(range(0, rows, step)):
        h, target = hidden[start : start + step], targets[start : start + step]
        if number:  # one chunk after the other, for the sake of memory
            done = [losses[-1], d_hidden[-1], *derivatives[-1:]]
            (h,) = mx.depends([h], done if number % _CHUNKS_PER_SUM else [*done, d_weight])
        # Logits in base 2, (n, V), and their log-sum-exp.
        if cap:
            capped, derivative = softcap_and_derivative(h @ weight.T, cap)
            logits = capped * LOG2_E
        else:
            logits = (h * LOG2_E) @ weight.T
        row_max = mx.max(logits, axis=-1, keepdims=True)
        exp_logits = exp2(logits - row_max)
        row_sum = row_sums(exp_logits)
        target_logit = mx.take_along_axis(logits, target[:, None], axis=-1)
        losses.append(mx.sum(mx.log2(row_sum) + row_max - target_logit))
        # The part of the gradients that the softmax contributes.
        scale = 1 / (row_sum * rows)  # 1/N here spares passes over the larger arrays
        if cap:
            exp_logits = exp_logits * derivative
            derivatives.append(mx.take_along_axis(derivative, target[:, None], axis=-1))
        d_hidden.append((exp_logits @ weight) * scale)
        h = h * scale
        d_weight = exp_logits.T @ h if d_weight is None else mx.addmm(d_weight, exp_logits.T, h)
    # The part of the targets.
    onehot = mx.concatenate(derivatives) * (1 / rows) if cap else 1 / rows  # (N, 1) or a number
    d_hidden = mx.concatenate(d_hidden) - weight[targets] * onehot
    d_weight = d_weight.at[targets].add(hidden * -onehot)
    return sum(losses) / (LOG2_E * rows), d_hidden, d_weight


def scale_gradients(primals: tuple, cotangents: tuple, outputs: tuple) -> tuple:
    """Return the gradients that the forward pass found, times that of the loss."""
    arrays = (cotangents[0] * outputs[1], cotangents[0] * outputs[2], mx.zeros_like(primals[2]))
    return tuple(array.astype(own.dtype) for array, own in zip(arrays, primals, strict=True))


def chunked_linear_cross_entropy(
    hidden: mx.array, weight: mx.array, targets: mx.array, cap: float = 0.0
) -> mx.array:
    """Return the same for any type and device, with MLX's own functions.

    Products are of the type given, and what adds up over the chunks is float32.
    P - onehot is within -1 and 1 and meets the loss scale after the chunks:
    divided by N any earlier, it would be below what float16 holds.
    """
    chunked = custom_vjp(partial(chunked_forward, cap=cap), scale_gradients)
    return chunked(hidden, weight, targets)[0]


def chunked_forward(hidden: mx.array, weight: mx.array, targets: mx.array, cap: float) -> tuple:
    rows, vocabulary = len(hidden), mx.arange(len(weight))
    step = chunk_rows(len(weight))
    loss, d_weight = mx.array(0.0), mx.zeros(weight.shape)
    d_hidden: list[mx.array] = []
    for start in range(0, rows, step):
        h, target = hidden[start : start + step], targets[start : start + step, None]
        if start:  # one chunk after the other, for the sake of memory
            (h,) = mx.depends([h], [loss, d_hidden[-1], d_weight])
        logits, derivative = (h @ weight.T).astype(mx.float32), 1.0
        if cap:
            logits = cap * mx.tanh(logits / cap)
            derivative = 1 - mx.square(logits / cap)
        log_sum_exp = blockwise_logsumexp(logits)
        loss = loss + mx.sum(log_sum_exp - mx.take_along_axis(logits, target, axis=-1))
        # The gradient of the sum.
        d_logits = (mx.exp(logits - log_sum_exp) - (target == vocabulary)) * derivative
        d_logits = d_logits.astype(h.dtype)
        d_hidden.append((d_logits @ weight).astype(mx.float32))
        d_weight = d_weight + d_logits.T @ h
    return loss / rows, mx.concatenate(d_hidden) / rows, d_weight / rows
