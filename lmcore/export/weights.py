"""Our arrays under other programs' names and in their layouts, and back.

A `Naming` says, for each array of ours, what another program calls it. Most
arrays are the same numbers in the same order; a `Layout` is the exception:

* GPT-2 keeps linear maps as (in, out), and query, key and value as one.
* transformers stores each expert apart; ours are one array of (E, out, in).
* llama.cpp's `llama` turns neighbouring channels (2i, 2i + 1) of a head where
  ours, and transformers, turn i and i + K/2: the rows of query and key are
  reordered, which leaves every product of a query and a key as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from lmcore.common.errors import LmcoreError
from lmcore.model import GPT, ModelConfig
from lmcore.model.moe import is_mixture

Arrays = dict[str, mx.array]


@dataclass(frozen=True)
class Layout:
    """How some arrays of ours become arrays of theirs, and the way back."""

    outward: Callable[[list[mx.array]], list[mx.array]]
    inward: Callable[[list[mx.array]], list[mx.array]]


SAME = Layout(list, list)
# Of a bias, which has one axis, the transpose is the bias.
TRANSPOSED = Layout(lambda arrays: [arrays[0].T], lambda arrays: [arrays[0].T])
FUSED = Layout(lambda arrays: [mx.concatenate(arrays)], lambda arrays: mx.split(arrays[0], 3))
FUSED_TRANSPOSED = Layout(
    lambda arrays: [mx.concatenate(arrays).T], lambda arrays: mx.split(arrays[0].T, 3)
)
EXPERTS = Layout(lambda arrays: list(arrays[0]), lambda arrays: [mx.stack(arrays)])


def neighbouring(head_dim: int) -> Layout:
    """Return the order with channels i and i + K/2 of every head side by side."""

    def reordered(array: mx.array, shape: tuple[int, int]) -> mx.array:
        heads = array.reshape(-1, *shape, *array.shape[1:])  # (H, 2, K/2, ...) or (H, K/2, 2, ...)
        return heads.swapaxes(1, 2).reshape(array.shape)

    half = head_dim // 2
    return Layout(
        lambda arrays: [reordered(arrays[0], (2, half))],
        lambda arrays: [reordered(arrays[0], (half, 2))],
    )


# Our name or names (without .weight or .bias), theirs, and the layout if it differs.
# In theirs, * is the number of the layer and # that of the expert.
Line = tuple[str | tuple[str, ...], str] | tuple[str | tuple[str, ...], str, Layout]


@dataclass(frozen=True)
class Naming:
    """What another program calls our arrays."""

    whole: tuple[Line, ...]
    block: tuple[Line, ...]
    feed_forward: tuple[Line, ...] = ()  # in blocks without experts
    mixture: tuple[Line, ...] = ()  # in blocks with


@dataclass(frozen=True)
class Entry:
    """Some arrays of ours and the same numbers as another program keeps them."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    layout: Layout


_QKV = ("attention.query", "attention.key", "attention.value")

GPT2 = Naming(
    whole=(
        ("embedding", "wte"),
        ("positions", "wpe"),
        ("final_norm", "ln_f"),
        ("output", "lm_head"),
    ),
    block=(
        ("attention_norm", "h.*.ln_1"),
        (_QKV, "h.*.attn.c_attn", FUSED_TRANSPOSED),
        ("attention.output", "h.*.attn.c_proj", TRANSPOSED),
        ("feed_forward_norm", "h.*.ln_2"),
    ),
    feed_forward=(
        ("feed_forward.up", "h.*.mlp.c_fc", TRANSPOSED),
        ("feed_forward.down", "h.*.mlp.c_proj", TRANSPOSED),
    ),
)

OPENAI_GPT = replace(
    GPT2,
    whole=(
        ("embedding", "tokens_embed"),
        ("positions", "positions_embed"),
        ("output", "lm_head"),
    ),
)

LLAMA = Naming(
    whole=(
        ("embedding", "model.embed_tokens"),
        ("final_norm", "model.norm"),
        ("output", "lm_head"),
    ),
    block=(
        ("attention_norm", "model.layers.*.input_layernorm"),
        ("attention.query", "model.layers.*.self_attn.q_proj"),
        ("attention.key", "model.layers.*.self_attn.k_proj"),
        ("attention.value", "model.layers.*.self_attn.v_proj"),
        ("attention.output", "model.layers.*.self_attn.o_proj"),
        ("attention.query_norm", "model.layers.*.self_attn.q_norm"),
        ("attention.key_norm", "model.layers.*.self_attn.k_norm"),
        ("feed_forward_norm", "model.layers.*.post_attention_layernorm"),
    ),
    feed_forward=(
        ("feed_forward.gate", "model.layers.*.mlp.gate_proj"),
        ("feed_forward.up", "model.layers.*.mlp.up_proj"),
        ("feed_forward.down", "model.layers.*.mlp.down_proj"),
    ),
    mixture=(
        ("feed_forward.router", "model.layers.*.mlp.gate"),
        ("feed_forward.gate", "model.layers.*.mlp.experts.#.gate_proj", EXPERTS),
        ("feed_forward.up", "model.layers.*.mlp.experts.#.up_proj", EXPERTS),
        ("feed_forward.down", "model.layers.*.mlp.experts.#.down_proj", EXPERTS),
    ),
)

STARCODER2 = replace(
    LLAMA,
    feed_forward=(
        ("feed_forward.up", "model.layers.*.mlp.c_fc"),
        ("feed_forward.down", "model.layers.*.mlp.c_proj"),
    ),
)

MIXTRAL = replace(
    LLAMA,
    mixture=(
        ("feed_forward.router", "model.layers.*.block_sparse_moe.gate"),
        ("feed_forward.gate", "model.layers.*.block_sparse_moe.experts.#.w1", EXPERTS),
        ("feed_forward.up", "model.layers.*.block_sparse_moe.experts.#.w3", EXPERTS),
        ("feed_forward.down", "model.layers.*.block_sparse_moe.experts.#.w2", EXPERTS),
    ),
)

# By transformers' model_type; the families that keep Llama's names are one.
TRANSFORMERS = {
    "gpt2": GPT2,
    "openai-gpt": OPENAI_GPT,
    "smollm3": LLAMA,
    "starcoder2": STARCODER2,
    "llama": LLAMA,
    "arcee": LLAMA,
    "stablelm": LLAMA,
    "qwen3": LLAMA,
    "mixtral": MIXTRAL,
    "qwen3_moe": LLAMA,
}


_SWITCH = tuple(
    (f"feed_forward.{part}", f"model.layers.*.mlp.switch_mlp.{part}_proj")
    for part in ("gate", "up", "down")
)

# mlx_lm's own names, by transformers' model_type: those that it gives the arrays of
# transformers, experts as one array. What is quantised is stored under them.
MLX_LM = TRANSFORMERS | {
    "gpt2": Naming(
        whole=tuple((ours, f"model.{theirs}") for ours, theirs, *_ in GPT2.whole),
        block=(
            ("attention_norm", "model.h.*.ln_1"),
            (_QKV, "model.h.*.attn.c_attn", FUSED),
            ("attention.output", "model.h.*.attn.c_proj"),
            ("feed_forward_norm", "model.h.*.ln_2"),
        ),
        feed_forward=(
            ("feed_forward.up", "model.h.*.mlp.c_fc"),
            ("feed_forward.down", "model.h.*.mlp.c_proj"),
        ),
    ),
    "mixtral": replace(
        MIXTRAL,
        mixture=(
            ("feed_forward.router", "model.layers.*.block_sparse_moe.gate"),
            *((ours, theirs.replace("mlp", "block_sparse_moe", 1)) for ours, theirs in _SWITCH),
        ),
    ),
    "qwen3_moe": replace(
        LLAMA, mixture=(("feed_forward.router", "model.layers.*.mlp.gate"), *_SWITCH)
    ),
}


def llama_cpp(name: str, head_dim: int) -> Naming:
    """Return llama.cpp's names for the architecture that transformers calls `name`."""
    rotated = neighbouring(head_dim) if name in ("llama", "arcee", "mixtral") else SAME
    apart = (
        ("attention.query", "blk.*.attn_q", rotated),
        ("attention.key", "blk.*.attn_k", rotated),
        ("attention.value", "blk.*.attn_v"),
    )
    return Naming(
        whole=(
            ("embedding", "token_embd"),
            ("positions", "position_embd"),
            ("final_norm", "output_norm"),
            ("output", "output"),
        ),
        block=(
            ("attention_norm", "blk.*.attn_norm"),
            *(((_QKV, "blk.*.attn_qkv", FUSED),) if name == "gpt2" else apart),
            ("attention.output", "blk.*.attn_output"),
            ("attention.query_norm", "blk.*.attn_q_norm"),
            ("attention.key_norm", "blk.*.attn_k_norm"),
            ("feed_forward_norm", "blk.*.ffn_norm"),
        ),
        feed_forward=(
            ("feed_forward.gate", "blk.*.ffn_gate"),
            ("feed_forward.up", "blk.*.ffn_up"),
            ("feed_forward.down", "blk.*.ffn_down"),
        ),
        mixture=(
            ("feed_forward.router", "blk.*.ffn_gate_inp"),
            ("feed_forward.gate", "blk.*.ffn_gate_exps"),
            ("feed_forward.up", "blk.*.ffn_up_exps"),
            ("feed_forward.down", "blk.*.ffn_down_exps"),
        ),
    )


def shapes_of(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every array of a model, none of which is computed."""
    return {name: array.shape for name, array in tree_flatten(GPT(config).parameters())}


def entries(config: ModelConfig, naming: Naming, names: Collection[str]) -> Iterator[Entry]:
    """Yield the arrays `names` of a model of `config` beside what they are there."""
    for line in naming.whole:
        yield from _entries(line, "", names, config)
    for layer in range(config.n_layers):
        lines = naming.mixture if is_mixture(config, layer) else naming.feed_forward
        for ours, theirs, *layout in (*naming.block, *lines):
            whole: Any = (ours, theirs.replace("*", str(layer)), *layout)
            yield from _entries(whole, f"blocks.{layer}.", names, config)


def _entries(
    line: Line, prefix: str, names: Collection[str], config: ModelConfig
) -> Iterator[Entry]:
    """Yield the weight of a line, and its bias, where the model has them."""
    ours, theirs, layout = line if len(line) == 3 else (*line, SAME)
    ours = (ours,) if isinstance(ours, str) else ours
    numbers = range(config.moe.experts) if "#" in theirs else [0]
    for part in ("weight", "bias"):
        own = tuple(f"{prefix}{name}.{part}" for name in ours)
        if own[0] in names:
            yield Entry(
                own,
                tuple(f"{theirs.replace('#', str(number))}.{part}" for number in numbers),
                layout,
            )


def to_theirs(config: ModelConfig, arrays: Arrays, naming: Naming) -> Arrays:
    """Return every array of ours under their names.

    Raises `LmcoreError` where one has no name there.
    """
    remaining = dict(arrays)
    renamed: Arrays = {}
    for entry in entries(config, naming, arrays):
        theirs = entry.layout.outward([remaining.pop(name) for name in entry.ours])
        renamed.update(zip(entry.theirs, theirs, strict=True))
    if remaining:
        raise LmcoreError(f"The model's {min(remaining)} has no counterpart in other programs.")
    return renamed


def to_ours(config: ModelConfig, theirs: Arrays, naming: Naming) -> Arrays:
    """Return their arrays under our names, float32; biases that they do not have are 0.

    Raises `LmcoreError` where an array is missing or left over.
    """
    remaining, renamed, shapes = dict(theirs), {}, shapes_of(config)
    for entry in entries(config, naming, shapes):
        if entry.theirs[0].endswith(".bias") and entry.theirs[0] not in theirs:
            renamed.update({name: mx.zeros(shapes[name]) for name in entry.ours})
            continue
        missing = [name for name in entry.theirs if name not in theirs]
        if missing:
            raise LmcoreError(f"the array {missing[0]} is missing")
        group = [remaining.pop(name).astype(mx.float32) for name in entry.theirs]
        renamed.update(zip(entry.ours, entry.layout.inward(group), strict=True))
    if remaining:
        raise LmcoreError(f"the array {min(remaining)} has no counterpart in lmcore")
    return renamed


def arrays_of(model: GPT, always: tuple[str, ...] = ()) -> Arrays:
    """Return the arrays of a model, and neutral ones for names ending in `always` that it lacks.

    A bias is then 0, and a learned position what the model adds to embeddings there.
    """
    config = model.config
    shapes = shapes_of(config.model_copy(update={"bias": True, "positions": "learned"}))
    optional = {name: mx.zeros(shape) for name, shape in shapes.items() if name.endswith(always)}
    if "positions.weight" in optional:
        zeros = mx.zeros((1, config.context_length, config.d_model))
        optional["positions.weight"] = model.positions.embed(zeros, 0)[0]
    return optional | dict(tree_flatten(model.parameters()))


def without_idle_biases(config: ModelConfig, arrays: Arrays) -> tuple[ModelConfig, Arrays]:
    """Return the same model without biases, if all of them are 0."""
    biases = {name for name in arrays if name.endswith(".bias")}
    if any(mx.any(arrays[name] != 0).item() for name in biases):
        return config, arrays
    rest = {name: array for name, array in arrays.items() if name not in biases}
    return config.model_copy(update={"bias": False}), rest
