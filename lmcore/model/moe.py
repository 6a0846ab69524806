"""Mixture of experts: many feed-forwards, of which each token uses a few.

A router gives every token a probability for each of E experts; the token goes
to the k most probable, whose outputs are added with those probabilities,
normalised over the chosen (Shazeer et al. 2017; Jiang et al. 2024, Mixtral):

    p = softmax(x R)      y = sum over the k chosen e of  p_e / (sum of chosen p) * expert_e(x)

With k = 1 that weight would always be 1 and teach the router nothing: there it
is p_e itself (Fedus et al. 2021, Switch, equation 2). No token is ever dropped.
How the load is kept balanced is in lmcore/model/load_balance.py.
"""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import implementation
from lmcore.backend.kernels.experts import grouped_expert_matmul, grouped_mixture
from lmcore.model.config import ModelConfig
from lmcore.model.feed_forward import ACTIVATIONS
from lmcore.model.forward_context import ForwardContext
from lmcore.model.routing import Routing


def is_mixture(config: ModelConfig, layer: int) -> bool:
    """Return whether block `layer` (from 0) has experts: every `moe.every`-th one."""
    return config.moe.experts > 0 and (layer + 1) % config.moe.every == 0


class Router(nn.Module):
    """Scores every expert for every token and chooses the best k."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._top_k = config.moe.top_k
        self.weight = mx.zeros((config.moe.experts, config.d_model))
        if config.moe.balance == "bias":
            self.selection_bias = mx.zeros((config.moe.experts,))

    def __call__(self, x: mx.array) -> Routing:
        """Return where tokens x (N, D) go."""
        # In float32, whatever the experts compute in (Switch, section 2.4).
        logits = x.astype(mx.float32) @ self.weight.astype(mx.float32).T  # (N, E)
        probabilities = mx.softmax(logits, axis=-1)

        # The bias changes the choice only; the weights stay the router's own.
        bias = self.get("selection_bias")
        scores = probabilities if bias is None else probabilities + bias
        chosen = mx.argsort(-mx.stop_gradient(scores), axis=-1)[:, : self._top_k]  # (N, k)

        weights = mx.take_along_axis(probabilities, chosen, axis=-1)
        if self._top_k > 1:
            weights = weights / mx.sum(weights, axis=-1, keepdims=True)
        return Routing(logits, probabilities, chosen, weights, bias)


def expert_matmul(x: mx.array, weight: mx.array, experts: mx.array) -> mx.array:
    """Return x[i] @ weight[experts[i]]^T: (n, M, O) from x (n, M, I) and weight (E, O, I)."""
    return x @ weight[experts].swapaxes(-1, -2)


EXPERT_MATMULS = {
    "reference": expert_matmul,
    "cpu_kernels": grouped_expert_matmul,
    "mlx": grouped_expert_matmul,
}


class ExpertLinear(nn.Module):
    """E linear maps of the same shape."""

    def __init__(self, config: ModelConfig, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = mx.zeros((config.moe.experts, outputs, inputs))
        if config.bias:
            self.bias = mx.zeros((config.moe.experts, outputs))

    def __call__(self, x: mx.array, expert: int | mx.array) -> mx.array:
        """Return x (N, inputs) mapped by one expert, or block i of x (n, M, inputs) by `expert[i]`.

        The numbers in `expert` (n,) must ascend.
        """
        if isinstance(expert, int):
            y = x @ self.weight[expert].T
        else:
            y = EXPERT_MATMULS[implementation()](x, self.weight, expert)
        return y + self.bias[expert][..., None, :] if "bias" in self else y


def mixture_of_experts(
    x: mx.array,
    chosen: mx.array,
    weights: mx.array,
    n_experts: int,
    expert: Callable[[mx.array, int], mx.array],
) -> mx.array:
    """Return the weighted sum of the chosen experts' outputs, (N, D), for tokens x (N, D).

    `expert(x, e)` is the output of expert e; `chosen` and `weights` are (N, k).
    Every expert computes every token, and most of it is multiplied by 0.
    """
    y = mx.zeros_like(x)
    for e in range(n_experts):
        weight = mx.sum(weights * (chosen == e), axis=-1, keepdims=True)  # (N, 1)
        y = y + weight * expert(x, e)
    return y


MIXTURES = {
    "reference": mixture_of_experts,
    "cpu_kernels": grouped_mixture,
    "mlx": grouped_mixture,
}


class MixtureOfExperts(nn.Module):
    """Takes the place of a block's feed-forward; experts have its shape."""

    def __init__(self, config: ModelConfig, layer: int = 0) -> None:
        super().__init__()
        self._layer, self._n_experts = layer, config.moe.experts
        self._activation, gated = ACTIVATIONS[config.feed_forward]
        self.router = Router(config)
        self.up = ExpertLinear(config, config.d_model, config.d_ff)
        if gated:
            self.gate = ExpertLinear(config, config.d_model, config.d_ff)
        self.down = ExpertLinear(config, config.d_ff, config.d_model)

    def __call__(self, x: mx.array, context: ForwardContext | None = None) -> mx.array:
        """Return (B, T, D) from (B, T, D); records the routing in the context."""
        tokens = x.reshape(-1, x.shape[-1])  # (N, D)
        routing = self.router(tokens)
        if context is not None:
            context.routings[self._layer] = routing
        mixture = MIXTURES[implementation()]
        y = mixture(tokens, routing.chosen, routing.weights, self._n_experts, self.expert)
        return y.reshape(x.shape)

    def expert(self, x: mx.array, expert: int | mx.array) -> mx.array:
        """Return the feed-forward of one expert, or of block i's expert `expert[i]`."""
        if "gate" in self:
            hidden = self._activation(self.gate(x, expert)) * self.up(x, expert)
        else:
            hidden = self._activation(self.up(x, expert))
        return self.down(hidden, expert)
