"""Mixture of experts: many feed-forwards, of which each token uses a few.

A router gives every token a probability for each of E experts; the token goes
to the k likeliest, whose outputs are added with those probabilities,
normalised over the chosen (Shazeer et al. 2017; Jiang et al. 2024, Mixtral):

    p = softmax(x R)      y = sum over the k chosen e of  p_e / (sum of chosen p) * expert_e(x)

With k = 1 that weight would always be 1 and teach the router nothing: there it
is p_e itself (Fedus et al. 2021, Switch, equation 2).

No token is ever dropped. Left alone, a few experts take all tokens, so either
a loss pushes the load towards even (Switch again), or a bias per
expert, used for choosing alone, is nudged after every step (Wang et al. 2024,
loss-free balancing). The z-loss keeps the router's logits small (Zoph et al.
2022, ST-MoE).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import custom_vjp, implementation
from lmcore.model.config import ModelConfig
from lmcore.model.feed_forward import ACTIVATIONS


@dataclass(frozen=True)
class Routing:
    """Where the N tokens of one layer go."""

    logits: mx.array  # (N, E)
    probabilities: mx.array  # (N, E)
    chosen: mx.array  # (N, k) expert numbers, the likeliest first
    weights: mx.array  # (N, k), each row summing to 1 where k > 1
    bias: mx.array | None  # (E,) the loss-free bias


class Router(nn.Module):
    """Scores every expert for every token and chooses the best k."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._top_k = config.moe.top_k
        self.weight = mx.zeros((config.moe.experts, config.d_model))
        if config.moe.balance == "bias":
            self.selection_bias = mx.zeros((config.moe.experts,))

    def __call__(self, x: mx.array) -> Routing:
        # In float32, whatever the experts compute in (Switch, section 2.4).
        logits = x.astype(mx.float32) @ self.weight.astype(mx.float32).T
        probabilities = mx.softmax(logits, axis=-1)
        bias = self.get("selection_bias")
        # The bias sways the choice only; the weights stay the router's own.
        scores = probabilities if bias is None else probabilities + bias
        chosen = mx.argsort(-mx.stop_gradient(scores), axis=-1)[:, : self._top_k]
        weights = mx.take_along_axis(probabilities, chosen, axis=-1)
        if self._top_k > 1:
            weights = weights / mx.sum(weights, axis=-1, keepdims=True)
        return Routing(logits, probabilities, chosen, weights, bias)


class ExpertLinear(nn.Module):
    """E linear maps of the same shape."""

    def __init__(self, config: ModelConfig, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = mx.zeros((config.moe.experts, outputs, inputs))
        if config.bias:
            self.bias = mx.zeros((config.moe.experts, outputs))

    def one(self, x: mx.array, expert: int) -> mx.array:
        """The map of one expert, (..., outputs)."""
        y = x @ self.weight[expert].T
        return y + self.bias[expert] if "bias" in self else y

    def blocks(self, x: mx.array, experts: mx.array) -> mx.array:
        """x (n, M, inputs), block i through expert `experts[i]`; the experts ascend."""
        y = BLOCK_PRODUCTS[implementation()](x, self.weight, experts)
        return y + self.bias[experts][:, None] if "bias" in self else y


class MixtureOfExperts(nn.Module):
    """Takes the place of a block's feed-forward; experts have its shape."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._activation, gated = ACTIVATIONS[config.feed_forward]
        self.router = Router(config)
        self.up = ExpertLinear(config, config.d_model, config.d_ff)
        if gated:
            self.gate = ExpertLinear(config, config.d_model, config.d_ff)
        self.down = ExpertLinear(config, config.d_ff, config.d_model)

    def __call__(self, x: mx.array, routings: list[Routing]) -> mx.array:
        """(B, T, D); adds this layer's routing to `routings`."""
        tokens = x.reshape(-1, x.shape[-1])  # (N, D)
        routing = self.router(tokens)
        routings.append(routing)
        return MIXTURES[implementation()](self, tokens, routing).reshape(x.shape)

    def hidden(self, product: Callable[[ExpertLinear], mx.array]) -> mx.array:
        """The hidden layer; `product(linear)` applies one of the experts' linear maps."""
        if "gate" in self:
            return self._activation(product(self.gate)) * product(self.up)
        return self._activation(product(self.up))


def plain_mixture(moe: MixtureOfExperts, x: mx.array, routing: Routing) -> mx.array:
    """The formula: every expert on every token (N, D), most of it times 0."""
    total = mx.zeros_like(x)
    for expert in range(len(moe.up.weight)):
        share = mx.sum(routing.weights * (routing.chosen == expert), axis=-1, keepdims=True)
        hidden = moe.hidden(lambda linear, expert=expert: linear.one(x, expert))
        total = total + share * moe.down.one(hidden, expert)
    return total


def grouped_mixture(moe: MixtureOfExperts, x: mx.array, routing: Routing) -> mx.array:
    """The same with each expert on its own tokens alone, all of them, whatever their number.

    Tokens are sorted by expert and each expert's group padded to whole blocks
    of rows, so that shapes do not depend on the routing and every block is one
    matrix product (Gale et al. 2022, MegaBlocks).
    """
    n, k = routing.chosen.shape
    # A few tokens, as when text is generated, would be lost among the padding.
    size = _BLOCK if n * k >= _BLOCK else 1
    layout = ExpertGroups.of(routing.chosen, len(moe.up.weight), size)
    rows = x[layout.token].reshape(-1, size, x.shape[-1])  # (blocks, M, D)
    hidden = moe.hidden(lambda linear: linear.blocks(rows, layout.expert))
    out = moe.down.blocks(hidden, layout.expert).reshape(-1, x.shape[-1])
    out = out[layout.slot].reshape(n, k, -1)  # (N, k, D)
    return mx.sum(out * routing.weights[..., None].astype(out.dtype), axis=1)


_BLOCK = 64


@dataclass(frozen=True)
class ExpertGroups:
    """Tokens grouped by expert, in blocks of M rows of one expert each."""

    expert: mx.array  # (blocks,) ascending
    token: mx.array  # (blocks * M,) the token in each row; padding repeats token 0
    slot: mx.array  # (N * k,) the row of each token's choices

    @staticmethod
    def of(chosen: mx.array, experts: int, size: int) -> ExpertGroups:
        """The layout for choices (N, k), in blocks of `size` rows."""
        n, k = chosen.shape
        expert_of = chosen.reshape(-1)
        load = mx.sum(expert_of[:, None] == mx.arange(experts), axis=0)  # (E,)
        blocks_of = (load + size - 1) // size
        last_block = mx.cumsum(blocks_of)
        order = mx.argsort(expert_of)
        rank = mx.zeros_like(order).at[order].add(mx.arange(n * k, dtype=order.dtype))
        within = rank - (mx.cumsum(load) - load)[expert_of]  # place in the expert's group
        slot = (last_block - blocks_of)[expert_of] * size + within
        blocks = n * k // size + experts  # enough for any routing
        token = mx.zeros((blocks * size,), mx.int32).at[slot].add(mx.arange(n * k) // k)
        expert = mx.sum(mx.arange(blocks)[:, None] >= last_block, axis=-1)
        return ExpertGroups(mx.minimum(expert, experts - 1), token, slot)


def block_product(x: mx.array, weight: mx.array, experts: mx.array) -> mx.array:
    """x (n, M, I) @ weight[experts]^T, weight (E, O, I): (n, M, O)."""
    return gather_mm(x, weight.swapaxes(-1, -2), experts)


def gather_mm(x: mx.array, weight: mx.array, experts: mx.array) -> mx.array:
    """x[i] @ weight[experts[i]] for each i; on a CPU, MLX has it for float32 only."""
    kind = mx.float32 if mx.default_device() == mx.cpu else x.dtype
    found = mx.gather_mm(
        x.astype(kind), weight.astype(kind), rhs_indices=experts, sorted_indices=True
    )
    return found.astype(x.dtype)


def _block_product_backward(primals: tuple, cotangent: mx.array, _: mx.array) -> tuple:
    """d weight[e] sums over e's rows, which lie together: one product per expert."""
    x, weight, experts = primals
    ends = mx.sum(experts[:, None] <= mx.arange(len(weight)), axis=0) * x.shape[1]
    starts = mx.concatenate([mx.zeros((1,), ends.dtype), ends[:-1]])
    segments = mx.stack([starts, ends], axis=-1).astype(mx.uint32)
    d_x = gather_mm(cotangent, weight, experts)
    rows = cotangent.reshape(-1, cotangent.shape[-1])
    d_weight = mx.segmented_mm(rows.T, x.reshape(-1, x.shape[-1]), segments)
    return d_x, d_weight, mx.zeros_like(experts)


# MLX's own gradient of gather_mm makes an array of a weight's size per block.
_with_own_vjp = custom_vjp(block_product, _block_product_backward)
BLOCK_PRODUCTS = {"reference": block_product, "cpu_kernels": _with_own_vjp, "mlx": _with_own_vjp}
MIXTURES = {"reference": plain_mixture, "cpu_kernels": grouped_mixture, "mlx": grouped_mixture}


@dataclass(frozen=True)
class Balance:
    """What the auxiliary losses of one layer need; of parts of a batch, the mean."""

    load: mx.array  # (E,) share of all choices that fell on each expert
    probability: mx.array  # (E,) mean probability
    z: mx.array  # mean squared log-sum-exp of the logits
    bias: mx.array | None

    @staticmethod
    def of(routing: Routing) -> Balance:
        experts = mx.arange(routing.logits.shape[-1])
        hits = routing.chosen.reshape(-1, 1) == experts
        return Balance(
            mx.stop_gradient(mx.mean(hits.astype(mx.float32), axis=0)),
            mx.mean(routing.probabilities, axis=0),
            mx.mean(mx.square(mx.logsumexp(routing.logits, axis=-1))),
            routing.bias,
        )

    @staticmethod
    def mean(parts: list[Balance]) -> Balance:
        loads, probabilities, zs = zip(
            *((part.load, part.probability, part.z) for part in parts), strict=True
        )
        n = len(parts)
        return Balance(sum(loads) / n, sum(probabilities) / n, sum(zs) / n, parts[0].bias)


def balance_loss(balance: Balance) -> mx.array:
    """E * sum of load * probability: 1 when even, E when one expert has all (Switch, eq. 4)."""
    return len(balance.load) * mx.sum(balance.load * balance.probability)


def bias_signal(balance: Balance) -> mx.array:
    """0, with the excess load as the gradient of the bias.

    Handing the load on as a gradient lets it be averaged over micro-batches
    and workers like every other; the optimizer then moves the bias against its
    sign by a fixed step (Wang et al. 2024, algorithm 1).
    """
    excess = balance.load - 1 / len(balance.load)
    return mx.sum(excess * (balance.bias - mx.stop_gradient(balance.bias)))


def auxiliary_loss(config: ModelConfig, balances: list[Balance]) -> mx.array:
    """The weighted auxiliary losses of all mixture layers, added up."""
    balancing = {"loss": balance_loss, "bias": bias_signal}[config.moe.balance]
    weight = {"loss": config.moe.balance_coefficient, "bias": 1.0}[config.moe.balance]
    total = mx.array(0.0)
    for balance in balances:
        total = total + weight * balancing(balance) + config.moe.z_loss_coefficient * balance.z
    return total
