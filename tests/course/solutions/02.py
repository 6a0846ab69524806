import mlx.core as mx
import numpy as np


def causal_mask(queries, keys):
    return np.tri(queries, keys, keys - queries, dtype=bool)


def softmax(x):
    e = mx.exp(x - mx.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_weights(q, k):
    k = mx.repeat(k, q.shape[1] // k.shape[1], axis=1)
    scores = mx.einsum("bhqd,bhkd->bhqk", q, k) / q.shape[-1] ** 0.5
    mask = mx.array(causal_mask(q.shape[2], k.shape[2]))
    return softmax(mx.where(mask, scores, -1e30))


def attention(q, k, v):
    v = mx.repeat(v, q.shape[1] // v.shape[1], axis=1)
    return attention_weights(q, k) @ v


def rope(x, theta):
    half = x.shape[1] // 2
    x = np.array(x, np.float64)
    turns = np.arange(len(x))[:, None] / theta ** (np.arange(half) / half)
    z = (x[:, :half] + 1j * x[:, half:]) * np.exp(1j * turns)
    return np.concatenate([z.real, z.imag], axis=1)


def alibi_slopes(n_heads):
    return [2 ** (-8 * (h + 1) / n_heads) for h in range(n_heads)]


def rms_norm(x, weight, epsilon):
    return x / mx.sqrt(mx.mean(x * x, axis=-1, keepdims=True) + epsilon) * weight


def layer_norm(x, weight, bias, epsilon):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / mx.sqrt(mx.var(x, axis=-1, keepdims=True) + epsilon) * weight + bias


def gelu(x):
    return 0.5 * x * (1 + mx.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))


def swiglu(x, gate, up, down):
    g = x @ gate.T
    return (g / (1 + mx.exp(-g)) * (x @ up.T)) @ down.T


def parameter_count(vocab_size, d_model, n_layers, d_ff):
    block = 4 * d_model**2 + 2 * d_model * d_ff + 2 * d_model
    return vocab_size * d_model + n_layers * block + d_model
