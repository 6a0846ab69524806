"""What a model costs before it is trained: parameters, arithmetic and memory.

parameters    by part, and those that one token uses (fewer, with experts)
FLOPs         2 per multiplication and addition of a matrix product; the
              backward pass has twice the forward pass's (Kaplan et al.
              2020, table 1). Elementwise work is left out.
memory        weights, gradients, optimizer state, and the activations
              that the backward pass needs again, in bytes
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlx.utils import tree_flatten

from lmcore.model import GPT, ModelConfig
from lmcore.model.gpt import is_mixture
from lmcore.optimizers import make_optimizer
from lmcore.params import TrainParams

_FLOAT = 4  # bytes


@dataclass(frozen=True)
class Cost:
    """The figures for one model; sizes in numbers of values, memory in bytes."""

    parameters: dict[str, int]  # by part; they add up to the total
    active_parameters: int  # that one token's forward pass multiplies or adds
    flops_per_token: int  # forward and backward
    memory: dict[str, int]  # weights, gradients, optimizer, activations

    @property
    def total_parameters(self) -> int:
        return sum(self.parameters.values())

    @property
    def total_memory(self) -> int:
        return sum(self.memory.values())


def cost_of(config: ModelConfig, train: TrainParams) -> Cost:
    """Counts without allocating: MLX makes an array only when its values are asked for."""
    model = GPT(config)
    sizes = {name: array.size for name, array in tree_flatten(model.parameters())}
    parameters: dict[str, int] = {}
    for name, size in sizes.items():
        part = name.split(".")[2] if name.startswith("blocks.") else name.split(".")[0]
        parameters[part] = parameters.get(part, 0) + size
    weights = _FLOAT * sum(sizes.values())
    state = make_optimizer(train, model).init(model.trainable_parameters())
    tokens = train.batch_size // train.workers * config.context_length
    memory = {
        "weights": weights,
        "gradients": weights,
        "optimizer": _FLOAT * sum(array.size for _, array in tree_flatten(state)),
        "activations": _FLOAT * tokens * config.n_layers * saved_per_token_and_layer(config),
    }
    active = sum(size - _idle(config, name, size) for name, size in sizes.items())
    return Cost(parameters, active, training_flops_per_token(config, sizes), memory)


def plan(config: ModelConfig, train: TrainParams) -> str:
    """The cost of a run as lines to read: what `python -m stages.train --plan` prints."""
    cost = cost_of(config, train)
    tokens = train.steps * train.batch_size * train.accumulation * config.context_length
    rows = [
        ("parameters", f"{cost.total_parameters:,}"),
        *((f"  {part}", f"{size:,}") for part, size in cost.parameters.items()),
        ("active per token", f"{cost.active_parameters:,}"),
        ("tokens", f"{tokens:,}"),
        ("FLOPs per token", f"{cost.flops_per_token:,}"),
        ("FLOPs", f"{cost.flops_per_token * tokens:.3g}"),
        ("memory, MiB", f"{cost.total_memory / 2**20:,.0f}"),
        *((f"  {part}", f"{size / 2**20:,.0f}") for part, size in cost.memory.items()),
    ]
    return "\n".join(f"{name:<20}{value:>16}" for name, value in rows)


def training_flops_per_token(config: ModelConfig, sizes: dict[str, int]) -> int:
    """Three times the forward pass's, averaged over the positions of a context."""
    products = sum(
        size - _idle(config, name, size)
        for name, size in sizes.items()
        if name.endswith(".weight") and name.startswith("blocks.") and "norm" not in name
    )
    output = config.vocab_size * config.d_model  # tied or not, it is multiplied
    # Scores and weighted values: D multiplications each per key; the t-th token has t keys.
    attention = config.n_layers * config.d_model * (config.context_length + 1)
    return 3 * 2 * (products + output + attention)


def saved_per_token_and_layer(config: ModelConfig) -> int:
    """Values kept from the forward pass for the backward pass, as on a CPU.

    The inputs of both sublayers and of their projections; queries, keys,
    values and attention's result in both layouts; the powers of the softmax
    (about half of the scores, the rest being masked); and of the feed-forward
    the hidden layer and its slope, for each expert that a token uses.
    """
    d, keys = config.d_model, config.context_length
    kv = config.n_kv_heads * config.head_size
    attention = 5 * d + 2 * kv + config.n_heads * math.ceil((keys + 64) / 2)
    gated = config.feed_forward == "swiglu"
    hidden = config.d_ff * (4 if gated else 2) + 2 * d
    experts = [
        config.moe.top_k if is_mixture(config, layer) else 1 for layer in range(config.n_layers)
    ]
    return attention + hidden * sum(experts) // config.n_layers


def _idle(config: ModelConfig, name: str, size: int) -> int:
    """How much of an array a token leaves unused: the experts it is not sent to."""
    place = name.split(".")
    if place[0] != "blocks" or place[2] != "feed_forward" or place[3] == "router":
        return 0
    if not is_mixture(config, int(place[1])):
        return 0
    return size - size * config.moe.top_k // config.moe.experts
