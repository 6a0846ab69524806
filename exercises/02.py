"""Chapter 2, docs/02-architecture.md: the transformer's parts. `python -m stages.check 02`"""

import mlx.core as mx


def causal_mask(queries: int, keys: int) -> mx.array:
    """Return True where query i may see key j, (queries, keys).

    The queries are the last of the keys: the last query sees all of them.
    """
    raise NotImplementedError


def softmax(x: mx.array) -> mx.array:
    """Return e^x / sum(e^x) over the last axis; large x must not overflow."""
    raise NotImplementedError


def attention_weights(q: mx.array, k: mx.array) -> mx.array:
    """Return softmax(q k^T / sqrt(Dh)), later keys masked, (B, H, T, T).

    q is (B, H, T, Dh) and k is (B, G, T, Dh): each key head serves H / G query heads, the
    first key head the first of them.
    """
    raise NotImplementedError


def attention(q: mx.array, k: mx.array, v: mx.array) -> mx.array:
    """Return the mean of the values v (B, G, T, Dh) under `attention_weights`, (B, H, T, Dh)."""
    raise NotImplementedError


def rope(x: mx.array, theta: float) -> mx.array:
    """Return x (T, Dh) with each row turned by its position t = 0, 1, ...

    Channels i and i + Dh/2 are a pair, which turns by the angle t / theta^(2i/Dh).
    """
    raise NotImplementedError


def alibi_slopes(n_heads: int) -> mx.array:
    """Return ALiBi's slope of each head, (H,), for H a power of two: 2^(-8h/H), h = 1 ... H."""
    raise NotImplementedError


def rms_norm(x: mx.array, weight: mx.array, epsilon: float) -> mx.array:
    """Return x / sqrt(mean(x^2) + epsilon) * weight, over the last axis."""
    raise NotImplementedError


def layer_norm(x: mx.array, weight: mx.array, bias: mx.array, epsilon: float) -> mx.array:
    """Return (x - mean) / sqrt(variance + epsilon) * weight + bias, over the last axis."""
    raise NotImplementedError


def gelu(x: mx.array) -> mx.array:
    """Return the tanh form of GELU: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))."""
    raise NotImplementedError


def swiglu(x: mx.array, gate: mx.array, up: mx.array, down: mx.array) -> mx.array:
    """Return (silu(x gate^T) * (x up^T)) down^T, (T, D), with silu(x) = x / (1 + e^-x).

    x is (T, D), `gate` and `up` are (F, D), `down` is (D, F).
    """
    raise NotImplementedError


def parameter_count(vocab_size: int, d_model: int, n_layers: int, d_ff: int) -> int:
    """Return how many numbers such a model learns.

    Tied embeddings, no biases, RMSNorm before each sublayer and at the end, as many key
    heads as query heads, two matrices in a feed-forward.
    """
    raise NotImplementedError
