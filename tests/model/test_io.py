"""A model folder holds all that is needed, and says so when something is missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, model_of, tokens_of

from lmcore.common.atomic_files import sha256_of
from lmcore.common.errors import LmcoreError
from lmcore.model import load_model, save_model


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"moe": {**NO_EXPERTS, "experts": 3, "balance": "bias"}},
        {"tied_embeddings": False, "bias": True, "positions": "learned", "feed_forward": "swiglu"},
        {"value_embeddings": 1, "residual_scalars": True, "logit_softcap": 3.0},
    ],
)
def test_what_is_loaded_is_what_was_saved(changes: dict, tmp_path: Path, tokenizer: Path) -> None:
    model = model_of(**changes)
    save_model(tmp_path / "model", model, tokenizer)
    loaded = load_model(tmp_path / "model")
    assert loaded.config == model.config
    tokens = tokens_of(model)
    np.testing.assert_array_equal(loaded(tokens), model(tokens))
    assert (tmp_path / "model" / "tokenizer.json").read_text() == "{}"


def test_the_same_model_is_the_same_bytes(tmp_path: Path, tokenizer: Path) -> None:
    for name in "ab":
        save_model(tmp_path / name, model_of(), tokenizer)
    for file in ("model.safetensors", "config.json", "tokenizer.json"):
        assert sha256_of(tmp_path / "a" / file) == sha256_of(tmp_path / "b" / file)


def test_config_json_is_readable_and_sorted(tmp_path: Path, tokenizer: Path) -> None:
    save_model(tmp_path / "model", model_of(), tokenizer)
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert list(config) == sorted(config)
    assert config["vocab_size"] == 61 and config["moe"]["experts"] == 0


def break_config(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(path.read_text().replace('"n_heads": 4', '"n_heads": 5'))


def swap_weights(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(path.read_text().replace('"d_ff": 56', '"d_ff": 57'))


def of_another_kind(folder: Path) -> None:
    """A config of transformers: many keys that ours does not have, and none that it has."""
    others = {f"{name}_of_theirs": 1 for name in model_of().config.model_dump()}
    (folder / "config.json").write_text(json.dumps(others))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), "config.json does not exist"),
        (lambda folder: (folder / "model.safetensors").unlink(), "safetensors does not exist"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 99), "does not fit"),
        (break_config, "config.json is not a model's config.*n_heads"),
        (
            of_another_kind,
            r"config.json is not a model's config: \w+ is not a parameter; the nearest is \w+\.$",
        ),
        (
            lambda folder: (folder / "config.json").write_text("[]"),
            "config.json is not a model's config: it is no JSON object",
        ),
        (swap_weights, "does not fit config.json"),
    ],
)
def test_damage_is_named(damage: object, message: str, tmp_path: Path, tokenizer: Path) -> None:
    folder = tmp_path / "model"
    save_model(folder, model_of(), tokenizer)
    damage(folder)
    with pytest.raises(LmcoreError, match=message):
        load_model(folder)
