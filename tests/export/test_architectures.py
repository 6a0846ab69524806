"""Each model finds its architecture, or the parameter that keeps it from one is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.exported import NAMES, model
from helpers.variants import NO_EXPERTS, VARIANTS, config_of

from lmcore.common.errors import LmcoreError
from lmcore.common.params import load_params
from lmcore.export.architectures import architecture_of, unknown
from lmcore.model import ModelConfig

_EXPERTS = {**NO_EXPERTS, "experts": 4}
_LLAMA: dict[str, Any] = {"feed_forward": "swiglu"}


@pytest.mark.parametrize("name", NAMES)
def test_each_model_finds_its_architecture(name: str) -> None:
    assert architecture_of(model(name).config).name == name.split(":")[0]


@pytest.mark.parametrize(
    ("changes", "nearest", "needs"),
    [
        ({**_LLAMA, "positions": "alibi"}, "llama", r"model.positions rope \(it is alibi\)"),
        ({"positions": "none"}, "gpt2", r"model.norm layernorm \(it is rmsnorm\)"),
        ({"positions": "sinusoidal"}, "gpt2", r"model.norm layernorm \(it is rmsnorm\)"),
        (
            {**_LLAMA, "norm": "layernorm", "bias": True},
            "llama",
            r"model.norm rmsnorm \(it is layernorm\)",
        ),
        ({**_LLAMA, "norm_placement": "post"}, "llama", r"norm_placement pre \(it is post\)"),
        ({**_LLAMA, "norm_placement": "none"}, "llama", "norm_placement pre"),
        ({**_LLAMA, "residual": False}, "llama", r"model.residual true \(it is false\)"),
        ({**_LLAMA, "qk_norm": True, "bias": True}, "llama", r"qk_norm false \(it is true\)"),
        ({"qk_norm": True}, "arcee", "model.qk_norm false"),
        (
            {"positions": "learned", "norm": "layernorm", "n_kv_heads": 2},
            "gpt2",
            r"model.n_kv_heads 4 \(it is 2\)",
        ),
        (
            {**_LLAMA, "positions": "learned", "norm": "layernorm"},
            "gpt2",
            r"model.feed_forward gelu, relu or relu2 \(it is swiglu\)",
        ),
        (
            {**_LLAMA, "moe": {**_EXPERTS, "every": 2}},
            "mixtral",
            r"model.moe.every 1 \(it is 2\)",
        ),
        (
            {**_LLAMA, "moe": {**_EXPERTS, "balance": "bias"}},
            "mixtral",
            r"model.moe.balance loss \(it is bias\)",
        ),
        (
            {**_LLAMA, "moe": {**_EXPERTS, "top_k": 1}},
            "mixtral",
            r"model.moe.top_k at least 2 \(it is 1\)",
        ),
        ({"moe": _EXPERTS}, "mixtral", r"model.feed_forward swiglu \(it is gelu\)"),
        (
            {"norm": "layernorm", "qk_norm": True},
            "starcoder2",
            r"model.qk_norm false \(it is true\)",
        ),
    ],
)
def test_a_model_without_counterpart_is_told_why(changes: Any, nearest: str, needs: str) -> None:
    with pytest.raises(LmcoreError, match=f"knows no .*nearest is {nearest}, .*{needs}") as e:
        architecture_of(config_of(**changes))
    assert "\n" not in e.value.message and e.value.message.endswith(").")


# README.md says the same, under "Using the model elsewhere".
READERS_OF_PROFILES = {
    "transformers, mlx_lm, llama.cpp": {
        "laboratory",
        "quickstart",
        "tinystories",
        "gpt2-124m",
        "medium-350m",
        "1b",
        "3b",
    },
    "transformers, llama.cpp": {"textbook"},
    "transformers": {"starter-50m", "tinystories-cpu"},
    "nobody": {"modern", "tinystories-modern", "moe-8x"},
}


def test_which_program_reads_which_profile(repository: Path) -> None:
    found: dict[str, set[str]] = {}
    for path in (repository / "profiles").glob("*.yaml"):
        params = load_params(path)
        config = ModelConfig(**params.model.model_dump(), vocab_size=params.tokenizer.vocab_size)
        try:
            readers = ", ".join(architecture_of(config).readers(config, gguf=True))
        except LmcoreError:
            readers = "nobody"
        found.setdefault(readers, set()).add(path.stem)
    assert found == READERS_OF_PROFILES


def test_every_parameter_is_spoken_of() -> None:
    """A new one must be given its neutral value, or a place, in the tables."""
    assert unknown(config_of()) == []


def test_a_parameter_that_no_table_knows_is_refused() -> None:
    class NewConfig(ModelConfig):
        logit_scale: float

    config = NewConfig(**config_of(**_LLAMA).model_dump(), logit_scale=1.0)
    with pytest.raises(LmcoreError, match=r"no counterpart of model.logit_scale"):
        architecture_of(config)


def test_what_matters_in_training_alone_does_not_matter() -> None:
    changes = {"dropout": 0.1, "moe": {**NO_EXPERTS, "every": 3, "balance": "bias"}}
    assert architecture_of(config_of(**_LLAMA, **changes)).name == "llama"


def test_every_variant_is_exported_or_refused_in_one_sentence() -> None:
    for name, changes in VARIANTS.items():
        try:
            architecture_of(config_of(**changes))
        except LmcoreError as error:
            assert error.message.count(" (it is ") >= 1, name
