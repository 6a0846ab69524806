"""What a notebook asks of a model, against the definitions."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from helpers.exported import TEXT, tokenizer
from helpers.variants import model_of, numpy_loss, weights_of
from mlx.utils import tree_map

import lmcore
from lmcore.common.errors import LmcoreError
from lmcore.generation import SamplingParams, generate_naive
from lmcore.model import save_model
from lmcore.notebook import LanguageModel

END = tokenizer().end_of_text


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel(model_of(vocab_size=tokenizer().vocab_size + 5), tokenizer())


@pytest.fixture
def folder(model: LanguageModel, tmp_path: Path) -> Path:
    tokenizer().save(tmp_path)
    save_model(tmp_path / "model", model.model, tmp_path / "tokenizer.json")
    return tmp_path / "model"


def test_a_loaded_model_answers_as_the_one_that_was_saved(
    model: LanguageModel, folder: Path
) -> None:
    loaded = lmcore.load(folder)
    assert repr(loaded) == repr(model)
    assert repr(loaded).startswith("LanguageModel: 17,424 parameters, 2 layers of 4 heads, ")
    assert loaded.bits_per_byte(TEXT) == model.bits_per_byte(TEXT)


def test_a_missing_or_damaged_folder_is_one_sentence(folder: Path) -> None:
    with pytest.raises(LmcoreError, match=r"^nowhere is not a folder; `dvc repro` makes it\.$"):
        lmcore.load("nowhere")
    with (folder / "model.safetensors").open("r+b") as file:
        file.write(b"damage")
    with pytest.raises(LmcoreError, match=r"model.safetensors is damaged: its SHA-256 .*\.$"):
        lmcore.load(folder)


def test_a_tokenizer_of_more_tokens_is_refused() -> None:
    with pytest.raises(LmcoreError, match=r"The tokenizer has 300 tokens; .* which are 61\.$"):
        LanguageModel(model_of(), tokenizer())


def test_importing_the_package_imports_neither_numpy_nor_mlx() -> None:
    code = "import lmcore, sys; print(callable(lmcore.load), {'numpy', 'mlx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True set()\n"


def test_it_generates_what_the_definition_does(model: LanguageModel) -> None:
    prompt = [END, *tokenizer().encode("Once upon").tolist()]
    ids = generate_naive(model.model, prompt, 12, SamplingParams(temperature=0.0), END)
    text = tokenizer().decode(i for i in ids if i != END)
    assert model.generate("Once upon", 12, temperature=0) == "Once upon" + text
    assert model.generate("Once", 20, seed=1) == model.generate("Once", 20, seed=1)
    assert len({model.generate("Once", 20, seed=seed) for seed in range(3)}) == 3


def test_a_wrong_option_is_one_sentence(model: LanguageModel) -> None:
    with pytest.raises(LmcoreError, match=r"^generate: top_p is 2.0; it should be less than"):
        model.generate("Once", top_p=2.0)


def test_probabilities_are_those_of_the_softmax(model: LanguageModel) -> None:
    ids = [END, *tokenizer().encode("Once").tolist()]
    logits = np.array(model.model(mx.array([ids])))[0, -1, : tokenizer().vocab_size]
    expected = np.exp(logits.astype(float)) / np.exp(logits.astype(float)).sum()
    every = model.next_token_probabilities("Once", count=tokenizer().vocab_size)
    assert list(every.values()) == sorted(every.values(), reverse=True)
    assert len(every) == tokenizer().vocab_size and math.isclose(
        sum(every.values()), 1, abs_tol=1e-5
    )
    for name in ("t", " upon", "<0xC3>"):
        index = {" upon": tokenizer().encode(" upon")[0], "t": ord("t"), "<0xC3>": 0xC3}[name]
        assert math.isclose(every[name], expected[index], rel_tol=1e-4)
    assert "all others" in repr(model.next_token_probabilities("x " * 200, count=3))


def test_the_table_of_probabilities_is_readable(model: LanguageModel) -> None:
    few = model.next_token_probabilities("Once", count=2)
    few.clear()
    few.update({" upon": 0.75, "é": 0.125})
    assert repr(few) == (
        "' upon'     0.7500  ██████████████████████████████\n"
        "'é'         0.1250  █████\n"
        "all others  0.1250  █████"
    )


def test_attention_has_a_row_that_adds_up_to_1_for_each_query(model: LanguageModel) -> None:
    found = model.attention("Once upon")
    assert found.tokens[0] == "<|endoftext|>" and "".join(found.tokens[1:]) == "Once upon"
    assert found.weights.shape == (2, 4, len(found.tokens), len(found.tokens))
    np.testing.assert_allclose(found.weights.sum(axis=-1), 1, atol=1e-5)
    assert (np.triu(found.weights, 1) == 0).all()
    assert "2 layers, 4 heads" in repr(found)
    with pytest.raises(LmcoreError, match=r"the model reads at most 75 at once\. Shorten it\.$"):
        model.attention("x " * 200)


def test_bits_per_byte_by_numpy(model: LanguageModel) -> None:
    """Two texts, one after the other, each with its end."""
    texts = ["Once upon été", "a cat"]
    ids = [END, *tokenizer().encode(texts[0]), END, *tokenizer().encode(texts[1]), END]
    rows = np.array([ids])
    nats = numpy_loss(weights_of(model.model), model.config, rows[:, :-1], rows[:, 1:])
    expected = nats * (len(ids) - 1) / math.log(2) / (15 + 5)
    assert math.isclose(model.bits_per_byte(texts), expected, rel_tol=1e-5)


def test_a_model_that_knows_nothing_needs_the_logarithm_of_its_vocabulary() -> None:
    """With all weights 0: log2 V for each token, whatever the windows."""
    model = model_of(vocab_size=512, context_length=8)
    model.update(tree_map(mx.zeros_like, model.parameters()))
    ignorant, text = LanguageModel(model, tokenizer()), "xyzxyzxyzxyzxyzxyzxy"
    for stride in (0, 3):
        found = ignorant.bits_per_byte([text, text], stride)
        assert math.isclose(found, 9 * (20 + 1) / 20, rel_tol=1e-6)


def test_no_bytes_and_a_stride_beyond_the_context_are_refused(model: LanguageModel) -> None:
    with pytest.raises(LmcoreError, match=r"at least one byte\.$"):
        model.bits_per_byte(["", ""])
    with pytest.raises(LmcoreError, match=r"^stride is 76; it must be 0 to .* 75\.$"):
        model.bits_per_byte("x", stride=76)
