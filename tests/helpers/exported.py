"""Small models of every architecture that can be exported, and a tokenizer for them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from helpers.variants import NO_EXPERTS, model_of, tokens_of

from lmcore.common.params import SampleParams
from lmcore.export.folder import export
from lmcore.export.provenance import UNKNOWN
from lmcore.model import GPT
from lmcore.tokenizer.tokenizer import Tokenizer

_EXPERTS = {**NO_EXPERTS, "experts": 4, "z_loss_coefficient": 0.0}
_GPT2 = {"positions": "learned", "norm": "layernorm"}
_LLAMA = {"feed_forward": "swiglu"}
_UNTIED = {"tied_embeddings": False}
_EPSILON = {"norm_epsilon": 0.1}  # so large that another would show in the logits

# Architecture and what it shows: the model.
MODELS: dict[tuple[str, str], dict[str, Any]] = {
    ("gpt2", "biases"): {**_GPT2, "bias": True, "d_ff": 96},
    ("gpt2", "no biases, another width"): _GPT2,
    ("gpt2", "untied"): {**_GPT2, **_UNTIED, "d_ff": 96},
    ("gpt2", "relu"): {**_GPT2, **_EPSILON, "feed_forward": "relu"},
    ("gpt2", "sinusoidal, relu2, biases"): {
        **{**_GPT2, "positions": "sinusoidal", "feed_forward": "relu2", "bias": True}
    },
    ("gpt2", "sinusoidal"): {**_GPT2, "positions": "sinusoidal", "d_ff": 96},
    ("gpt2", "no positions, untied"): {**_GPT2, **_UNTIED, "positions": "none", "d_ff": 96},
    ("gpt2", "no positions"): {**_GPT2, "positions": "none", "d_ff": 96},
    ("openai-gpt", "sinusoidal, relu"): {
        **{**_GPT2, **_EPSILON, "norm_placement": "post", "d_ff": 96},
        **{"positions": "sinusoidal", "feed_forward": "relu"},
    },
    ("openai-gpt", "no biases"): {**_GPT2, "norm_placement": "post", "d_ff": 96},
    ("openai-gpt", "biases, untied"): {
        **{**_GPT2, **_UNTIED, "norm_placement": "post", "d_ff": 96, "bias": True}
    },
    ("llama", "grouped queries"): {**_LLAMA, "n_kv_heads": 2},
    ("llama", "untied, biases, theta"): {
        **{**_LLAMA, **_UNTIED, **_EPSILON, "bias": True, "rope_theta": 500.0}
    },
    ("arcee", "gelu"): {},
    ("arcee", "relu"): {"feed_forward": "relu", "bias": True, **_EPSILON},
    ("arcee", "relu2, one kv head"): {"feed_forward": "relu2", "n_kv_heads": 1, **_UNTIED},
    ("smollm3", "biases"): {**_LLAMA, "positions": "none", "bias": True, **_EPSILON},
    ("smollm3", "untied, grouped queries"): {
        **{**_LLAMA, **_UNTIED, "positions": "none", "n_kv_heads": 2}
    },
    ("starcoder2", "grouped queries"): {"norm": "layernorm", "bias": True, "n_kv_heads": 2},
    ("starcoder2", "untied, relu2, no biases"): {
        **{"norm": "layernorm", "feed_forward": "relu2", **_UNTIED, **_EPSILON}
    },
    ("stablelm", "untied, grouped queries"): {
        **{**_LLAMA, **_UNTIED, **_EPSILON, "norm": "layernorm", "n_kv_heads": 2}
    },
    ("stablelm", "tied"): {
        **_LLAMA,
        "norm": "layernorm",
        "rope_theta": 500.0,
        "d_model": 32,
        "rope_share": 0.5,
    },
    ("qwen3", "grouped queries"): {**_LLAMA, "qk_norm": True, "n_kv_heads": 2},
    ("qwen3", "untied"): {**_LLAMA, **_UNTIED, **_EPSILON, "qk_norm": True},
    ("mixtral", "top 2"): {**_LLAMA, **_EPSILON, "moe": _EXPERTS, "n_kv_heads": 2},
    ("mixtral", "top 3, untied"): {**_LLAMA, **_UNTIED, "moe": {**_EXPERTS, "top_k": 3}},
    ("qwen3_moe", "every block"): {**_LLAMA, **_EPSILON, "qk_norm": True, "moe": _EXPERTS},
    ("qwen3_moe", "every second block"): {
        **{**_LLAMA, **_UNTIED, "qk_norm": True, "n_layers": 4},
        "moe": {**_EXPERTS, "every": 2},
    },
    ("qwen3_moe", "top 1"): {**_LLAMA, "qk_norm": True, "moe": {**_EXPERTS, "top_k": 1}},
}
NAMES = [f"{architecture}: {what}" for architecture, what in MODELS]
# Whose positions the other program has as learned ones, and gives back so.
LEARNED_THERE = [name for name in NAMES if "sinusoidal" in name or "gpt2: no positions" in name]
ONE_OF_EACH = list({name.split(":")[0]: name for name in NAMES}.values())
_DRAWN = {"temperature": 0.8, "top_k": 0, "top_p": 0.95, "min_p": 0.0, "repetition_penalty": 1.0}
SAMPLE = SampleParams(seed=1, prompts=["Once"], max_tokens=9, stop=[], **_DRAWN)
TEXT = "Once upon a time there was a cat. The cat's hat didn't fit! \n\n She had 12 hats, été.\n"


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.train([TEXT] * 3, 300)


def model(name: str) -> GPT:
    """The model of one of `NAMES`, its norms and biases far from 1 and 0."""
    changes = MODELS[tuple(name.split(": "))]
    return model_of(vocab_size=tokenizer().vocab_size, **changes)


def exported(name: str, folder: Path, gguf: bool = False) -> GPT:
    """Exports that model to `folder`."""
    given = model(name)
    export(folder, given, tokenizer(), SAMPLE, UNKNOWN, gguf)
    return given


def logits(given: GPT) -> tuple[np.ndarray, np.ndarray]:
    """Tokens (B, T) as long as the context, and our logits."""
    tokens = tokens_of(given)
    return np.array(tokens), np.array(given(tokens))
