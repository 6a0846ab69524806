"""Every mistake in params.yaml is one sentence that names the key and the remedy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.params import load_params, parse_params, read_yaml


@pytest.fixture
def values(repository: Path) -> dict[str, Any]:
    return read_yaml(repository / "profiles" / "quickstart.yaml")


def put(values: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *sections, key = path.split(".")
    for section in sections:
        values = values[section]
    values[key] = value
    return values


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(LmcoreError) as caught:
        parse_params(values, "params.yaml")
    message = caught.value.message
    assert message.startswith("params.yaml: ") and message.endswith(".") and "\n" not in message
    return message


def test_shipped_profiles_are_valid(repository: Path) -> None:
    files = sorted((repository / "profiles").glob("*.yaml"))
    assert files
    for file in files:
        load_params(file)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("model.n_head", 4, ["model.n_head", "not a parameter", "n_heads"]),
        ("train.lerning_rate", 1.0, ["train.lerning_rate", "learning_rate"]),
        ("zebra", 1, ["zebra", "not a parameter", "data, tokenizer"]),
        ("model.d_model", 130, ["model.d_model is 130", "multiple", "n_heads", "4"]),
        ("model.value_embeddings", 9, ["model.value_embeddings is 9", "n_layers", "3"]),
        ("model.logit_softcap", -1.0, ["model.logit_softcap is -1.0", "greater than or equal"]),
        (
            "model.implementation",
            "fast",
            ["model.implementation is 'fast'", "'reference'", "'mlx'"],
        ),
        ("model.n_kv_heads", 3, ["model.n_heads", "multiple", "n_kv_heads", "3"]),
        ("train.warmup_steps", 10**6, ["train.warmup_steps is 1000000", "smaller", "steps"]),
        ("train.workers", 7, ["train.batch_size", "multiple", "train.workers", "7"]),
        ("tokenizer.vocab_size", 256, ["tokenizer.vocab_size is 256", "257"]),
        ("tokenizer.vocab_size", 65537, ["tokenizer.vocab_size is 65537", "65536"]),
        ("data.source", "wikipedia", ["data.source is 'wikipedia'", "builtin", "files"]),
        ("train.learning_rate", "fast", ["train.learning_rate is 'fast'", "number"]),
        ("train.learning_rate", float("nan"), ["train.learning_rate is nan", "equal to 10"]),
        ("train.learning_rate", -1.0, ["train.learning_rate is -1.0", "greater than 0"]),
        ("train.steps", 1.5, ["train.steps is 1.5", "integer"]),
        ("train.steps", True, ["train.steps is True", "integer"]),
        ("sample.prompts", [], ["sample.prompts", "at least 1"]),
        ("sample.prompts", ["ok", 3], ["sample.prompts.1 is 3", "string"]),
        ("sample.top_p", 0.0, ["sample.top_p is 0.0", "greater than 0"]),
        ("sample.min_p", 1.5, ["sample.min_p is 1.5", "less than or equal to 1"]),
        ("sample.repetition_penalty", 0, ["sample.repetition_penalty is 0", "greater than 0"]),
        ("sample.stop", "end", ["sample.stop is 'end'; it should be a valid list"]),
        ("sample.stop", ["end", ""], ["sample.stop.1 is ''; it should have at least 1 char"]),
        ("sample.max_tokens", 10**7, ["sample.max_tokens is 10000000", "equal to 1000000"]),
        ("evaluate.stride", 10**6, ["evaluate.stride", "context_length"]),
        ("model.moe.experts", 1, ["model.moe.top_k is 2", "experts", "1"]),
        ("model", None, ["model is None"]),
    ],
)
def test_a_mistake_is_named(
    values: dict[str, Any], path: str, value: Any, words: list[str]
) -> None:
    put(values, path, value)
    message = refusal(values)
    for word in words:
        assert word in message


def test_the_cpus_kernels_are_for_float32(values: dict[str, Any]) -> None:
    put(values, "model.implementation", "cpu_kernels")
    parse_params(values, "params.yaml")
    put(values, "train.precision", "bfloat16")
    message = refusal(values)
    assert "train.precision is bfloat16; with model.implementation cpu_kernels" in message


def test_a_missing_key_is_named(values: dict[str, Any]) -> None:
    del values["model"]["d_ff"]
    assert "model.d_ff is missing" in refusal(values)


def test_whole_numbers_serve_as_floats(values: dict[str, Any]) -> None:
    put(values, "sample.temperature", 1)
    assert parse_params(values, "params.yaml").sample.temperature == 1.0


def test_exponents_without_a_point_are_numbers_as_in_dvc(tmp_path: Path, repository: Path) -> None:
    text = (
        (repository / "profiles" / "quickstart.yaml")
        .read_text()
        .replace("epsilon: 1.0e-8", "epsilon: 1e-8")
    )
    (tmp_path / "params.yaml").write_text(text)
    assert load_params(tmp_path / "params.yaml").train.epsilon == 1e-8


@pytest.mark.parametrize("text", ["model: [", "\tmodel: 1", "just words", "", "model: 1\nmodel: 2"])
def test_a_file_that_is_no_mapping_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(LmcoreError, match=r"params\.yaml") as caught:
        load_params(file)
    assert "\n" not in caught.value.message


SIZES = [
    "data.train_stories", "data.validation_stories", "encode.shard_tokens",
    "model.context_length", "model.d_model", "model.n_layers", "model.n_heads",
    "model.n_kv_heads", "model.d_ff", "model.value_embeddings", "model.copying_blocks",
    "model.moe.experts",
    "model.moe.top_k", "model.moe.every", "model.convolution_width", "train.steps",
    "train.muon.momentum_warmup_steps", "train.batch_warmup_steps",
    "model.attention_window", "model.global_every",
    "train.batch_size", "train.gradient_accumulation", "train.workers", "train.warmup_steps",
    "train.eval_every", "train.eval_batches", "train.checkpoint_every",
    "train.kept_checkpoints", "evaluate.batch_size", "evaluate.stride",
    "evaluate.coherence_stories", "evaluate.coherence_checkpoint_stories",
    "evaluate.copying_stories", "sample.max_tokens", "sample.top_k", "inside.windows",
    "inside.pairs", "inside.prompt_tokens",
]  # fmt: skip


@pytest.mark.parametrize("path", SIZES)
@pytest.mark.parametrize("value", [10**9 * 4, 10**18, 16**5000], ids=["4e9", "1e18", "16^5000"])
def test_absurd_sizes_are_one_short_sentence(values: dict[str, Any], path: str, value: int) -> None:
    put(values, path, value)
    message = refusal(values)
    assert path.rpartition(".")[2] in message and len(message) < 250


def numbers(section: dict[str, Any], prefix: str = "") -> dict[str, int | float]:
    """Return every numeric parameter by its dotted path."""
    found: dict[str, int | float] = {}
    for key, value in section.items():
        if isinstance(value, dict):
            found |= numbers(value, f"{prefix}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[prefix + key] = value
    return found


def test_every_number_has_both_bounds(values: dict[str, Any]) -> None:
    paths = numbers(values)
    assert len(paths) > 50
    for path, default in paths.items():
        absurd = [-1, 10**18] if isinstance(default, int) else [-1.0, 1e18]
        for value in [*absurd, float("nan"), float("inf"), -float("inf")]:
            put(values, path, value)
            message = refusal(values)
            assert path in message and len(message) < 250
        put(values, path, default)
    parse_params(values, "params.yaml")


def test_every_size_has_a_maximum(values: dict[str, Any]) -> None:
    """What is not among `SIZES` is a seed, 0 or bounded otherwise."""
    others = {"data.seed", "train.seed", "sample.seed", "tokenizer.vocab_size"}

    integers = {path for path, value in numbers(values).items() if isinstance(value, int)}
    assert integers - others == set(SIZES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: " + "[" * 3000, "nested too deeply"),
        ("a: " + "9" * 5000, "an integer of thousands of digits"),
        ("#" * 1_000_001, "1,000,001 bytes"),
        ("model: &a [*a]", "is missing"),
        ("model: [" + "'" + "x" * 90_000 + "']", "data is missing"),
    ],
)
def test_hostile_yaml_is_one_short_sentence(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(LmcoreError, match=words) as caught:
        load_params(file)
    assert "\n" not in caught.value.message and len(caught.value.message) < 300


def test_nested_aliases_are_not_written_out(values: dict[str, Any]) -> None:
    """Twenty levels of ten references each would be a message of 10^20 characters."""
    nested: list[Any] = ["x"]
    for _ in range(20):
        nested = [nested] * 10
    put(values, "model.d_model", nested)
    assert len(refusal(values)) < 300


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    with pytest.raises(LmcoreError, match=r"params\.yaml is not a file"):
        load_params(tmp_path / "params.yaml")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LmcoreError, match="does not exist"):
        load_params(tmp_path / "params.yaml")
