"""Which of the architectures that other programs know a model of ours is, if any.

Each architecture is a table: for a parameter of the model, the values with
which it computes the same. A parameter that neither the table nor `FREE` names
is refused whatever its value, so a new one cannot be dropped in silence: name
its neutral value in `_COMMON`, or in the tables of the architectures that have it.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from lmcore.common.errors import LmcoreError, listing
from lmcore.model import ModelConfig

Requirements = dict[str, Container]

# Sizes that any architecture takes, and what matters in training alone. A model
# that learned to keep within a document reads a single one as any other model.
FREE = {
    "vocab_size",
    "context_length",
    "d_model",
    "n_layers",
    "n_heads",
    "n_kv_heads",
    "d_ff",
    "rope_theta",
    "norm_epsilon",
    "tied_embeddings",
    "dropout",
    "document_start",
    "embedding_std",
    "copying_blocks",
    "zero_init_projections",
    "convolution_width",
    "value_embedding_form",
    "global_every",
    "implementation",
    "moe.every",
    "moe.balance",
    "moe.balance_coefficient",
    "moe.z_loss_coefficient",
}

_SOME = range(1, 2**31)
# Programs that always divide the chosen probabilities by their sum give one expert alone the
# weight 1, and ours gives it its probability.
_NORMALISED = range(2, 2**31)

_COMMON: Requirements = {
    "norm_placement": ["pre"],
    "residual": [True],
    "residual_scalars": [False],
    "smear": [False],
    "short_convolution": ["none"],
    "rope_share": [1.0],
    "head_gates": [False],
    "unet_skips": [False],
    "attention_window": [0],
    "value_embeddings": [0],
    "logit_softcap": [0.0],
    "moe.experts": [0],
}


def gpt2(config: ModelConfig) -> Requirements:
    return _COMMON | {
        # The latter two are learned ones that were never changed: a table, or zeros.
        "positions": ["learned", "sinusoidal", "none"],
        "norm": ["layernorm"],
        "feed_forward": ["gelu", "relu", "relu2"],
        "qk_norm": [False],
        "bias": [True, False],
        "n_kv_heads": [config.n_heads],
    }


def openai_gpt(config: ModelConfig) -> Requirements:
    return gpt2(config) | {
        "norm_placement": ["post"],
        "feed_forward": ["gelu", "relu"],
        "d_ff": [4 * config.d_model],
    }


def llama(config: ModelConfig) -> Requirements:
    return _COMMON | {
        "positions": ["rope"],
        "norm": ["rmsnorm"],
        "feed_forward": ["swiglu"],
        "qk_norm": [False],
        "bias": [True, False],
    }


def arcee(config: ModelConfig) -> Requirements:
    return llama(config) | {"feed_forward": ["relu2", "gelu", "relu"]}


def smollm3(config: ModelConfig) -> Requirements:
    return llama(config) | {"positions": ["none"]}


def starcoder2(config: ModelConfig) -> Requirements:
    return arcee(config) | {"norm": ["layernorm"]}


def stablelm(config: ModelConfig) -> Requirements:
    return llama(config) | {
        "norm": ["layernorm"],
        "bias": [False],
        "rope_share": [config.rope_share],
    }


def qwen3(config: ModelConfig) -> Requirements:
    return llama(config) | {"qk_norm": [True], "bias": [False]}


def mixtral(config: ModelConfig) -> Requirements:
    return llama(config) | {
        "bias": [False],
        "moe.experts": _SOME,
        "moe.top_k": _NORMALISED,
        "moe.every": [1],
        "moe.balance": ["loss"],
    }


def qwen3_moe(config: ModelConfig) -> Requirements:
    return qwen3(config) | {
        "moe.experts": _SOME,
        "moe.top_k": _SOME,
        "moe.balance": ["loss"],
    }


def _nothing_more(config: ModelConfig) -> Requirements:
    return {}


@dataclass(frozen=True)
class Architecture:
    """An architecture as transformers knows it, and what others who know it ask for besides."""

    name: str  # transformers' model_type
    model_class: str  # transformers' class
    requirements: Callable[[ModelConfig], Requirements]
    mlx_lm: Callable[[ModelConfig], Requirements] | None = _nothing_more  # None: not known there
    llama_cpp: Callable[[ModelConfig], Requirements] | None = _nothing_more
    gguf_name: str | None = None  # llama.cpp's name, where it is another
    always: tuple[str, ...] = ()  # ends of arrays that are written even where the model has none

    def readers(self, config: ModelConfig, gguf: bool, quantized: bool = False) -> list[str]:
        """Return the programs that read a model of this config, exported with or without GGUF.

        transformers does not read what is quantised in MLX's layout.
        """
        more = {"mlx_lm": self.mlx_lm, "llama.cpp": self.llama_cpp if gguf else None}
        return ["transformers"][quantized:] + [
            name for name, needs in more.items() if needs and not unmet(config, needs(config))
        ]


ARCHITECTURES = {
    architecture.name: architecture
    for architecture in [
        Architecture(
            "gpt2",
            "GPT2LMHeadModel",
            gpt2,
            mlx_lm=lambda config: {
                "feed_forward": ["gelu"],
                "d_ff": [4 * config.d_model],
                "tied_embeddings": [True],
            },
            llama_cpp=lambda config: {"feed_forward": ["gelu"]},
            always=(".bias", "positions.weight"),
        ),
        Architecture(
            "openai-gpt",  # the first GPT: norms after the residual
            "OpenAIGPTLMHeadModel",
            openai_gpt,
            mlx_lm=None,
            llama_cpp=None,
            always=(".bias", "positions.weight"),
        ),
        Architecture("llama", "LlamaForCausalLM", llama),
        Architecture(
            "smollm3",  # Llama that may do without positions
            "SmolLM3ForCausalLM",
            smollm3,
            llama_cpp=None,  # there three layers of four have rope
        ),
        Architecture(
            "arcee",  # Llama with a feed-forward that has no gate
            "ArceeForCausalLM",
            arcee,
            mlx_lm=None,
            llama_cpp=lambda config: {"feed_forward": ["relu2"], "bias": [False]},
        ),
        Architecture(
            "starcoder2",
            "Starcoder2ForCausalLM",
            starcoder2,
            mlx_lm=None,  # it reads the file, and computes another GELU
            llama_cpp=lambda config: {"feed_forward": ["gelu"]},
            always=(".bias",),
        ),
        Architecture(
            "stablelm",  # Llama with the other norm
            "StableLmForCausalLM",
            stablelm,
            mlx_lm=lambda config: {"tied_embeddings": [False]},
            llama_cpp=lambda config: {"tied_embeddings": [False]},
            always=("norm.bias",),
        ),
        Architecture("qwen3", "Qwen3ForCausalLM", qwen3),
        Architecture("mixtral", "MixtralForCausalLM", mixtral, gguf_name="llama"),
        Architecture(
            "qwen3_moe",
            "Qwen3MoeForCausalLM",
            qwen3_moe,
            llama_cpp=lambda config: {"moe.every": [1], "moe.top_k": _NORMALISED},
            gguf_name="qwen3moe",
        ),
    ]
}


def flat(config: ModelConfig) -> dict[str, Any]:
    """Return the parameters of a model by their names in params.yaml, without `model.`."""
    values = config.model_dump()
    return values | {f"moe.{name}": value for name, value in values.pop("moe").items()}


def unmet(config: ModelConfig, requirements: Requirements) -> list[str]:
    """Return the parameters whose values the requirements do not allow."""
    return [
        name
        for name, value in flat(config).items()
        if name in requirements and value not in requirements[name]
    ]


def unknown(config: ModelConfig) -> list[str]:
    """Return the parameters that no table here holds."""
    known = FREE.union(*(each.requirements(config) for each in ARCHITECTURES.values()))
    return [name for name in flat(config) if name not in known]


def architecture_of(config: ModelConfig) -> Architecture:
    """Return the architecture that computes what a model of `config` does.

    Raises `LmcoreError` where there is none, with the nearest and what it asks for.
    """
    if names := unknown(config):
        raise LmcoreError(
            f"lmcore knows no counterpart of model.{names[0]} in other programs, so this model "
            "cannot be exported."
        )
    missed = {
        each.name: unmet(config, each.requirements(config)) for each in ARCHITECTURES.values()
    }
    # With experts or without is a greater difference than others.
    nearest = ARCHITECTURES[min(missed, key=lambda n: ("moe.experts" in missed[n], len(missed[n])))]
    if missed[nearest.name]:
        raise LmcoreError(
            "lmcore knows no counterpart of this model in transformers; the nearest is "
            f"{nearest.name}, which needs {differences(config, nearest.requirements(config))}."
        )
    return nearest


def require_llama_cpp(config: ModelConfig, architecture: Architecture) -> None:
    """Raise `LmcoreError` where llama.cpp is not known to have the architecture in this form."""
    _require("llama.cpp", architecture.llama_cpp, "--gguf", config, architecture)


def require_mlx_lm(config: ModelConfig, architecture: Architecture) -> None:
    """Raise `LmcoreError` where mlx_lm is not known to have the architecture in this form."""
    _require("mlx_lm", architecture.mlx_lm, "--bits", config, architecture)


def _require(
    program: str,
    needs_of: Callable[[ModelConfig], Requirements] | None,
    option: str,
    config: ModelConfig,
    architecture: Architecture,
) -> None:
    if needs_of is None:
        raise LmcoreError(
            f"lmcore knows no counterpart of this model, a {architecture.name}, in {program}; "
            f"export it without {option}."
        )
    if unmet(config, needs := needs_of(config)):
        raise LmcoreError(
            f"lmcore knows no counterpart of this model in {program}, whose {architecture.name} "
            f"needs {differences(config, needs)}; export it without {option}."
        )


def differences(config: ModelConfig, requirements: Requirements) -> str:
    """Return `model.norm rmsnorm (it is layernorm) and ...` for the requirements not met."""
    values = flat(config)
    parts = []
    for name in unmet(config, requirements):
        allowed: Any = requirements[name]
        text = (
            f"at least {allowed.start}"
            if isinstance(allowed, range)
            else listing(map(_in_yaml, allowed))
        )
        parts.append(f"model.{name} {text} (it is {_in_yaml(values[name])})")
    return " and ".join(parts)


def _in_yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
