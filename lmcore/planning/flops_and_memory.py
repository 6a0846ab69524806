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

from lmcore.backend.dispatch import implementation, streams, use_implementation
from lmcore.backend.kernels.attention import MAX_KEPT_KEYS, QUERY_BLOCK
from lmcore.backend.kernels.cross_entropy import chunk_rows
from lmcore.backend.kernels.experts import BLOCK_ROWS
from lmcore.common.train_params import TrainParams
from lmcore.model import GPT, ModelConfig
from lmcore.model.moe import is_mixture
from lmcore.model.parameter_kinds import EXPERTS, HIDDEN_MATRICES, Kind, kind_of
from lmcore.model.short_convolution import convolved_channels
from lmcore.model.sliding_window import window_of
from lmcore.training.optimizer import make_optimizer
from lmcore.training.train_step import GROUP_BYTES

_FLOAT = 4  # bytes


@dataclass(frozen=True)
class Memory:
    """The bytes of each part of a training step, and their peak."""

    weights: int  # float32
    gradients: int
    accumulated: int  # gradients of the micro-batches before
    optimizer: int  # its state, and the moving average of the weights if there is one
    activations: int  # kept for the backward pass, as are rounded weights in low precision
    # Working space, which is freed after:
    loss: int  # the loss and its gradients
    block: int  # the backward pass of one block
    update: int  # the optimizer step

    @property
    def peak(self) -> int:
        """Return the maximum over a training step.

        The backward pass begins with all activations and ends with all gradients.
        """
        begins = self.accumulated + self.activations + max(self.loss, self.block)
        ends = self.gradients + max(self.accumulated + self.block, self.update)
        return self.weights + self.optimizer + max(begins, ends)


@dataclass(frozen=True)
class Cost:
    """What one model costs; parameters in numbers of values, memory in bytes."""

    parameters: dict[str, int]  # by part; they add up to the total
    active_parameters: int  # that one token's forward pass uses
    flops_per_token: int  # forward and backward
    memory: Memory

    @property
    def total_parameters(self) -> int:
        return sum(self.parameters.values())


def cost_of(config: ModelConfig, train: TrainParams) -> Cost:
    """Return the cost of a model without allocating it: MLX's arrays are lazy."""
    model = GPT(config)
    arrays = dict(tree_flatten(model.parameters()))
    sizes = {name: array.size for name, array in arrays.items()}
    kinds = {name: kind_of(name, array.ndim) for name, array in arrays.items()}
    parameters: dict[str, int] = {}
    for name, size in sizes.items():
        part = name.split(".")[2] if name.startswith("blocks.") else name.split(".")[0]
        parameters[part] = parameters.get(part, 0) + size
    state = make_optimizer(train, model).init(model.trainable_parameters())
    optimizer = sum(array.size for _, array in tree_flatten(state))
    memory = training_memory(config, train, sum(sizes.values()), optimizer)
    # Of the experts' arrays, a token uses those of the experts that it is sent to.
    used = {
        name: size * config.moe.top_k // config.moe.experts if kinds[name] in EXPERTS else size
        for name, size in sizes.items()
    }
    multiplied = HIDDEN_MATRICES | {Kind.ROUTER}  # embeddings are looked up
    products = sum(size for name, size in used.items() if kinds[name] in multiplied)
    flops = training_flops_per_token(config, products)
    return Cost(parameters, sum(used.values()), flops, memory)


def training_memory(
    config: ModelConfig, train: TrainParams, parameters: int, optimizer: int
) -> Memory:
    """Return the memory, given the numbers of values in the weights and the optimizer state."""
    size = _FLOAT if train.precision == "float32" else 2  # bytes of an activation
    # In low precision all gradients exist before MLX converts the first to float32.
    cast = 0 if train.precision == "float32" else (size + _FLOAT) * parameters
    cpu_kernels = uses_cpu_kernels(config, train)
    tokens = train.batch_size // train.workers * config.context_length
    saved = tokens * saved_per_token_and_layer(config, tokens, cpu_kernels)
    block = tokens * _block_values(config, tokens, cpu_kernels)
    if train.gradient_checkpointing:  # all but a block's input exist only during its backward pass
        saved, block = tokens * config.d_model, block + saved
    alibi = 0  # bytes of its penalties, one table for all layers (masked and cast for MLX)
    if config.positions == "alibi":
        value = _FLOAT if cpu_kernels else _FLOAT + size
        alibi = config.context_length * _scores(config) * value
    return Memory(
        weights=_FLOAT * parameters,
        gradients=_FLOAT * parameters,
        accumulated=_FLOAT * parameters if train.gradient_accumulation > 1 else 0,
        optimizer=_FLOAT * (optimizer + (parameters if train.ema_decay else 0)),
        activations=size * config.n_layers * saved + alibi + cast,
        loss=_loss_bytes(config, tokens, cpu_kernels),
        block=size * block,
        # One group of weights at a time, most of it in place (lmcore/training/train_step.py).
        update=(3 if train.optimizer == "muon" else 2) * min(GROUP_BYTES, _FLOAT * parameters),
    )


def uses_cpu_kernels(config: ModelConfig, train: TrainParams) -> bool:
    """Return whether training uses the CPU's kernels, which keep other arrays than MLX's do."""
    with use_implementation(config.implementation):
        return train.precision == "float32" and implementation() == "cpu_kernels"


# What follows is counted from the formulas where they decide, and fitted to measurements on a
# CPU where MLX decides: in which order it evaluates, and what it keeps meanwhile.
# It was not measured on a GPU, whose attention kernel may keep less.


def _loss_bytes(config: ModelConfig, tokens: int, cpu_kernels: bool) -> int:
    """Return the bytes of some chunks of logits, and of gradients of the output projection."""
    chunk, projection = chunk_rows(config.vocab_size), config.vocab_size * config.d_model
    if cpu_kernels:
        rows, each = (
            min(chunk, tokens // _streams(cpu_kernels)),
            132 if config.logit_softcap else 88,
        )
        return each * rows * config.vocab_size + 16 * projection
    return 8 * min(4 * chunk, tokens) * config.vocab_size + 17 * projection


def _block_values(config: ModelConfig, tokens: int, cpu_kernels: bool) -> int:
    """Return the values per token that one block's backward pass needs beside the activations."""
    rows = max(_rows_per_token(config, tokens, cpu_kernels))
    if not cpu_kernels:
        hidden = config.d_ff * (14 * rows if config.moe.experts else 1)
        return 30 * config.d_model + int(hidden) + 9 * _scores(config) // 5
    feed_forward = int(7.5 * config.d_ff * rows) + 8 * config.d_model
    attention = 4 * _exp_scores(config) + 5 * config.d_model
    return max(feed_forward, attention)


def training_flops_per_token(config: ModelConfig, products: int) -> int:
    """Return three times the forward pass's FLOPs, averaged over the positions of a context.

    `products` counts the values of the blocks' matrices that multiply one token.
    """
    output = config.vocab_size * config.d_model  # tied or not, it is multiplied
    # Scores and weighted values: D multiplications each per key; the t-th token has t keys,
    # or those of its window.
    length, attention = config.context_length, 0
    for layer in range(config.n_layers):
        window = min(window_of(config, layer) or length, length)
        keys = window * (window + 1) // 2 + window * (length - window)  # of all T tokens
        attention += 2 * config.d_model * keys // length
    return 3 * 2 * (products + output + attention)


def saved_per_token_and_layer(config: ModelConfig, tokens: int, cpu_kernels: bool) -> int:
    """Return the values kept from the forward pass for the backward pass, as on a CPU.

    The inputs of both sublayers and of their projections; queries, keys,
    values and attention's result in both layouts; and of the feed-forward
    the hidden layer and its slope, for each row that an expert computes.
    The CPU's kernels keep the exponentials of the softmax in a short context (about
    half of the scores; the others are masked), and recompute them in a long
    one. MLX's functions keep all scores, and the intermediate results of activations and norms.
    """
    d, kv = config.d_model, config.n_kv_heads * config.head_dim
    if cpu_kernels:
        exp_scores = _exp_scores(config) if config.context_length <= MAX_KEPT_KEYS else 0
        attention = 5 * d + 2 * kv + exp_scores
        hidden = config.d_ff * (4 if config.feed_forward == "swiglu" else 2) + 2 * d
    else:
        attention = 6 * d + kv + 8 * _scores(config) // 5
        steps = {"relu": 2, "relu2": 3, "gelu": 2, "swiglu": 5}[config.feed_forward]
        hidden = config.d_ff * steps + 2 * d
    if config.qk_norm:
        attention += (3 if cpu_kernels else 4) * (d + kv)
    # Of a gated head, its result as well; of a norm after a sublayer, what that gives.
    attention += d * (config.head_gates + 2 * (config.norm_placement == "sandwich"))
    if config.value_embedding_form == "projection":
        attention += config.value_embeddings * (d + 2 * kv) // config.n_layers
    # A convolution keeps its input behind the padding, and its result.
    attention += 2 * sum(convolved_channels(config).values())
    rows = sum(_rows_per_token(config, tokens, cpu_kernels)) / config.n_layers
    return attention + int(hidden * rows)


def _rows_per_token(config: ModelConfig, tokens: int, cpu_kernels: bool) -> list[float]:
    """Return the rows per token of each layer's feed-forward; experts pad to whole blocks."""
    together = tokens // _streams(cpu_kernels)
    experts = config.moe.top_k + config.moe.experts * BLOCK_ROWS / together
    return [experts if is_mixture(config, layer) else 1 for layer in range(config.n_layers)]


def _scores(config: ModelConfig) -> int:
    """Return the values of the softmax per token."""
    return config.n_heads * config.context_length


def _exp_scores(config: ModelConfig) -> int:
    """Return the exponentials per token that the CPU's kernels compute: about half."""
    return config.n_heads * math.ceil((config.context_length + QUERY_BLOCK) / 2)


def _streams(cpu_kernels: bool) -> int:
    """Return how many parts of a batch are computed side by side."""
    return len(streams()) if cpu_kernels else 1
