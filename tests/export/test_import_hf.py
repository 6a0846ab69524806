"""Models of transformers become ours: the same bits back, the same logits from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.exported import LEARNED_THERE, NAMES, SAMPLE, TEXT, exported, tokenizer
from helpers.variants import weights_of

from lmcore.common.atomic_files import sha256_of
from lmcore.common.errors import LmcoreError
from lmcore.export.architectures import flat
from lmcore.export.folder import export
from lmcore.export.hf_config import SETTINGS
from lmcore.export.import_hf import import_huggingface
from lmcore.export.provenance import UNKNOWN
from lmcore.export.weights import arrays_of
from lmcore.model import GPT, load_model, save_model
from lmcore.tokenizer.tokenizer import Tokenizer


@pytest.mark.parametrize("name", NAMES)
def test_what_was_exported_comes_back_with_the_same_bits(name: str, tmp_path: Path) -> None:
    given = exported(name, tmp_path / "export")
    if name in LEARNED_THERE:
        config = given.config.model_copy(update={"positions": "learned"})
        given, arrays = GPT(config), arrays_of(given, ("positions.weight",))
        given.load_weights(list(arrays.items()))
    import_huggingface(tmp_path / "export", tmp_path / "back")
    tokenizer().save(tmp_path)
    save_model(tmp_path / "model", given, tmp_path / "tokenizer.json")
    for file in ("model.safetensors", "tokenizer.json"):
        assert sha256_of(tmp_path / "back" / file) == sha256_of(tmp_path / "model" / file), file
    found, config = flat(load_model(tmp_path / "back").config), flat(given.config)
    assert {name: value for name, value in found.items() if not name.startswith("moe.")} == {
        name: value for name, value in config.items() if not name.startswith("moe.")
    }


def transformers_models() -> dict[str, Callable[[], Any]]:
    """Small random models of transformers' own making."""
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    sizes = {
        "vocab_size": 300,
        "hidden_size": 24,
        "intermediate_size": 40,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 6,
        "max_position_embeddings": 32,
    }
    gpt2 = {"n_embd": 24, "n_layer": 2, "n_head": 4, "n_positions": 32, "vocab_size": 300}
    large = {"layer_norm_epsilon": 0.1}
    experts = {"num_experts_per_tok": 2, "norm_topk_prob": True}
    configs = {
        "gpt2": lambda: transformers.GPT2Config(**gpt2, **large),
        "openai-gpt": lambda: transformers.OpenAIGPTConfig(**gpt2, **large, afn="relu"),
        "smollm3": lambda: transformers.SmolLM3Config(
            **sizes, no_rope_layer_interval=1, pad_token_id=None
        ),
        "starcoder2": lambda: transformers.Starcoder2Config(**sizes, norm_epsilon=0.1),
        "llama": lambda: transformers.LlamaConfig(**sizes, attention_bias=True),
        "arcee": lambda: transformers.ArceeConfig(**sizes, mlp_bias=True, rms_norm_eps=0.1),
        "stablelm": lambda: transformers.StableLmConfig(
            **sizes, partial_rotary_factor=1.0, layer_norm_eps=0.1
        ),
        "qwen3": lambda: transformers.Qwen3Config(**sizes, tie_word_embeddings=True),
        "mixtral": lambda: transformers.MixtralConfig(**sizes, num_local_experts=3),
        "qwen3_moe": lambda: transformers.Qwen3MoeConfig(
            **sizes, **experts, num_experts=3, moe_intermediate_size=40, decoder_sparse_step=2
        ),
    }
    return {
        name: lambda config=config: transformers.AutoModelForCausalLM.from_config(config())
        for name, config in configs.items()
    }


@pytest.mark.parametrize("name", list(SETTINGS))
def test_a_model_that_transformers_saved_computes_the_same(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch: pip install torch")
    torch.manual_seed(0)
    theirs = transformers_models()[name]().eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.add_(0.15 * torch.randn(parameter.shape))
    theirs.save_pretrained(tmp_path / "theirs")
    tokenizer().save(tmp_path / "theirs")
    import_huggingface(tmp_path / "theirs", tmp_path / "ours")
    tokens = np.random.default_rng(0).integers(0, 300, (2, 32))
    with torch.no_grad():
        expected = theirs(torch.tensor(tokens)).logits.numpy()
    ours = load_model(tmp_path / "ours")(mx.array(tokens))
    np.testing.assert_allclose(ours, expected, atol=1e-4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An exported model with grouped queries, to be changed."""
    exported("llama: grouped queries", tmp_path / "export")
    return tmp_path / "export"


def test_weights_may_be_in_several_files(folder: Path, tmp_path: Path) -> None:
    before = import_huggingface(folder, tmp_path / "whole")
    arrays = mx.load(str(folder / "model.safetensors"))
    names, index = sorted(arrays), {}
    for number, part in enumerate((names[::2], names[1::2])):
        file = f"model-{number}.safetensors"
        mx.save_safetensors(str(folder / file), {name: arrays[name] for name in part})
        index |= dict.fromkeys(part, file)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    after = import_huggingface(folder, tmp_path / "parts")
    for name, array in weights_of(before).items():
        np.testing.assert_array_equal(array, weights_of(after)[name])


@pytest.mark.parametrize("kind", [mx.bfloat16, mx.float16])
def test_weights_of_half_precision_become_float32(
    kind: mx.Dtype, folder: Path, tmp_path: Path
) -> None:
    file = str(folder / "model.safetensors")
    arrays = {name: array.astype(kind) for name, array in mx.load(file).items()}
    mx.save_safetensors(file, arrays)
    ours = import_huggingface(folder, tmp_path / "ours")
    assert ours.embedding.weight.dtype == mx.float32
    theirs = arrays["model.embed_tokens.weight"].astype(mx.float32)
    np.testing.assert_array_equal(ours.embedding.weight, theirs)


def test_what_old_files_hold_besides_is_left_out(tmp_path: Path) -> None:
    given = exported("gpt2: biases", tmp_path / "export")
    file = str(tmp_path / "export" / "model.safetensors")
    arrays = {f"transformer.{name}": array for name, array in mx.load(file).items()}
    arrays["transformer.h.0.attn.bias"] = mx.ones((1, 1, 75, 75))
    arrays["transformer.h.1.attn.masked_bias"] = mx.array(-1e4)
    arrays["lm_head.weight"] = arrays["transformer.wte.weight"]
    mx.save_safetensors(file, arrays)
    ours = weights_of(import_huggingface(tmp_path / "export", tmp_path / "ours"))
    for name, array in weights_of(given).items():
        np.testing.assert_array_equal(ours[name], array, err_msg=name)


def edit(path: Path, change: Callable[[dict], object]) -> None:
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def test_a_tokenizer_may_begin_with_end_of_text(folder: Path, tmp_path: Path) -> None:
    """As Hugging Face's trainer numbers a special token; an export tells it so again."""
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    moved = {index: (index + 1) % 300 for index in range(300)}

    def first(content: dict) -> None:
        content["added_tokens"][0]["id"] = 0
        vocab = content["model"]["vocab"]
        vocab.update({text: moved[index] for text, index in vocab.items()})

    edit(folder / "tokenizer.json", first)
    model = import_huggingface(folder, tmp_path / "ours")
    ours = Tokenizer.load(tmp_path / "ours")
    assert ours.encode(TEXT).tolist() == [moved[i] for i in tokenizer().encode(TEXT).tolist()]
    export(tmp_path / "again", model, ours, SAMPLE, UNKNOWN, gguf=False)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path / "again")
    assert theirs(TEXT)["input_ids"] == [0, *ours.encode(TEXT).tolist()]


def no_end(content: dict) -> None:
    content["added_tokens"] = []


def one_more(content: dict) -> None:
    added = content["added_tokens"]
    added.append({**added[0], "id": 300, "content": "<|pad|>"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["pre_tokenizer"].update(type="Metaspace"), "tokenizer.json is not a byte-le"),
        (lambda c: c["model"].update(type="Unigram"), "tokenizer.json is not a byte-level BPE"),
        (
            lambda c: c.update(normalizer={"type": "NFC"}),
            'its normalizer is "NFC"; it must be null',
        ),
        (no_end, r"tokenizer.json has no token <\|endoftext\|>"),
        (one_more, "tokenizer.json has 301 tokens; the model has 300"),
    ],
)
def test_a_tokenizer_of_another_kind_is_named(
    change: Callable[[dict], object], message: str, folder: Path, tmp_path: Path
) -> None:
    edit(folder / "tokenizer.json", change)
    with pytest.raises(LmcoreError, match=message) as error:
        import_huggingface(folder, tmp_path / "ours")
    assert str(folder) in error.value.message
    assert not (tmp_path / "ours").exists()


def poison(folder: Path) -> None:
    file = str(folder / "model.safetensors")
    arrays = dict(mx.load(file))
    arrays["model.norm.weight"] = arrays["model.norm.weight"] * float("nan")
    mx.eval(arrays)
    mx.save_safetensors(file, arrays)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "config.json").unlink(), "config.json does not exist"),
        (lambda f: (f / "config.json").write_text("["), "config.json is damaged"),
        (
            lambda f: (f / "config.json").write_text("[]"),
            r"config.json is damaged \(its content is \[\]",
        ),
        (lambda f: (f / "tokenizer.json").unlink(), "tokenizer.json does not exist"),
        (lambda f: (f / "model.safetensors").unlink(), "model.safetensors does not exist"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 99), "not a readable safetensors"),
        (
            lambda f: edit(f / "config.json", lambda c: c.update(model_type="bert")),
            r"config.json: model_type is 'bert'.*\.$",
        ),
        (
            lambda f: edit(f / "config.json", lambda c: c.update(vocab_size=301)),
            "do not fit its config.json",
        ),
        (
            lambda f: edit(f / "config.json", lambda c: c.update(num_hidden_layers=3)),
            r"do not fit its config.json: they have 2 layers, not 3\.$",
        ),
        (
            lambda f: edit(f / "config.json", lambda c: c.update(num_attention_heads=0)),
            r"num_attention_heads is 0; it must be a whole number, at least 1\.$",
        ),
        (
            lambda f: edit(f / "config.json", lambda c: c.update(hidden_size="24")),
            r"hidden_size is '24'; it must be a whole number, at least 1\.$",
        ),
        (
            lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": null}'),
            "weight_map is null; it must be an object",
        ),
        (
            lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": 1}}'),
            "weight_map.a is 1; it must be a string",
        ),
        (
            lambda f: (f / "model.safetensors.index.json").write_text(
                '{"weight_map": {"a": "../../private.safetensors"}}'
            ),
            r"names '../../private.safetensors'; weights lie in its own folder\.$",
        ),
        (
            lambda f: edit(f / "config.json", lambda c: c.update(num_hidden_layers=1024)),
            "they have 2 layers, not 1024",
        ),
        (poison, "holds NaN or infinity, and a model must hold numbers"),
    ],
)
def test_damage_is_named(
    damage: Callable[[Path], object], message: str, folder: Path, tmp_path: Path
) -> None:
    damage(folder)
    with pytest.raises(LmcoreError, match=message):
        import_huggingface(folder, tmp_path / "ours")


def test_other_files_are_not_lost(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "notes.txt").write_text("mine")
    with pytest.raises(LmcoreError, match=r"holds notes.txt, which would be lost"):
        import_huggingface(folder, tmp_path / "ours")
    assert (tmp_path / "ours" / "notes.txt").read_text() == "mine"
