import mlx.core as mx
import numpy as np


def route(x, router, top_k):
    p = np.array(mx.softmax(x @ router.T, axis=-1))
    chosen = np.argsort(-p, axis=1, kind="stable")[:, :top_k]
    weights = np.take_along_axis(p, chosen, axis=1)
    return chosen, weights / weights.sum(axis=1, keepdims=True) if top_k > 1 else weights


def mixture(x, chosen, weights, up, down):
    rows = []
    for token, experts, shares in zip(x, chosen.tolist(), weights.tolist(), strict=True):
        parts = [
            share * (mx.maximum(token @ up[e].T, 0) @ down[e].T)
            for e, share in zip(experts, shares, strict=True)
        ]
        rows.append(sum(parts))
    return mx.stack(rows)


def expert_load(chosen, n_experts):
    return np.bincount(np.array(chosen).flatten(), minlength=n_experts) / chosen.size


def balancing_loss(load, probability):
    return len(load) * float((load * probability).sum())


def z_loss(logits):
    return mx.mean(mx.logsumexp(logits, axis=-1) ** 2)


def move_bias(bias, load, step_size):
    return bias - step_size * mx.sign(load - 1 / len(load))
