import math

import mlx.core as mx
import numpy as np


def cross_entropy(logits, targets):
    rows = mx.arange(len(targets))
    return mx.logsumexp(logits, axis=-1) - logits[rows, targets]


def cross_entropy_gradient(logits, target):
    p = np.exp(np.array(logits) - np.array(logits).max())
    p /= p.sum()
    p[target] -= 1
    return p


def bits_per_byte(losses, size):
    return sum(losses) / math.log(2) / size


def adamw_step(parameter, gradient, m, v, step, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))
    change = m_hat / (mx.sqrt(v_hat) + epsilon) + weight_decay * parameter
    return parameter - learning_rate * change, m, v


def newton_schulz(matrix, steps):
    x = matrix / mx.sqrt(mx.sum(matrix**2))
    for _ in range(steps):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x


def cosine_schedule(step, steps, warmup_steps, highest, final_ratio):
    if step < warmup_steps:
        return highest * (step + 1) / warmup_steps
    progress = (step - warmup_steps) / (steps - 1 - warmup_steps)
    return highest * (final_ratio + (1 - final_ratio) * (1 + math.cos(math.pi * progress)) / 2)


def clip_by_global_norm(gradients, max_norm):
    norm = math.sqrt(sum(float(mx.sum(g**2)) for g in gradients))
    return [g * min(1, max_norm / norm) for g in gradients], norm
