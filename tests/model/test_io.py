"""A model folder holds all that is needed, and says so when something is missing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, VARIANTS, model_of, tokens_of

from lmcore.common.atomic_files import sha256_of
from lmcore.common.checksums import write_checksums
from lmcore.common.errors import LmcoreError
from lmcore.model import load_model, save_model
from lmcore.model.config import WITHOUT_VARIANTS


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
        {"value_embeddings": 1, "residual_scalars": True, "smear": True, "logit_softcap": 3.0},
        VARIANTS["everything"],
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


def test_a_model_that_is_older_than_a_variant_is_without_it(
    tmp_path: Path, tokenizer: Path
) -> None:
    model = model_of(**WITHOUT_VARIANTS)
    save_model(tmp_path / "model", model, tokenizer)
    path = tmp_path / "model" / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in config.items() if k not in WITHOUT_VARIANTS}))
    write_checksums(tmp_path / "model")
    assert load_model(tmp_path / "model").config == model.config


def edit_config(**changes: object) -> Callable[[Path], object]:
    """Return a function that changes config.json, and checksums.json with it."""

    def edit(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
        write_checksums(folder)

    return edit


def of_another_kind(folder: Path) -> None:
    """A config of transformers: many keys that ours does not have, and none that it has."""
    others = {f"{name}_of_theirs": 1 for name in model_of().config.model_dump()}
    write(folder, "config.json", json.dumps(others).encode())


def write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    write_checksums(folder)


def poison(folder: Path) -> None:
    file = str(folder / "model.safetensors")
    arrays = dict(mx.load(file))
    arrays["embedding.weight"] = mx.full(arrays["embedding.weight"].shape, float("inf"))
    mx.eval(arrays)
    mx.save_safetensors(file, arrays)
    write_checksums(folder)


def flip_a_bit(folder: Path) -> None:
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: shutil.rmtree(folder), "is not a folder; `dvc repro` makes it"),
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
        (lambda folder: (folder / "model.safetensors").unlink(), "safetensors is missing"),
        (lambda folder: (folder / "checksums.json").unlink(), "checksums.json does not exist"),
        (flip_a_bit, "model.safetensors is damaged: its SHA-256"),
        # What follows is damaged together with its checksum.
        (
            lambda folder: write(folder, "model.safetensors", b"x" * 99),
            "not a readable safetensors",
        ),
        (lambda folder: write(folder, "model.safetensors", b""), "not a readable safetensors"),
        (poison, "embedding.weight holds NaN or infinity"),
        (edit_config(n_heads=5), "config.json is not a model's config.*n_heads"),
        (
            edit_config(n_layers=1024),
            "does not fit config.json beside it: it has 2 layers, not 1024",
        ),
        (edit_config(n_layers=10**6), "config.json is not a model's config.*n_layers"),
        (edit_config(vocab_size=2**24), r"embedding.weight is \(61, 24\), not \(16777216, 24\)"),
        (edit_config(d_ff=57), "does not fit config.json"),
        (
            of_another_kind,
            r"config.json is not a model's config: \w+ is not a parameter; the nearest is \w+\.$",
        ),
        (lambda folder: write(folder, "config.json", b"[]"), "config: it is no JSON object"),
        (lambda folder: write(folder, "config.json", b"[" * 10**5), "nested too deeply"),
    ],
)
def test_damage_is_named(
    damage: Callable[[Path], object], message: str, tmp_path: Path, tokenizer: Path
) -> None:
    folder = tmp_path / "model"
    save_model(folder, model_of(), tokenizer)
    damage(folder)
    with pytest.raises(LmcoreError, match=message):
        load_model(folder)
