"""A model's config as transformers writes it in config.json, and back.

`Settings` names, for each key of theirs, the parameter of ours with the same
meaning; what is constant in our models is written as it is and, on the way
back, must be found so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from lmcore.common.errors import LmcoreError, listing
from lmcore.export.architectures import ARCHITECTURES, Architecture, differences, flat
from lmcore.model import ModelConfig
from lmcore.model.config import WITHOUT_VARIANTS

Json = dict[str, Any]

# Our feed-forwards as transformers names their activation; the first is what we write.
_ACTIVATIONS = {
    "swiglu": ("silu", "swish"),
    "gelu": ("gelu_pytorch_tanh", "gelu_new"),
    "relu": ("relu",),
    "relu2": ("relu2",),
}


@dataclass(frozen=True)
class Settings:
    """The keys of one architecture's config.json."""

    ours: dict[str, str]  # their key: our parameter of the same meaning
    constant: Json  # what every model of ours of this architecture has
    absent: Json = field(default_factory=dict)  # what transformers takes for a missing key
    implied: Json = field(default_factory=dict)  # our parameters that have no key
    activations: dict[str, tuple[str, ...]] = field(default_factory=_ACTIVATIONS.copy)


_SIZES = {
    "vocab_size": "vocab_size",
    "max_position_embeddings": "context_length",
    "hidden_size": "d_model",
    "intermediate_size": "d_ff",
    "num_hidden_layers": "n_layers",
    "num_attention_heads": "n_heads",
    "num_key_value_heads": "n_kv_heads",
    "head_dim": "head_dim",
    "rope_theta": "rope_theta",
    "hidden_act": "feed_forward",
    "tie_word_embeddings": "tied_embeddings",
}
_LLAMA = _SIZES | {"rms_norm_eps": "norm_epsilon"}
_LLAMA_BIASES = {"attention_bias": "bias", "mlp_bias": "bias"}
_LLAMA_ABSENT = {
    "rope_theta": 10000.0,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "attention_bias": False,
    "mlp_bias": False,
    "rms_norm_eps": 1e-6,
}
_LLAMA_IMPLIED = {"positions": "rope", "norm": "rmsnorm", "qk_norm": False, "bias": False}
_QWEN3_IMPLIED = _LLAMA_IMPLIED | {"qk_norm": True}
# Whether a mixture divides the chosen weights by their sum: in ours, just where top_k is above 1.
_NORMALISED = "moe.normalised"

SETTINGS = {
    "gpt2": Settings(
        {
            "vocab_size": "vocab_size",
            "n_positions": "context_length",
            "n_ctx": "context_length",  # the older name, which mlx_lm reads
            "n_embd": "d_model",
            "n_inner": "d_ff",
            "n_layer": "n_layers",
            "n_head": "n_heads",
            "activation_function": "feed_forward",
            "layer_norm_epsilon": "norm_epsilon",
            "resid_pdrop": "dropout",
            "tie_word_embeddings": "tied_embeddings",
        },
        {
            "scale_attn_weights": True,
            "scale_attn_by_inverse_layer_idx": False,
            "add_cross_attention": False,
        },
        {
            "activation_function": "gelu_new",
            "resid_pdrop": 0.1,
            "tie_word_embeddings": True,
            "layer_norm_epsilon": 1e-5,
        },
        {"positions": "learned", "norm": "layernorm", "qk_norm": False, "bias": True},
    ),
    "openai-gpt": Settings(
        {
            "vocab_size": "vocab_size",
            "n_positions": "context_length",
            "n_embd": "d_model",
            "n_layer": "n_layers",
            "n_head": "n_heads",
            "afn": "feed_forward",
            "layer_norm_epsilon": "norm_epsilon",
            "resid_pdrop": "dropout",
            "tie_word_embeddings": "tied_embeddings",
        },
        {},
        {"afn": "gelu", "layer_norm_epsilon": 1e-5}
        | {"resid_pdrop": 0.1, "tie_word_embeddings": True},
        {
            "positions": "learned",
            "norm": "layernorm",
            "norm_placement": "post",
            "qk_norm": False,
            "bias": True,
        },
        {"gelu": ("gelu",), "relu": ("relu",)},  # the tanh form has the plain name there
    ),
    "llama": Settings(_LLAMA | _LLAMA_BIASES, {}, _LLAMA_ABSENT, _LLAMA_IMPLIED),
    "arcee": Settings(
        _LLAMA | _LLAMA_BIASES,
        {},
        _LLAMA_ABSENT | {"hidden_act": "relu2", "rms_norm_eps": 1e-5},
        _LLAMA_IMPLIED,
    ),
    "smollm3": Settings(
        _LLAMA | _LLAMA_BIASES,
        {"no_rope_layer_interval": 1},  # no layer turns queries and keys
        _LLAMA_ABSENT | {"tie_word_embeddings": True, "no_rope_layer_interval": 4},
        _LLAMA_IMPLIED | {"positions": "none"},
    ),
    "starcoder2": Settings(
        _SIZES | {"norm_epsilon": "norm_epsilon"},
        {"use_bias": True},
        {"rope_theta": 10000.0, "hidden_act": "gelu_pytorch_tanh", "tie_word_embeddings": True}
        | {"norm_epsilon": 1e-5},
        {"positions": "rope", "norm": "layernorm", "qk_norm": False, "bias": True},
    ),
    "stablelm": Settings(
        _SIZES | {"layer_norm_eps": "norm_epsilon", "partial_rotary_factor": "rope_share"},
        {"use_qkv_bias": False} | {"qk_layernorm": False, "use_parallel_residual": False},
        {"partial_rotary_factor": 0.25, "rope_theta": 10000.0, "hidden_act": "silu"}
        | {"tie_word_embeddings": False, "layer_norm_eps": 1e-5},
        _LLAMA_IMPLIED | {"norm": "layernorm"},
    ),
    "qwen3": Settings(
        _LLAMA,
        {"attention_bias": False},
        _LLAMA_ABSENT | {"head_dim": 128},
        _QWEN3_IMPLIED,
    ),
    "mixtral": Settings(
        _LLAMA
        | {
            "num_local_experts": "moe.experts",
            "num_experts_per_tok": "moe.top_k",
            "router_aux_loss_coef": "moe.balance_coefficient",
        },
        {},
        _LLAMA_ABSENT
        | {"rope_theta": 1e6, "rms_norm_eps": 1e-5, "num_local_experts": 8}
        | {"num_experts_per_tok": 2, "router_aux_loss_coef": 0.001},
        _LLAMA_IMPLIED | {"moe.every": 1},
    ),
    "qwen3_moe": Settings(
        _LLAMA
        | {
            "moe_intermediate_size": "d_ff",
            "num_experts": "moe.experts",
            "num_experts_per_tok": "moe.top_k",
            "norm_topk_prob": _NORMALISED,
            "decoder_sparse_step": "moe.every",
            "router_aux_loss_coef": "moe.balance_coefficient",
        },
        {"attention_bias": False, "mlp_only_layers": []},
        _LLAMA_ABSENT
        | {"num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1}
        | {"norm_topk_prob": False, "mlp_only_layers": [], "router_aux_loss_coef": 0.001},
        _QWEN3_IMPLIED | {_NORMALISED: False},  # as transformers reads null
    ),
}


def to_config_json(config: ModelConfig, architecture: Architecture, end_of_text: int) -> Json:
    """Return config.json for transformers and those who read its format."""
    settings, values = SETTINGS[architecture.name], flat(config) | {"head_dim": config.head_dim}
    values[_NORMALISED] = config.moe.top_k > 1
    values["feed_forward"] = settings.activations[config.feed_forward][0]
    return {
        "architectures": [architecture.model_class],
        "model_type": architecture.name,
        "bos_token_id": end_of_text,  # begins a story and ends it
        "eos_token_id": end_of_text,
        "pad_token_id": None,
        "initializer_range": 0.02,
        "torch_dtype": "float32",
        **settings.constant,
        **{theirs: values[ours] for theirs, ours in settings.ours.items()},
    }


def from_config_json(theirs: Json) -> ModelConfig:
    """Return the config of ours that computes what theirs describes.

    Raises `LmcoreError` where there is none, naming the key.
    """
    name = theirs.get("model_type")
    if not isinstance(name, str) or name not in SETTINGS:
        raise LmcoreError(f"model_type is {name!r}; lmcore knows {listing(SETTINGS)}")
    settings = SETTINGS[name]
    theirs = _plain(theirs, settings)
    for key, value in settings.constant.items():
        if (their_value := theirs.get(key, settings.absent.get(key, value))) != value:
            raise LmcoreError(f"{key} is {their_value!r}; lmcore has {value!r}")
    values: Json = {}
    for key, ours in settings.ours.items():
        if (value := theirs.get(key, settings.absent.get(key))) is None:
            continue
        if ours in _COMPUTED_WITH and not (type(value) is int and value > 0):
            raise LmcoreError(f"{key} is {value!r}; it must be a whole number, at least 1")
        if ours == "bias":  # where one part alone has biases, those of the other are 0 in ours
            value = value or values.get(ours, False)
        elif ours == "feed_forward":
            names = settings.activations
            forms = [form for form in names if value in names[form]]
            if not forms:
                allowed = listing(sum(names.values(), ()))
                raise LmcoreError(f"{key} is {value!r}; lmcore knows {allowed}")
            value = forms[0]
        elif values.get(ours, value) != value:
            raise LmcoreError(f"{key} is {value!r}; lmcore has one model.{ours}, {values[ours]!r}")
        values[ours] = value
    return _config(ARCHITECTURES[name], {**_DEFAULTS, **settings.implied, **values})


# Sizes that other values are computed from, before our config checks them all.
_COMPUTED_WITH = {"d_model", "n_heads", "head_dim", "moe.top_k"}

# What a config.json may leave out, and what its model does not show.
_DEFAULTS: Json = {
    **WITHOUT_VARIANTS,
    "norm_placement": "pre",
    "residual": True,
    "rope_theta": 10000.0,
    "dropout": 0.0,
    "moe.experts": 0,
    "moe.top_k": 1,
    "moe.every": 1,
    "moe.balance": "loss",
    "moe.balance_coefficient": 0.0,
    "moe.z_loss_coefficient": 0.0,
}

# What changes the model if it has another value, and has no counterpart.
_REFUSED: Json = {
    "rope_scaling": None,
    "sliding_window": None,
    "quantization_config": None,
    "partial_rotary_factor": 1.0,
}

_NESTED = {"rope_parameters": dict, "no_rope_layers": list, "layer_types": list}
_NAMES = {dict: "an object", list: "a list"}


def _plain(theirs: Json, settings: Settings) -> Json:
    """Return config.json with what transformers 5 nests at the top, as before."""
    for key, kind in _NESTED.items():
        if theirs.get(key) is not None and not isinstance(theirs[key], kind):
            raise LmcoreError(f"{key} is {theirs[key]!r}; it must be {_NAMES[kind]}")
    rope = dict(theirs.get("rope_parameters") or {})
    if (kind := rope.pop("rope_type", "default")) != "default":
        raise LmcoreError(f"rope_type is {kind!r}; lmcore has 'default'")
    plain = theirs | rope
    if "num_local_experts" in plain:  # in transformers 5 Qwen3-MoE's key as well
        plain.setdefault("num_experts", plain["num_local_experts"])
    if not plain.get("use_sliding_window", True):
        plain["sliding_window"] = None
    for key, value in _REFUSED.items():
        if plain.get(key, value) != value and key not in settings.ours:
            raise LmcoreError(f"{key} is {plain[key]!r}; lmcore has no counterpart of it")
    if any(plain.get("no_rope_layers") or []):
        raise LmcoreError("no_rope_layers leaves some layers with rope; lmcore has none or all")
    if others := set(map(str, plain.get("layer_types") or [])) - {"full_attention"}:
        raise LmcoreError(f"layer_types has {min(others)!r}; lmcore has 'full_attention'")
    return plain


def _config(architecture: Architecture, values: Json) -> ModelConfig:
    """Return our config of flat values, if this architecture can have it."""
    if {"d_model", "n_heads"} <= values.keys():
        values.setdefault("n_kv_heads", values["n_heads"])
        values.setdefault("d_ff", 4 * values["d_model"])
        size = values["d_model"] // values["n_heads"]
        if (their_size := values.pop("head_dim", size)) != size:
            raise LmcoreError(f"head_dim is {their_size}; lmcore has hidden size / heads, {size}")
    many = values["moe.top_k"] > 1
    if (normalised := values.pop(_NORMALISED, many)) != many:
        raise LmcoreError(
            f"norm_topk_prob is {normalised!r}; lmcore has {many} where num_experts_per_tok is "
            f"{values['moe.top_k']}"
        )
    moe: Any = {
        name.removeprefix("moe."): v for name, v in values.items() if name.startswith("moe.")
    }
    rest = {name: value for name, value in values.items() if not name.startswith("moe.")}
    try:
        config = ModelConfig(**rest, moe=moe)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise LmcoreError(f"it gives no model.{where}: {first['msg']}") from None
    if needs := differences(config, architecture.requirements(config)):
        raise LmcoreError(f"as a {architecture.name}, lmcore needs {needs}")
    return config
