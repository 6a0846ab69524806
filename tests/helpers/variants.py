"""Small models of every kind, and the same models written in NumPy (float64).

The reference reads our weights by name and shares no code with lmcore.
"""

from __future__ import annotations

import math
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from lmcore.backend.dispatch import use_implementation
from lmcore.model import GPT, ModelConfig
from lmcore.model.config import WITHOUT_VARIANTS
from lmcore.training.cross_entropy import next_token_loss

Weights = dict[str, np.ndarray]
NO_EXPERTS = {
    "experts": 0,
    "top_k": 2,
    "every": 1,
    "balance": "loss",
    "balance_coefficient": 0.01,
    "z_loss_coefficient": 0.001,
}
BASE = {
    "implementation": "auto",
    # More tokens than one query block of the fast attention, and not a multiple of it.
    "context_length": 75,
    "d_model": 24,
    "n_layers": 2,
    "n_heads": 4,
    "n_kv_heads": 4,
    "d_ff": 56,  # and enough activations for the fast forms
    "positions": "rope",
    "rope_theta": 10000.0,
    "norm": "rmsnorm",
    "norm_placement": "pre",
    "residual": True,
    "feed_forward": "gelu",
    "qk_norm": False,
    "tied_embeddings": True,
    **WITHOUT_VARIANTS,
    "bias": False,
    "dropout": 0.0,
    "moe": NO_EXPERTS,
    "vocab_size": 61,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "base": {},
    "sinusoidal": {"positions": "sinusoidal", "norm_placement": "post"},
    "gpt2": {"positions": "learned", "norm": "layernorm", "bias": True},
    "alibi": {"positions": "alibi", "feed_forward": "relu"},
    "no positions": {"positions": "none", "feed_forward": "relu2"},
    "llama": {"feed_forward": "swiglu", "n_kv_heads": 2, "tied_embeddings": False},
    "one kv head": {"n_kv_heads": 1, "qk_norm": True, "bias": True},
    "alibi grouped": {"positions": "alibi", "n_kv_heads": 2, "qk_norm": True},
    "post layernorm": {"norm": "layernorm", "norm_placement": "post", "feed_forward": "swiglu"},
    "no norm": {"norm_placement": "none", "bias": True},
    "no residual": {"residual": False, "norm": "layernorm"},
    "post no residual": {"residual": False, "norm_placement": "post"},
    "epsilon": {"norm_epsilon": 0.1, "qk_norm": True},
    "layernorm epsilon": {"norm": "layernorm", "norm_epsilon": 0.1},
    "twelve heads": {"positions": "alibi", "n_heads": 12, "n_kv_heads": 3},
    "softcap": {"logit_softcap": 2.0},
    "value embeddings": {"value_embeddings": 1, "n_kv_heads": 2},
    "residual scalars": {"residual_scalars": True, "positions": "learned"},
    "sandwich": {"norm_placement": "sandwich", "norm": "layernorm", "bias": True},
    "partial rope": {"d_model": 32, "rope_share": 0.5, "qk_norm": True},
    "window": {"attention_window": 20, "global_every": 2, "n_kv_heads": 2},
    "alibi window": {"attention_window": 7, "positions": "alibi"},
    "head gates": {"head_gates": True, "n_kv_heads": 2},
    "smear": {"smear": True, "positions": "learned", "norm_placement": "post"},
    "canon": {"short_convolution": "input", "n_kv_heads": 2, "convolution_width": 3},
    "convolved heads": {"short_convolution": "qkv", "n_kv_heads": 2, "value_embeddings": 1},
    "projected values": {
        "value_embeddings": 1,
        "value_embedding_form": "projection",
        "n_kv_heads": 2,
    },
    "unet": {"unet_skips": True, "residual_scalars": True, "n_layers": 3},
    "modern": {
        "feed_forward": "relu2",
        "qk_norm": True,
        "value_embeddings": 2,
        "residual_scalars": True,
        "zero_init_projections": True,
        "logit_softcap": 15.0,
        "tied_embeddings": False,
    },
    "everything": {
        "d_model": 32,
        "n_layers": 3,
        "n_kv_heads": 2,
        "rope_share": 0.5,
        "attention_window": 9,
        "global_every": 2,
        "norm_placement": "sandwich",
        "head_gates": True,
        "value_embeddings": 2,
        "value_embedding_form": "projection",
        "residual_scalars": True,
        "unet_skips": True,
        "smear": True,
        "short_convolution": "qkv",
    },
    "swiglu bias": {"feed_forward": "swiglu", "bias": True, "positions": "learned"},
}


def config_of(**changes: Any) -> ModelConfig:
    return ModelConfig(**{**BASE, **changes})


def model_of(seed: int = 0, **changes: Any) -> GPT:
    """A model whose weights are larger than at the start, so that all of it matters."""
    return shaken(GPT(config_of(**changes), seed), seed)


def shaken(model: GPT, seed: int) -> GPT:
    """The model with noise added to its weights, also to those that start at 0."""
    weights = []
    for number, (name, array) in enumerate(tree_flatten(model.parameters())):
        noise = mx.random.normal(array.shape, key=mx.random.key(1000 * seed + number))
        weights.append((name, array + (0.15 if array.ndim > 1 else 0.3) * noise))
    model.load_weights(weights)
    return model


def tokens_of(model: GPT, batch: int = 2, length: int | None = None, seed: int = 7) -> mx.array:
    shape = (batch, length or model.config.context_length)
    return mx.random.randint(0, model.config.vocab_size, shape, key=mx.random.key(seed))


def weights_of(model: GPT) -> Weights:
    return {name: np.array(array, np.float64) for name, array in tree_flatten(model.parameters())}


def numpy_loss(weights: Weights, config: ModelConfig, inputs: Any, targets: Any) -> float:
    logits = numpy_logits(weights, config, np.array(inputs))
    top = logits.max(-1, keepdims=True)
    log_probabilities = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return -np.take_along_axis(log_probabilities, np.array(targets)[..., None], -1).mean()


def numpy_logits(w: Weights, c: ModelConfig, tokens: np.ndarray) -> np.ndarray:
    x = w["embedding.weight"][tokens]
    length, width = x.shape[1:]
    if c.smear:
        gate = 1 / (1 + np.exp(-x[:, 1:, :12] @ w["smear.gate"]))
        x[:, 1:] += w["smear.scale"] * gate[..., None] * x[:, :-1].copy()
    if c.positions == "learned":
        x = x + w["positions.weight"][:length]
    if c.positions == "sinusoidal":
        for t in range(length):
            for i in range(width):
                angle = t / 10000 ** ((i - i % 2) / width)
                x[:, t, i] += 0.02 * math.sqrt(2) * (math.cos if i % 2 else math.sin)(angle)
    first, outputs = x, []
    for layer in range(c.n_layers):
        at = f"blocks.{layer}."
        if c.unet_skips and layer > (c.n_layers - 1) / 2:
            source = c.n_layers - 1 - layer
            x = x + w["unet_skips.weights"][source] * outputs[source]
        if c.residual_scalars:
            keep, renew = w[f"residual_scalars.{layer}.scalars"]
            x = keep * x + renew * first
        x = _sublayer(
            w, c, x, at + "attention_norm", lambda x, at=at: _attention(w, c, x, at, tokens, first)
        )
        x = _sublayer(w, c, x, at + "feed_forward_norm", lambda x, at=at: _feed(w, c, x, at))
        outputs.append(x)
    if c.norm_placement in ("pre", "sandwich"):
        x = _norm(w, c, c.norm, x, "final_norm")
    logits = x @ w["embedding.weight" if c.tied_embeddings else "output.weight"].T
    return c.logit_softcap * np.tanh(logits / c.logit_softcap) if c.logit_softcap else logits


def _sublayer(w: Weights, c: ModelConfig, x: np.ndarray, norm: str, f: Any) -> np.ndarray:
    y = f(_norm(w, c, c.norm, x, norm) if c.norm_placement in ("pre", "sandwich") else x)
    if c.norm_placement == "sandwich":
        y = _norm(w, c, c.norm, y, norm.replace("_norm", "_output_norm"))
    y = x + y if c.residual else y
    return _norm(w, c, c.norm, y, norm) if c.norm_placement == "post" else y


def _norm(w: Weights, c: ModelConfig, kind: str, x: np.ndarray, name: str) -> np.ndarray:
    if kind == "layernorm":
        x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(-1, keepdims=True) + c.norm_epsilon) * w[name + ".weight"]
    return x + w.get(name + ".bias", 0)


def _linear(w: Weights, x: np.ndarray, name: str) -> np.ndarray:
    return x @ w[name + ".weight"].T + w.get(name + ".bias", 0)


def _attention(
    w: Weights, c: ModelConfig, x: np.ndarray, at: str, tokens: np.ndarray, first: np.ndarray
) -> np.ndarray:
    batch, length, _ = x.shape
    x = _convolved(w, x, at, "input")
    q, k, v = (
        _convolved(w, _linear(w, x, f"{at}attention.{name}"), at, name)
        for name in ("query", "key", "value")
    )
    table = w.get(at + "attention.value_embedding.table.weight")
    if table is not None:
        of_state, of_token = w[at + "attention.value_embedding.scalars"]
        v = of_state * v + of_token * table[tokens]
    size = c.d_model // c.n_heads
    values = at + "attention.value_embedding."
    if values + "projection.weight" in w:
        first = _norm(w, c, "rmsnorm", first, "embedding_norm")
        projected = _linear(w, first, values + "projection")
        gates = 2 / (1 + np.exp(-x[..., :12] @ w[values + "head_gates.gates"].T))
        v = v + np.repeat(gates, size, axis=-1) * projected
    out = np.zeros_like(x)
    for b in range(batch):
        for h in range(c.n_heads):
            g = h // (c.n_heads // c.n_kv_heads)
            one_q = q[b, :, h * size : (h + 1) * size]
            one_k, one_v = (a[b, :, g * size : (g + 1) * size] for a in (k, v))
            if c.qk_norm:
                one_q = _norm(w, c, "rmsnorm", one_q, at + "attention.query_norm")
                one_k = _norm(w, c, "rmsnorm", one_k, at + "attention.key_norm")
            if c.positions == "rope":
                one_q, one_k = _rope(c, one_q), _rope(c, one_k)
            scores = one_q @ one_k.T / math.sqrt(size)
            gate = np.ones(length)
            if c.head_gates:
                gate = 2 / (1 + np.exp(-x[b, :, :12] @ w[at + "attention.head_gates.gates"][h]))
            for t in range(length):
                row = scores[t, : t + 1]
                if c.positions == "alibi":
                    row = row - _slope(h, c.n_heads) * np.arange(t, -1, -1)
                layer = int(at.split(".")[1])
                if c.attention_window and (not c.global_every or (layer + 1) % c.global_every):
                    row = np.where(np.arange(t, -1, -1) < c.attention_window, row, -np.inf)
                p = np.exp(row - row.max())
                out[b, t, h * size : (h + 1) * size] = gate[t] * (p / p.sum() @ one_v[: t + 1])
    return _linear(w, out, at + "attention.output")


def _convolved(w: Weights, x: np.ndarray, at: str, name: str) -> np.ndarray:
    weight = w.get(f"{at}attention.convolutions.{name}.weight")
    if weight is None:
        return x
    y = x.copy()
    for t in range(x.shape[1]):
        for lag in range(min(len(weight), t + 1)):
            y[:, t] += weight[lag] * x[:, t - lag]
    return y


def _rope(c: ModelConfig, x: np.ndarray) -> np.ndarray:
    # Pairs as complex numbers: position t turns pair i by t / theta^(2i/K).
    half = int(c.rope_share * x.shape[1] / 2)
    z = x[:, :half] + 1j * x[:, half : 2 * half]
    frequency = c.rope_theta ** (-np.arange(half) / half)
    z = z * np.exp(1j * np.arange(len(x))[:, None] * frequency)
    return np.concatenate([z.real, z.imag, x[:, 2 * half :]], axis=1)


def _slope(head: int, heads: int) -> float:
    powers = 2 ** math.floor(math.log2(heads))
    if head < powers:
        return 2 ** (-8 * (head + 1) / powers)
    return 2 ** (-4 * (2 * (head - powers) + 1) / powers)


def _feed(w: Weights, c: ModelConfig, x: np.ndarray, at: str) -> np.ndarray:
    up = _linear(w, x, at + "feed_forward.up")
    if c.feed_forward == "swiglu":
        gate = _linear(w, x, at + "feed_forward.gate")
        hidden = gate / (1 + np.exp(-gate)) * up
    elif c.feed_forward == "gelu":
        hidden = up * (1 + np.tanh(math.sqrt(2 / math.pi) * (up + 0.044715 * up**3))) / 2
    else:
        hidden = np.maximum(up, 0) ** {"relu": 1, "relu2": 2}[c.feed_forward]
    return _linear(w, hidden, at + "feed_forward.down")


def loss_and_gradients(model: GPT, implementation: str) -> tuple[float, Weights]:
    """The training loss of fixed inputs (`tokens_of` seeds 7 and 8), and its gradients."""
    inputs, targets = tokens_of(model), tokens_of(model, seed=8)

    def loss(parameters: dict) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, inputs, targets)[0]

    parameters = model.trainable_parameters()
    with use_implementation(implementation):
        value, gradients = mx.value_and_grad(loss)(parameters)
        mx.eval(value, gradients)
    model.update(parameters)
    return value.item(), {name: np.array(array) for name, array in tree_flatten(gradients)}
