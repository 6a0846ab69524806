"""transformers and mlx_lm read what is exported, and compute what we compute."""

from __future__ import annotations

import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from helpers.exported import NAMES, ONE_OF_EACH, SAMPLE, TEXT, exported, logits, tokenizer
from helpers.variants import model_of

from lmcore.common.atomic_files import sha256_of
from lmcore.export.architectures import architecture_of
from lmcore.export.folder import export
from lmcore.export.huggingface import write_huggingface
from lmcore.export.provenance import UNKNOWN


@pytest.mark.parametrize("name", NAMES)
def test_transformers_computes_the_same(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch: pip install torch")
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    tokens, ours = logits(exported(name, tmp_path / "export"))
    model, report = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path / "export", output_loading_info=True
    )
    assert model.config.model_type == name.split(":")[0]
    assert not any(report.values()), "every array has its place, and every place its array"
    assert model.dtype == torch.float32
    with torch.no_grad():
        theirs = model(torch.tensor(tokens, dtype=torch.long)).logits.numpy()
    np.testing.assert_allclose(theirs, ours, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_mlx_lm_computes_the_same_or_is_not_named(name: str, tmp_path: Path) -> None:
    utils = pytest.importorskip("mlx_lm.utils", reason="pip install mlx-lm")
    given = exported(name, tmp_path / "export")
    named = "mlx_lm" in architecture_of(given.config).readers(given.config, gguf=False)
    tokens, ours = logits(given)
    try:
        theirs = utils.load_model(tmp_path / "export")[0](mx.array(tokens))
    except ValueError:
        assert not named
    else:
        assert np.allclose(theirs, ours, atol=1e-4) == named


def test_a_document_is_read_alike_where_ours_keeps_within_it(tmp_path: Path) -> None:
    utils = pytest.importorskip("mlx_lm.utils", reason="pip install mlx-lm")
    end = tokenizer().end_of_text
    ours = model_of(vocab_size=end + 1, feed_forward="swiglu", document_start=end)
    export(tmp_path / "export", ours, tokenizer(), SAMPLE, UNKNOWN, gguf=False)
    theirs, _ = utils.load_model(tmp_path / "export")
    document = mx.array([[end, *range(40)]])
    np.testing.assert_allclose(theirs(document), ours(document), atol=1e-4)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_tokenizer_gives_our_ids(name: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    exported(name, tmp_path / "export")
    theirs, ours = transformers.AutoTokenizer.from_pretrained(tmp_path / "export"), tokenizer()
    ids = ours.encode(TEXT).tolist()
    assert theirs(TEXT, add_special_tokens=False)["input_ids"] == ids
    assert theirs(TEXT)["input_ids"] == [ours.end_of_text, *ids], "as every story begins"
    assert theirs.decode(ids) == TEXT
    assert theirs.bos_token_id == theirs.eos_token_id == ours.end_of_text
    assert len(theirs) == ours.vocab_size


def test_transformers_generates_as_our_stories_are_drawn(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    given = exported(NAMES[0], tmp_path / "export")
    config = transformers.GenerationConfig.from_pretrained(tmp_path / "export")
    assert (config.do_sample, config.temperature, config.top_p) == (True, 0.8, 0.95)
    assert config.eos_token_id == tokenizer().end_of_text
    assert config.max_length == given.config.context_length


def test_temperature_0_is_greedy_there(tmp_path: Path) -> None:
    given = exported(NAMES[0], tmp_path / "export")
    greedy = SAMPLE.model_copy(update={"temperature": 0.0, "repetition_penalty": 1.5})
    write_huggingface(tmp_path / "export", given, tokenizer(), greedy)
    content = json.loads((tmp_path / "export" / "generation_config.json").read_text())
    assert content["do_sample"] is False and "temperature" not in content
    assert content["repetition_penalty"] == 1.5  # ours lowers the logits there too


def test_the_same_model_is_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    for folder in "ab":
        exported("llama: grouped queries", tmp_path / folder, gguf=True)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) == 8
    for name in names:
        assert sha256_of(tmp_path / "a" / name) == sha256_of(tmp_path / "b" / name), name
