"""What a model costs before it is trained: parameters, arithmetic and memory.

parameters    by part, and those that one token uses (fewer, with experts)
FLOPs         2 per multiplication and addition of a matrix product; the
              backward pass has twice the forward pass's (Kaplan et al.
              2020, table 1). Elementwise work is left out.
memory        weights, gradients, optimizer state, the activations that the
              backward pass needs again, and its working space, in bytes
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlx.utils import tree_flatten

from lmcore.learner import GROUP
from lmcore.losses import CHUNK
from lmcore.model import GPT, ModelConfig
from lmcore.model.attention import KEPT_POWERS
from lmcore.model.gpt import is_mixture
from lmcore.optimizers import make_optimizer
from lmcore.params import TrainParams

_FLOAT = 4  # bytes


@dataclass(frozen=True)
class Memory:
    """The bytes of each part, and the most that is held at once."""

    weights: int  # float32, and a rounded copy in low precision
    gradients: int
    optimizer: int  # its state, and the average of the weights if one is kept
    activations: int  # kept for the backward pass
    working: int  # what the loss, or one block's backward pass, needs for itself

    @property
    def peak(self) -> int:
        """Of a training step.

        Its summit is the backward pass; or, of a large model on few tokens, the
        update, in which a group of weights and their state exist twice.
        """
        update = min(GROUP, self.weights) * (self.weights + self.optimizer) // self.weights
        extra = max(self.activations + self.working, update)
        return self.weights + self.optimizer + self.gradients + extra


@dataclass(frozen=True)
class Cost:
    """The figures for one model; sizes in numbers of values, memory in bytes."""

    parameters: dict[str, int]  # by part; they add up to the total
    active_parameters: int  # that one token's forward pass multiplies or adds
    flops_per_token: int  # forward and backward
    memory: Memory

    @property
    def total_parameters(self) -> int:
        return sum(self.parameters.values())


def cost_of(config: ModelConfig, train: TrainParams) -> Cost:
    """Counts without allocating: MLX makes an array only when its values are asked for."""
    model = GPT(config)
    sizes = {name: array.size for name, array in tree_flatten(model.parameters())}
    parameters: dict[str, int] = {}
    for name, size in sizes.items():
        part = name.split(".")[2] if name.startswith("blocks.") else name.split(".")[0]
        parameters[part] = parameters.get(part, 0) + size
    state = make_optimizer(train, model).init(model.trainable_parameters())
    optimizer = sum(array.size for _, array in tree_flatten(state))
    memory = _memory(config, train, sum(sizes.values()), optimizer)
    active = sum(size - _idle(config, name, size) for name, size in sizes.items())
    return Cost(parameters, active, training_flops_per_token(config, sizes), memory)


def _memory(config: ModelConfig, train: TrainParams, parameters: int, optimizer: int) -> Memory:
    """From the numbers of values in the weights and in the optimizer's state."""
    activation = _FLOAT if train.precision == "float32" else 2  # bytes
    copies = 1 if train.precision == "float32" else 1.5
    tokens = train.batch_size // train.workers * config.context_length
    kept = tokens * saved_per_token_and_layer(config)
    block = _block_values(config, tokens)
    if train.gradient_checkpointing:  # all but a block's input exist while that block is at work
        kept, block = tokens * config.d_model, block + kept
    working = max(_loss_values(config, tokens), block)
    return Memory(
        weights=int(_FLOAT * copies * parameters),
        gradients=_FLOAT * parameters,
        optimizer=_FLOAT * (optimizer + (parameters if train.ema_decay else 0)),
        activations=activation * config.n_layers * kept,
        working=activation * working,
    )


def _loss_values(config: ModelConfig, tokens: int) -> int:
    """What the fused loss holds: some chunks of logits, and gradients of the output projection.

    The numbers of each were measured at vocabularies from 512 to 32,000.
    """
    chunk = min(max(32 * config.vocab_size, CHUNK), tokens // 2 * config.vocab_size)
    return 18 * chunk + 4 * config.vocab_size * config.d_model


def _block_values(config: ModelConfig, tokens: int) -> int:
    """What one block's backward pass holds beside the activations, likewise measured."""
    return tokens * (6 * config.d_ff + 7 * config.d_model + _powers(config))


def training_flops_per_token(config: ModelConfig, sizes: dict[str, int]) -> int:
    """Three times the forward pass's, averaged over the positions of a context."""
    products = sum(
        size - _idle(config, name, size)
        for name, size in sizes.items()
        if name.endswith(".weight")
        and name.startswith("blocks.")
        and "norm" not in name
        and "value_embedding" not in name  # looked up, not multiplied
    )
    output = config.vocab_size * config.d_model  # tied or not, it is multiplied
    # Scores and weighted values: D multiplications each per key; the t-th token has t keys.
    attention = config.n_layers * config.d_model * (config.context_length + 1)
    return 3 * 2 * (products + output + attention)


def saved_per_token_and_layer(config: ModelConfig) -> int:
    """Values kept from the forward pass for the backward pass, as on a CPU.

    The inputs of both sublayers and of their projections; queries, keys,
    values and attention's result in both layouts; in a short context the powers
    of the softmax (about half of the scores, the rest being masked), which are
    computed again in a long one; and of the feed-forward
    the hidden layer and its slope, for each expert that a token uses.
    """
    d = config.d_model
    kv = config.n_kv_heads * config.head_size
    powers = _powers(config) if config.context_length <= KEPT_POWERS else 0
    attention = 5 * d + 2 * kv + powers
    gated = config.feed_forward == "swiglu"
    hidden = config.d_ff * (4 if gated else 2) + 2 * d
    experts = [
        config.moe.top_k if is_mixture(config, layer) else 1 for layer in range(config.n_layers)
    ]
    return attention + hidden * sum(experts) // config.n_layers


def _powers(config: ModelConfig) -> int:
    """Values of the softmax per token: about half of the scores, the rest being masked."""
    return config.n_heads * math.ceil((config.context_length + 64) / 2)


def _idle(config: ModelConfig, name: str, size: int) -> int:
    """How much of an array a token leaves unused: the experts it is not sent to."""
    place = name.split(".")
    if place[0] != "blocks" or place[2] != "feed_forward" or place[3] == "router":
        return 0
    if not is_mixture(config, int(place[1])):
        return 0
    return size - size * config.moe.top_k // config.moe.experts
