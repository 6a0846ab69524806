"""A GGUF file holds our numbers under llama.cpp's names; `make soak` runs llama.cpp on them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.exported import MODELS, NAMES, SAMPLE, exported, model, tokenizer
from helpers.variants import weights_of

from lmcore.common.errors import LmcoreError
from lmcore.export.architectures import architecture_of
from lmcore.export.folder import export
from lmcore.export.provenance import UNKNOWN
from lmcore.tokenizer.tokenizer import Tokenizer

# Where llama.cpp turns neighbouring channels; elsewhere it turns i and i + K/2, as ours.
TURNS_NEIGHBOURS = {"llama", "arcee", "mixtral"}
LAYER_NORM = {"gpt2", "starcoder2", "stablelm"}  # with biases in any case
EVERY_BIAS = {"gpt2", "starcoder2"}
KNOWN = [
    name
    for name in NAMES
    if "llama.cpp" in architecture_of(model(name).config).readers(model(name).config, gguf=True)
]


def read(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The fields and the tensors of the file in a folder."""
    gguf = pytest.importorskip("gguf", reason="pip install gguf")
    reader = gguf.GGUFReader(folder / "model.gguf")
    fields = {name: field.contents() for name, field in reader.fields.items()}
    # GGUF lists the fastest axis first; `data` is in NumPy's order.
    return fields, {tensor.name: np.array(tensor.data) for tensor in reader.tensors}


def neighbours(rows: np.ndarray, size: int) -> np.ndarray:
    """Channel i of every head at place 2i, and i + K/2 at 2i + 1."""
    out = np.empty_like(rows)
    for head in range(0, len(rows), size):
        for i in range(size // 2):
            out[head + 2 * i] = rows[head + i]
            out[head + 2 * i + 1] = rows[head + size // 2 + i]
    return out


def waves(length: int, width: int) -> np.ndarray:
    """Sinusoidal positions of the size of embeddings, (T, D)."""
    place, channel = np.arange(length)[:, None], np.arange(width)
    angle = place / 10000 ** ((channel - channel % 2) / width)
    return 0.02 * np.sqrt(2) * np.where(channel % 2, np.cos(angle), np.sin(angle))


def expected_block(w: dict[str, np.ndarray], at: str, name: str, size: int) -> dict[str, Any]:
    """What a block's tensors should be, written out by hand."""
    turn = (lambda rows: neighbours(rows, size)) if name in TURNS_NEIGHBOURS else np.array
    q, k, v = (f"{at}attention.{part}" for part in ("query", "key", "value"))
    found: dict[str, Any] = {}
    for part in ("weight", "bias"):
        if name == "gpt2":
            heads = [w.get(f"{one}.{part}", np.zeros(24)) for one in (q, k, v)]
            found[f"attn_qkv.{part}"] = np.concatenate(heads)
        elif f"{q}.{part}" in w:
            found[f"attn_q.{part}"] = turn(w[f"{q}.{part}"])
            found[f"attn_k.{part}"] = turn(w[f"{k}.{part}"])
            found[f"attn_v.{part}"] = w[f"{v}.{part}"]
    experts = "_exps" if f"{at}feed_forward.router.weight" in w else ""
    same = {
        "attn_norm": "attention_norm",
        "attn_output": "attention.output",
        "attn_q_norm": "attention.query_norm",
        "attn_k_norm": "attention.key_norm",
        "ffn_norm": "feed_forward_norm",
        "ffn_gate_inp": "feed_forward.router",
        f"ffn_gate{experts}": "feed_forward.gate",
        f"ffn_up{experts}": "feed_forward.up",
        f"ffn_down{experts}": "feed_forward.down",
    }
    for theirs, ours in same.items():
        if (weight := w.get(f"{at}{ours}.weight")) is not None:
            found[f"{theirs}.weight"] = weight
            norm = name in LAYER_NORM and theirs.endswith("norm")
            if norm or name in EVERY_BIAS or f"{at}{ours}.bias" in w:
                found[f"{theirs}.bias"] = w.get(f"{at}{ours}.bias", np.zeros(weight.shape[0]))
    return found


@pytest.mark.parametrize("name", KNOWN)
def test_every_tensor_is_ours(name: str, tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    given = exported(name, tmp_path / "export", gguf=True)
    architecture, config, w = name.split(":")[0], given.config, weights_of(given)
    expected = {
        "token_embd.weight": w["embedding.weight"],
        "output_norm.weight": w["final_norm.weight"],
    }
    if architecture == "gpt2":
        none = np.zeros((config.context_length, config.d_model))
        added = waves(*none.shape) if config.positions == "sinusoidal" else none
        expected["position_embd.weight"] = w.get("positions.weight", added)
    if architecture in LAYER_NORM:
        expected["output_norm.bias"] = w.get("final_norm.bias", np.zeros(config.d_model))
    if not config.tied_embeddings:
        expected["output.weight"] = w["output.weight"]
    for layer in range(config.n_layers):
        block = expected_block(w, f"blocks.{layer}.", architecture, config.head_dim)
        expected |= {f"blk.{layer}.{theirs}": array for theirs, array in block.items()}
    _, tensors = read(tmp_path / "export")
    assert sorted(tensors) == sorted(expected)
    for theirs, array in expected.items():
        rounded = 1e-8 if theirs == "position_embd.weight" else 0  # waves are computed
        np.testing.assert_allclose(
            tensors[theirs], array.astype(np.float32), rtol=0, atol=rounded, err_msg=theirs
        )
        assert tensors[theirs].dtype == np.float32


@pytest.mark.parametrize("name", KNOWN)
def test_the_sizes_are_ours(name: str, tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    config = exported(name, tmp_path / "export", gguf=True).config
    fields, _ = read(tmp_path / "export")
    kind = {"mixtral": "llama", "qwen3_moe": "qwen3moe"}.get(name.split(":")[0], name.split(":")[0])
    assert fields["general.architecture"] == kind
    expected = {
        "context_length": config.context_length,
        "embedding_length": config.d_model,
        "block_count": config.n_layers,
        "feed_forward_length": config.d_ff,
        "attention.head_count": config.n_heads,
        "attention.head_count_kv": config.n_kv_heads,
    }
    norm = "layer_norm_epsilon" if kind in LAYER_NORM else "layer_norm_rms_epsilon"
    expected[f"attention.{norm}"] = pytest.approx(config.norm_epsilon)
    if kind != "gpt2":
        expected["rope.freq_base"] = config.rope_theta
        expected["rope.dimension_count"] = config.head_dim
    if config.moe.experts:
        expected["expert_count"], expected["expert_used_count"] = 4, config.moe.top_k
    assert {key: fields[f"{kind}.{key}"] for key in expected} == expected


def test_the_tokenizer_is_ours(tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    exported("llama: grouped queries", tmp_path / "export", gguf=True)
    fields, _ = read(tmp_path / "export")
    ours = tokenizer()
    assert fields["tokenizer.ggml.model"] == "gpt2" and fields["tokenizer.ggml.pre"] == "gpt-2"
    assert fields["tokenizer.ggml.tokens"][32:34] == ["Ġ", "!"]
    assert fields["tokenizer.ggml.tokens"][ours.end_of_text] == "<|endoftext|>"
    types = fields["tokenizer.ggml.token_type"]
    assert types == [1] * 256 + [1] * (len(types) - 257) + [3] and len(types) == ours.vocab_size
    merges = (tmp_path / "export" / "merges.txt").read_text("utf-8").splitlines()[1:]
    assert fields["tokenizer.ggml.merges"] == merges
    for role in ("bos", "eos"):
        assert fields[f"tokenizer.ggml.{role}_token_id"] == ours.end_of_text
    assert fields["tokenizer.ggml.add_bos_token"] is True


def test_ids_without_a_token_are_named_unused(tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    small = Tokenizer([], ["<|endoftext|>"])
    export(tmp_path / "export", model(NAMES[0]), small, SAMPLE, UNKNOWN, gguf=True)
    fields, tensors = read(tmp_path / "export")
    assert len(fields["tokenizer.ggml.tokens"]) == len(tensors["token_embd.weight"])
    assert fields["tokenizer.ggml.tokens"][257] == "[unused257]"
    assert fields["tokenizer.ggml.token_type"][257] == 5


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("arcee: gelu", r"model.feed_forward relu2 \(it is gelu\)"),
        ("arcee: relu", r"relu2 \(it is relu\) and model.bias false \(it is true\)"),
        ("gpt2: relu", r"model.feed_forward gelu \(it is relu\)"),
        ("stablelm: tied", r"model.tied_embeddings false \(it is true\)"),
        ("starcoder2: untied, relu2, no biases", r"model.feed_forward gelu \(it is relu2\)"),
        ("qwen3_moe: every second block", r"model.moe.every 1 \(it is 2\)"),
        ("qwen3_moe: top 1", r"model.moe.top_k at least 2 \(it is 1\)"),
    ],
)
def test_what_llama_cpp_does_not_know_is_named(name: str, needs: str, tmp_path: Path) -> None:
    with pytest.raises(LmcoreError, match=f"knows no .* llama.cpp, whose .*{needs}.*--gguf"):
        exported(name, tmp_path / "export", gguf=True)
    assert not (tmp_path / "export").exists()


def test_an_architecture_that_llama_cpp_does_not_know_is_named(tmp_path: Path) -> None:
    with pytest.raises(LmcoreError, match=r"knows no .*, a smollm3, in llama.cpp; .*--gguf"):
        exported("smollm3: biases", tmp_path / "export", gguf=True)


def test_a_pattern_that_llama_cpp_does_not_know_is_named(tmp_path: Path) -> None:
    other = Tokenizer.train(["a b"], 258, pattern="cl100k")
    with pytest.raises(LmcoreError, match=r"tokenizer.pattern cl100k.*gpt2"):
        export(tmp_path / "export", model(NAMES[0]), other, SAMPLE, UNKNOWN, gguf=True)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(LmcoreError, match="pip install gguf"):
        exported("llama: grouped queries", tmp_path / "export", gguf=True)


def test_there_is_a_model_of_every_kind() -> None:
    unknown = {"openai-gpt", "smollm3"}
    assert {kind for kind, _ in MODELS} - unknown == {name.split(":")[0] for name in KNOWN}
