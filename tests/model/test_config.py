"""Configs with defaults: sizes that follow from others, and a sentence for every mistake."""

from __future__ import annotations

from typing import Any

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.params import ModelParams
from lmcore.model import GPT, ModelConfig


def test_a_small_model_needs_its_vocabulary_alone() -> None:
    config = ModelConfig.small(vocab_size=2048)
    assert (config.d_model, config.n_layers, config.n_kv_heads, config.d_ff) == (128, 4, 4, 344)
    assert ModelConfig.model_validate(config.model_dump()) == config


def test_every_parameter_has_a_default() -> None:
    assert set(ModelParams.model_fields) <= set(ModelConfig.small(vocab_size=9).model_dump())


def test_what_is_not_given_follows_from_what_is() -> None:
    config = ModelConfig.small(61, d_model=48, n_heads=6)
    assert (config.n_kv_heads, config.d_ff) == (6, 128)  # 8/3 of 48, as there are three matrices
    assert ModelConfig.small(61, d_model=48, feed_forward="relu2").d_ff == 192
    given = ModelConfig.small(61, n_kv_heads=2, d_ff=100, moe={"experts": 8})
    assert (given.n_kv_heads, given.d_ff) == (2, 100)
    assert (given.moe.experts, given.moe.top_k, given.moe.balance) == (8, 2, "loss")
    assert GPT(ModelConfig.small(61, n_layers=1, d_model=16)).config.d_ff == 48


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"n_head": 2}, "n_head is not a parameter; the nearest is n_heads"),
        ({"d_model": 130}, "model.d_model is 130; it must be a multiple of model.n_heads"),
        ({"d_model": "large"}, "d_model is 'large'; it should be a valid integer"),
        ({"moe": {"expert": 2}}, "moe.expert is not a parameter; the nearest is experts"),
        ({"moe": 8}, "moe is 8; it"),
        ({"n_heads": 0}, "n_heads is 0; it should be greater than or equal to 1"),
        ({"vocab_size": 0}, "vocab_size is 0; it should be greater than or equal to 1"),
    ],
)
def test_a_mistake_is_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(LmcoreError) as caught:
        ModelConfig.small(**{"vocab_size": 61, **changes})
    assert str(caught.value).startswith(f"ModelConfig.small: {sentence}")
    assert str(caught.value).endswith(".")
