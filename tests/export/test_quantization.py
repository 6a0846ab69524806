"""8 and 4 bits: other programs read them, and the rounding is within the format's error."""

from __future__ import annotations

import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from click.testing import CliRunner
from helpers.exported import MODELS, SAMPLE, tokenizer
from helpers.shards import FACTS
from helpers.variants import model_of, tokens_of
from mlx.utils import tree_flatten

from lmcore.common.atomic_files import sha256_of
from lmcore.common.errors import LmcoreError
from lmcore.dataset.shards import ShardWriter
from lmcore.export.folder import export
from lmcore.export.import_hf import import_huggingface
from lmcore.export.provenance import UNKNOWN
from lmcore.export.quantization import Quantization
from lmcore.model import GPT
from stages import import_hf

NOWHERE = Path("nowhere")
WIDE = {"d_model": 64, "d_ff": 96}  # d_ff is 96 where it may be another: groups of 32
READ_BY_MLX_LM = {
    "gpt2": {**MODELS["gpt2", "biases"], "d_model": 64, "d_ff": 256},
    "llama": {**MODELS["llama", "grouped queries"], **WIDE},
    "qwen3": {**MODELS["qwen3", "untied"], **WIDE},
    "mixtral": {**MODELS["mixtral", "top 2"], **WIDE},
    "qwen3_moe": {**MODELS["qwen3_moe", "every second block"], **WIDE},
}


def wide(name: str = "llama") -> GPT:
    return model_of(vocab_size=tokenizer().vocab_size, **READ_BY_MLX_LM[name])


def write(folder: Path, model: GPT, bits: int, gguf: bool = False, tokens: Path = NOWHERE) -> str:
    return export(folder, model, tokenizer(), SAMPLE, UNKNOWN, gguf, bits, tokens)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("name", READ_BY_MLX_LM)
def test_mlx_lm_computes_what_our_rounded_model_does(name: str, bits: int, tmp_path: Path) -> None:
    utils = pytest.importorskip("mlx_lm.utils", reason="pip install mlx-lm")
    given = wide(name)
    assert f"{name} in {bits} bits, for mlx_lm. Its cost" in write(tmp_path / "e", given, bits)
    theirs, _ = utils.load_model(tmp_path / "e")
    quantization = Quantization.of(given, bits)
    rounded = quantization.rounded(given, quantization.mlx_rounding)
    tokens = tokens_of(given, batch=1, length=20)
    np.testing.assert_allclose(theirs(tokens), rounded(tokens), rtol=1e-3, atol=2e-3)
    assert mx.max(mx.abs(rounded(tokens) - given(tokens))) > 0.01  # the rounding shows
    imported = import_huggingface(tmp_path / "e", tmp_path / "ours")
    np.testing.assert_allclose(imported(tokens), rounded(tokens), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("bits", [8, 4])
def test_weights_are_within_the_error_of_their_layout(bits: int) -> None:
    """MLX: half a step of (max - min) / (2^bits - 1) in each group, and what float32 rounds.

    Q8_0: half of max|w| / 127. Q4_0: a step of max|w| / 8, as the largest becomes -8 and
    +8 does not exist.
    """
    pytest.importorskip("gguf", reason="pip install gguf")
    given = wide()
    quantization = Quantization.of(given, bits)
    arrays = dict(tree_flatten(given.parameters()))
    assert quantization.group_size == 32 and len(quantization.names) == 1 + 2 * 7
    for name in quantization.names:
        groups = np.array(arrays[name], np.float64).reshape(-1, 32)
        mlx, gguf = (
            np.array(rounding(arrays[name]), np.float64).reshape(-1, 32)
            for rounding in (quantization.mlx_rounding, quantization.gguf_rounding)
        )
        step = (groups.max(1) - groups.min(1)) / (2**bits - 1)
        # MLX moves the scale so that 0 stays 0, which may add up to half a step.
        assert (np.abs(mlx - groups).max(1) <= 1.01 * step).all()
        largest = np.abs(groups).max(1)
        bound = {8: 0.51 / 127, 4: 1.01 / 8}[bits] * largest
        assert (np.abs(gguf - groups).max(1) <= bound + 1e-3 * largest).all()
        assert np.abs(mlx - groups).max() > 0 and np.abs(gguf - groups).max() > 0


@pytest.mark.parametrize(("bits", "kind"), [(8, "Q8_0"), (4, "Q4_0")])
def test_gguf_holds_the_rounded_weights(bits: int, kind: str, tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf", reason="pip install gguf")
    given = wide("qwen3")
    write(tmp_path / "e", given, bits, gguf=True)
    reader = gguf.GGUFReader(tmp_path / "e" / "model.gguf")
    assert reader.fields["general.file_type"].contents() == {8: 7, 4: 2}[bits]
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    assert tensors["blk.1.ffn_down.weight"].tensor_type.name == kind
    assert tensors["blk.1.ffn_norm.weight"].tensor_type.name == "F32"
    down = gguf.quants.dequantize(
        tensors["blk.1.ffn_down.weight"].data, gguf.GGMLQuantizationType[kind]
    )
    expected = Quantization.of(given, bits).gguf_rounding(given.blocks[1].feed_forward.down.weight)
    np.testing.assert_array_equal(down, expected)
    assert tensors["blk.1.ffn_down.weight"].shape.tolist() == [96, 64]


def test_the_groups_are_as_large_as_all_matrices_allow() -> None:
    """The widths are 64 and 128, 64 and 96, 64 and 90: the last one's feed-forward stays whole."""
    sizes = {"d_model": 64, "feed_forward": "swiglu"}
    large, small, odd = (Quantization.of(model_of(**sizes, d_ff=d_ff), 4) for d_ff in (128, 96, 90))
    assert (large.group_size, small.group_size, odd.group_size) == (64, 32, 64)
    assert large.names == small.names
    assert {name for name in large.names if name not in odd.names} == {
        f"blocks.{layer}.feed_forward.down.weight" for layer in range(2)
    }
    learned = Quantization.of(model_of(**sizes, positions="learned"), 4)
    assert not any(name.startswith("positions") for name in learned.names)


def test_what_no_layout_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LmcoreError, match=r"^No matrix .* in 4 bits: .* model.d_model is 24 and"):
        write(tmp_path / "e", model_of(vocab_size=300, feed_forward="swiglu"), 4)
    gelu = model_of(vocab_size=300, **WIDE)
    with pytest.raises(LmcoreError, match=r"no counterpart .* an? arcee, in mlx_lm; .* --bits\.$"):
        write(tmp_path / "e", gelu, 4)
    assert not (tmp_path / "e").exists()


def test_the_cost_is_measured_on_the_validation_tokens(tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    tokenizer().save(tmp_path)
    ids = np.append(tokenizer().encode("Once upon a time there was a cat. " * 20), 299)
    writer = ShardWriter(tmp_path / "tokens" / "validation", 1024)
    facts = {**FACTS, "vocab_size": 300, "end_of_text": tokenizer().end_of_text}
    for split in ("train", "validation"):
        writer = ShardWriter(tmp_path / "tokens" / split, 1024)
        writer.append(ids.astype(np.uint16))
        writer.finish(**facts, tokenizer_sha256=sha256_of(tmp_path / "tokenizer.json"))
    message = write(tmp_path / "e", wide(), 4, gguf=True, tokens=tmp_path / "tokens")
    assert "for mlx_lm and llama.cpp. Bits per byte of validation tokens: " in message
    card = (tmp_path / "e" / "README.md").read_text("utf-8")
    numbers = dict(
        line.strip("| ").split(" | ") for line in card.splitlines() if "bits per byte, " in line
    )
    assert list(numbers) == [f"bits per byte, {n}" for n in ("unquantised", "4 bits", "Q4_0")]
    assert len(set(numbers.values())) == 3  # rounding changes the model, each layout otherwise
    for value in numbers.values():
        assert value in message or f"{float(value):.4f}" in message
    assert "mlx_lm import generate" in card and "transformers" not in card.split("## Use")[1]


def test_a_damaged_quantised_folder_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "e", wide(), 8)
    path = tmp_path / "e" / "config.json"
    config = json.loads(path.read_text())
    for wrong in ({"group_size": 32, "bits": 4}, {"group_size": 32}, 8):
        path.write_text(json.dumps({**config, "quantization": wrong}))
        result = CliRunner().invoke(import_hf.main, ["e", "--into", "again"])
        assert result.exit_code == 1 and result.output.count("\n") == 1, result.output
        assert "Traceback" not in result.output and not (tmp_path / "again").exists()
