"""config.json there and ours here mean the same model."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.exported import LEARNED_THERE, NAMES, model

from lmcore.common.errors import LmcoreError
from lmcore.export.architectures import architecture_of, flat
from lmcore.export.hf_config import from_config_json, to_config_json

# What other programs do not write down, because a finished model does not need it.
UNTOLD = {"dropout", "moe.balance_coefficient", "moe.z_loss_coefficient", "moe.top_k", "bias"}


def described(name: str) -> dict[str, Any]:
    config = model(name).config
    return to_config_json(config, architecture_of(config), 299)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read(name: str) -> None:
    found, config = flat(from_config_json(described(name))), flat(model(name).config)
    if name in LEARNED_THERE:
        config["positions"] = "learned"
    ignored = UNTOLD - ({"moe.top_k"} if config["moe.experts"] else set())
    assert {k: v for k, v in found.items() if k not in ignored} == {
        k: v for k, v in config.items() if k not in ignored
    }


def test_llama_in_the_words_of_transformers() -> None:
    assert described("llama: untied, biases, theta") == {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": 300,
        "max_position_embeddings": 75,
        "hidden_size": 24,
        "intermediate_size": 56,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "head_dim": 6,
        "hidden_act": "silu",
        "rms_norm_eps": 0.1,
        "rope_theta": 500.0,
        "attention_bias": True,
        "mlp_bias": True,
        "tie_word_embeddings": False,
        "bos_token_id": 299,
        "eos_token_id": 299,
        "pad_token_id": None,
        "initializer_range": 0.02,
        "torch_dtype": "float32",
    }


LLAMA, GPT2 = "llama: grouped queries", "gpt2: biases"


def changed(name: str, **changes: Any) -> dict[str, Any]:
    theirs = {**described(name), **changes}
    return {key: value for key, value in theirs.items() if value != "absent"}


@pytest.mark.parametrize(
    ("theirs", "parameter", "value"),
    [
        (changed(LLAMA, num_key_value_heads="absent"), "n_kv_heads", 4),
        (changed(LLAMA, rope_theta="absent"), "rope_theta", 10000.0),
        (changed("stablelm: tied", partial_rotary_factor="absent"), "rope_share", 0.25),
        (changed(LLAMA, tie_word_embeddings="absent"), "tied_embeddings", False),
        (
            changed(
                LLAMA,
                rope_theta="absent",
                rope_parameters={"rope_type": "default", "rope_theta": 77.0},
            ),
            "rope_theta",
            77.0,
        ),
        (changed(LLAMA, attention_bias=True), "bias", True),
        (changed(LLAMA, rms_norm_eps="absent"), "norm_epsilon", 1e-6),
        (changed("arcee: gelu", rms_norm_eps="absent"), "norm_epsilon", 1e-5),
        (changed("starcoder2: grouped queries", norm_epsilon=1e-6), "norm_epsilon", 1e-6),
        (changed(GPT2, layer_norm_epsilon="absent"), "norm_epsilon", 1e-5),
        (changed(LLAMA, sliding_window=4096, use_sliding_window=False), "d_model", 24),
        (changed(GPT2, n_inner=None), "d_ff", 96),
        (changed(GPT2, tie_word_embeddings="absent"), "tied_embeddings", True),
        (changed(GPT2, activation_function="gelu_new"), "feed_forward", "gelu"),
        (changed("mixtral: top 2", rope_theta="absent"), "rope_theta", 1e6),
    ],
)
def test_what_is_absent_is_what_transformers_takes(
    theirs: dict[str, Any], parameter: str, value: Any
) -> None:
    assert flat(from_config_json(theirs))[parameter] == value


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        ({"model_type": "bert"}, "model_type is 'bert'; lmcore knows gpt2, .*, llama, "),
        ({}, "model_type is None"),
        ({"model_type": ["llama"]}, r"model_type is \['llama'\]"),
        (changed(LLAMA, rms_norm_eps=0.0), "no model.norm_epsilon: .*greater than 0"),
        (changed(LLAMA, rope_scaling={"factor": 2}), "rope_scaling is .*no counterpart"),
        (changed(LLAMA, rope_parameters={"rope_type": "yarn"}), "rope_type is 'yarn'"),
        (changed(LLAMA, sliding_window=64), "sliding_window is 64; .*no counterpart"),
        (changed(LLAMA, layer_types=["full_attention", "sliding_attention"]), "layer_types has"),
        (changed(LLAMA, quantization_config={"bits": 4}), "quantization_config"),
        (changed(LLAMA, head_dim=8), "head_dim is 8; lmcore has hidden size / heads, 6"),
        (changed(LLAMA, hidden_size=24.0), "hidden_size is 24.0; it must be a whole number"),
        (changed(LLAMA, hidden_act="tanh"), "hidden_act is 'tanh'; lmcore knows silu"),
        (changed(LLAMA, hidden_act="gelu_new"), r"model.feed_forward swiglu \(it is gelu\)"),
        (changed(LLAMA, hidden_size="absent"), "model.d_model"),
        (changed(LLAMA, num_attention_heads=5, head_dim=None), "multiple of"),
        (changed(GPT2, scale_attn_by_inverse_layer_idx=True), "scale_attn_by_inverse_layer_idx"),
        (changed(GPT2, activation_function="gelu"), "activation_function is 'gelu'"),
        (
            changed("smollm3: biases", no_rope_layer_interval="absent"),
            "no_rope_layer_interval is 4",
        ),
        (changed("smollm3: biases", no_rope_layers=[0, 1]), "no_rope_layers leaves some"),
        (changed("starcoder2: grouped queries", use_bias=False), "use_bias is False"),
        (changed("stablelm: tied", partial_rotary_factor=0.3), "rope_share is 0.3; of a head"),
        (changed("stablelm: tied", use_parallel_residual=True), "use_parallel_residual is True"),
        (changed("openai-gpt: no biases", afn="silu"), "afn is 'silu'; lmcore knows gelu or relu"),
        (changed("qwen3: untied", head_dim="absent"), "head_dim is 128"),
        (changed("qwen3: untied", attention_bias=True), "attention_bias is True"),
        (changed("qwen3_moe: every block", norm_topk_prob="absent"), "norm_topk_prob is False"),
        (changed("qwen3_moe: every block", norm_topk_prob=None), "norm_topk_prob is False"),
        (
            changed("qwen3_moe: top 1", norm_topk_prob=True),
            "norm_topk_prob is True; lmcore has False where num_experts_per_tok is 1",
        ),
        (changed("qwen3_moe: top 1", num_experts_per_tok="1"), "num_experts_per_tok is '1'; it"),
        (changed("qwen3_moe: every block", mlp_only_layers=[1]), "mlp_only_layers"),
        (
            changed("qwen3_moe: every block", intermediate_size=99),
            r"moe_intermediate_size is 56; lmcore has one model.d_ff, 99",
        ),
    ],
)
def test_what_has_no_counterpart_is_named(theirs: dict[str, Any], message: str) -> None:
    with pytest.raises(LmcoreError, match=message):
        from_config_json(theirs)
