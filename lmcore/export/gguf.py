"""A model as llama.cpp reads it: one GGUF file with weights, sizes and tokenizer.

Weights are float32, or Q8_0 or Q4_0 where the model is quantised.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Needs the
`gguf` package: `pip install gguf`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.export.architectures import architecture_of, require_llama_cpp
from lmcore.export.quantization import Quantization
from lmcore.export.weights import arrays_of, llama_cpp, to_theirs
from lmcore.model import GPT, ModelConfig
from lmcore.tokenizer.tokenizer import Tokenizer

GGUF = "model.gguf"


def write_gguf(
    folder: Path, model: GPT, tokenizer: Tokenizer, quantization: Quantization | None = None
) -> None:
    """Add `model.gguf` to a folder that holds the tokenizer's tokenizer.json.

    Raises `LmcoreError` where llama.cpp has no counterpart of the model or its
    tokenizer, and where the `gguf` package is not installed.
    """
    architecture = architecture_of(model.config)
    require_llama_cpp(model.config, architecture)
    if tokenizer.pattern != "gpt2":
        raise LmcoreError(
            f"llama.cpp does not cut text as tokenizer.pattern {tokenizer.pattern} does; it has "
            "gpt2. Export without --gguf."
        )
    try:
        import gguf
    except ImportError:
        raise LmcoreError("--gguf needs the gguf package: `pip install gguf`.") from None
    config, arrays = model.config, arrays_of(model, architecture.always)
    writer = gguf.GGUFWriter(folder / GGUF, architecture.gguf_name or architecture.name)
    _add_sizes(writer, config, quantization)
    _add_tokenizer(writer, tokenizer, read_json(folder / "tokenizer.json"), config.vocab_size)
    naming = llama_cpp(architecture.name, config.head_dim)
    few_bits = quantization.their_names(config, arrays, naming) if quantization else set()
    for name, array in to_theirs(config, arrays, naming).items():
        values = np.array(array, np.float32, order="C")
        if quantization and name in few_bits:
            packed = gguf.quants.quantize(values, quantization.gguf_type)
            writer.add_tensor(name, packed, raw_dtype=quantization.gguf_type)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_sizes(writer: Any, config: ModelConfig, quantization: Quantization | None) -> None:
    from gguf import LlamaFileType

    kind = f"MOSTLY_{quantization.gguf_name}" if quantization else "ALL_F32"
    writer.add_name("lmcore")
    writer.add_file_type(LlamaFileType[kind])
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.context_length)
    writer.add_embedding_length(config.d_model)
    writer.add_block_count(config.n_layers)
    writer.add_feed_forward_length(config.d_ff)
    writer.add_head_count(config.n_heads)
    writer.add_head_count_kv(config.n_kv_heads)
    if config.norm == "layernorm":
        writer.add_layer_norm_eps(config.norm_epsilon)
    else:
        writer.add_layer_norm_rms_eps(config.norm_epsilon)
    if config.positions == "rope":
        writer.add_rope_dimension_count(config.rope_dim)
        writer.add_rope_freq_base(config.rope_theta)
    if config.moe.experts:
        writer.add_expert_count(config.moe.experts)
        writer.add_expert_used_count(config.moe.top_k)
        writer.add_expert_feed_forward_length(config.d_ff)


def _add_tokenizer(
    writer: Any, tokenizer: Tokenizer, content: dict[str, Any], vocab_size: int
) -> None:
    """Add tokens and merges as in tokenizer.json; <|endoftext|> begins texts and ends them."""
    from gguf import TokenType

    tokens = [f"[unused{index}]" for index in range(vocab_size)]
    types = [TokenType.UNUSED] * vocab_size
    for text, index in content["model"]["vocab"].items():
        tokens[index], types[index] = text, TokenType.NORMAL
    for text, index in tokenizer.special_tokens.items():
        tokens[index], types[index] = text, TokenType.CONTROL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in content["model"]["merges"]])
    writer.add_bos_token_id(tokenizer.end_of_text)
    writer.add_eos_token_id(tokenizer.end_of_text)
    writer.add_add_bos_token(True)
