"""Cross-entropy of the next token, in nats: -log softmax(logits)[target]."""

from __future__ import annotations

from functools import partial

import mlx.core as mx

from lmcore.backend.dispatch import custom_vjp, implementation, map_over_streams
from lmcore.backend.fastmath import LOG2_E, exp2
from lmcore.model.attention import ForwardContext
from lmcore.model.gpt import GPT
from lmcore.model.moe import Balance, auxiliary_loss
from lmcore.model.softcap import plain_softcapped, softcapped_and_slope


def cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """log(sum(exp(logits))) - logits[target]: (...) from (..., V) and integer (...)."""
    chosen = mx.take_along_axis(logits, targets[..., None], axis=-1).squeeze(-1)
    return mx.logsumexp(logits, axis=-1) - chosen


def cpu_cross_entropy(logits: mx.array, targets: mx.array) -> mx.array:
    """The same by base-2 powers; for evaluation, so without a gradient of its own."""
    chosen = mx.take_along_axis(logits, targets[..., None], axis=-1)
    top = mx.max(logits, axis=-1, keepdims=True)
    total = mx.sum(exp2((logits - top) * LOG2_E), axis=-1, keepdims=True)
    return (mx.log2(total) / LOG2_E + top - chosen).squeeze(-1)


CROSS_ENTROPIES = {
    "reference": cross_entropy,
    "cpu_kernels": cpu_cross_entropy,
    "mlx": cross_entropy,
}


def plain_mean_loss(
    hidden: mx.array, weight: mx.array, targets: mx.array, cap: float = 0.0
) -> mx.array:
    """Mean cross-entropy of logits hidden (N, D) @ weight^T (V, D) for targets (N,).

    A `cap` above 0 caps the logits first (lmcore/model/softcap.py).
    """
    logits = (hidden @ weight.T).astype(mx.float32)
    return mx.mean(cross_entropy(plain_softcapped(logits, cap) if cap else logits, targets))


def fused_mean_loss(
    hidden: mx.array, weight: mx.array, targets: mx.array, cap: float = 0.0
) -> mx.array:
    """The same, some rows at a time, with the gradient found on the way.

    The logits (N, V) are the largest array of training. Here only a chunk of
    rows exists at once: of its softmax P both gradients follow at once,

        d hidden = (P - onehot(targets)) weight / N
        d weight = (P - onehot(targets))^T hidden / N

    so the backward pass has but to scale them. With a soft-cap, P - onehot is
    multiplied by the cap's slope at each logit.
    """
    fused = custom_vjp(partial(_fused_forward, cap=cap), _fused_backward)
    return fused(hidden, weight, targets)[0]


# Elements of a chunk of logits: 4 MiB. 8 MiB make it 5 % faster and nearly double its memory.
CHUNK = 2**20

# Rows of a chunk on a GPU: enough to keep it busy.
_GPU_ROWS = 2048


def chunk_rows(vocab_size: int) -> int:
    """Rows of logits that are computed at once, on the device in use."""
    return max(32, CHUNK // vocab_size) if mx.default_device() == mx.cpu else _GPU_ROWS


# Chunks after which all is added to the gradient of the weights. Left to itself,
# MLX adds late and keeps the powers of every chunk; made to add after each, it
# cannot add in place. (1024 rows of 32,000 logits on each of two streams: 403
# MiB if left to itself, 428 after each chunk, 223 after four.)
_ADDED = 4


def _fused_forward(hidden: mx.array, weight: mx.array, targets: mx.array, cap: float) -> tuple:
    rows = len(hidden)
    step = chunk_rows(len(weight))
    losses, d_hidden, slopes = [], [], []
    d_weight = None
    for number, start in enumerate(range(0, rows, step)):
        h, target = hidden[start : start + step], targets[start : start + step]
        if number:  # one chunk after the other, for the sake of memory
            done = [losses[-1], d_hidden[-1], *slopes[-1:]]
            (h,) = mx.depends([h], done if number % _ADDED else [*done, d_weight])
        scores, slope = _base2_scores(h, weight, cap)
        top = mx.max(scores, axis=-1, keepdims=True)
        powers = exp2(scores - top)
        total = mx.sum(powers, axis=-1, keepdims=True)
        chosen = mx.take_along_axis(scores, target[:, None], axis=-1)
        losses.append(mx.sum(mx.log2(total) + top - chosen))
        share = 1 / (total * rows)  # 1/N here spares passes over the larger arrays
        if slope is not None:
            powers = powers * slope
            slopes.append(mx.take_along_axis(slope, target[:, None], axis=-1))
        d_hidden.append((powers @ weight) * share)
        h = h * share
        d_weight = powers.T @ h if d_weight is None else mx.addmm(d_weight, powers.T, h)
    onehot = mx.concatenate(slopes) * (1 / rows) if slopes else 1 / rows  # (N, 1) or a number
    d_hidden = mx.concatenate(d_hidden) - weight[targets] * onehot
    d_weight = d_weight.at[targets].add(hidden * -onehot)
    return sum(losses) / (LOG2_E * rows), d_hidden, d_weight


def _base2_scores(h: mx.array, weight: mx.array, cap: float) -> tuple[mx.array, mx.array | None]:
    """Logits in base 2, (n, V), and the slope of their cap if there is one."""
    if not cap:
        return (h * LOG2_E) @ weight.T, None
    capped, slope = softcapped_and_slope(h @ weight.T, cap)
    return capped * LOG2_E, slope


def _fused_backward(primals: tuple, cotangents: tuple, outputs: tuple) -> tuple:
    _, d_hidden, d_weight = outputs
    return cotangents[0] * d_hidden, cotangents[0] * d_weight, mx.zeros_like(primals[2])


def chunked_mean_loss(
    hidden: mx.array, weight: mx.array, targets: mx.array, cap: float = 0.0
) -> mx.array:
    """The same as `fused_mean_loss` for any type and device, with MLX's own functions.

    Products are of the type given, and what adds up over the chunks is float32.
    P - onehot is within -1 and 1 and meets the loss's factor after the chunks:
    divided by N any earlier, it would be below what float16 holds.
    """
    chunked = custom_vjp(partial(_chunked_forward, cap=cap), _chunked_backward)
    return chunked(hidden, weight, targets)[0]


def _chunked_forward(hidden: mx.array, weight: mx.array, targets: mx.array, cap: float) -> tuple:
    rows, vocabulary = len(hidden), mx.arange(len(weight))
    step = chunk_rows(len(weight))
    loss, d_hidden, d_weight = mx.array(0.0), [], mx.zeros(weight.shape)
    for start in range(0, rows, step):
        h, target = hidden[start : start + step], targets[start : start + step, None]
        if start:  # one chunk after the other, for the sake of memory
            (h,) = mx.depends([h], [loss, d_hidden[-1], d_weight])
        logits, slope = (h @ weight.T).astype(mx.float32), 1.0
        if cap:
            logits = plain_softcapped(logits, cap)
            slope = 1 - mx.square(logits / cap)
        total = mx.logsumexp(logits, axis=-1, keepdims=True)
        loss = loss + mx.sum(total - mx.take_along_axis(logits, target, axis=-1))
        d_logits = (mx.exp(logits - total) - (target == vocabulary)) * slope  # of the sum
        d_logits = d_logits.astype(h.dtype)
        d_hidden.append((d_logits @ weight).astype(mx.float32))
        d_weight = d_weight + d_logits.T @ h
    return loss / rows, mx.concatenate(d_hidden) / rows, d_weight / rows


def _chunked_backward(primals: tuple, cotangents: tuple, outputs: tuple) -> tuple:
    scaled = _fused_backward(primals, cotangents, outputs)  # in float32, then rounded
    return tuple(array.astype(own.dtype) for array, own in zip(scaled, primals, strict=True))


MEAN_LOSSES = {
    "reference": plain_mean_loss,
    "cpu_kernels": fused_mean_loss,
    "mlx": chunked_mean_loss,
}


def next_token_loss(
    model: GPT,
    inputs: mx.array,
    targets: mx.array,
    key: mx.array | None = None,
    recompute: bool = False,
) -> mx.array:
    """What training minimises: the sum of `loss_terms`, a scalar."""
    cross_entropy, auxiliary = loss_terms(model, inputs, targets, key, recompute)
    return cross_entropy + auxiliary


def loss_terms(
    model: GPT,
    inputs: mx.array,
    targets: mx.array,
    key: mx.array | None = None,
    recompute: bool = False,
) -> tuple[mx.array, mx.array]:
    """Mean nats per token, and the weighted auxiliary losses of mixtures (0 without); scalars.

    `inputs` and `targets` are (B, T) token ids. `key`, one for all rows or (B, 2)
    with each row's own, decides which activations are dropped; without one, or
    with model.dropout 0, none are. With `recompute` the backward pass computes
    each block's activations again.
    """

    def part(
        _: int, inputs: mx.array, targets: mx.array, keys: mx.array | None = None
    ) -> tuple[mx.array, list[Balance]]:
        forward = ForwardContext(model.positions, dropout_keys=keys, recompute=recompute)
        hidden = model.run(inputs, forward).flatten(0, 1)
        cap = model.config.logit_softcap
        loss = MEAN_LOSSES[implementation()](hidden, model.output_weight, targets.flatten(), cap)
        return loss, [Balance.of(routing) for routing in forward.routings]

    rows = [inputs, targets]
    if key is not None:
        rows.append(key if key.ndim == 2 else mx.random.split(key, len(inputs)))
    losses, balances = zip(*map_over_streams(part, *rows), strict=True)
    layers = [Balance.mean(list(layer)) for layer in zip(*balances, strict=True)]
    return sum(losses) / len(losses), auxiliary_loss(model.config, layers)


def token_losses(model: GPT, inputs: mx.array, targets: mx.array) -> mx.array:
    """Nats of each target (B, T) given its context, (B, T) float32."""

    def part(_: int, inputs: mx.array, targets: mx.array) -> mx.array:
        losses = CROSS_ENTROPIES[implementation()](model(inputs).flatten(0, 1), targets.flatten())
        return losses.reshape(targets.shape)

    return mx.concatenate(map_over_streams(part, inputs, targets))
