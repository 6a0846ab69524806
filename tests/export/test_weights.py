"""Our arrays in other layouts: the same numbers, and the way back is exact."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest
from helpers.exported import NAMES, model
from helpers.variants import model_of, tokens_of
from mlx.utils import tree_flatten

from lmcore.common.errors import LmcoreError
from lmcore.export.architectures import architecture_of
from lmcore.export.weights import (
    EXPERTS,
    FUSED_TRANSPOSED,
    LLAMA,
    TRANSFORMERS,
    arrays_of,
    llama_cpp,
    neighbouring,
    to_ours,
    to_theirs,
    without_idle_biases,
)
from lmcore.model import GPT
from lmcore.model.rope import apply_rope, rope_tables


@pytest.mark.parametrize("program", ["transformers", "llama.cpp"])
@pytest.mark.parametrize("name", NAMES)
def test_there_and_back_is_exact(name: str, program: str) -> None:
    given = model(name)
    kind = architecture_of(given.config).name
    namings = {
        "transformers": TRANSFORMERS[kind],
        "llama.cpp": llama_cpp(kind, given.config.head_dim),
    }
    arrays = dict(tree_flatten(given.parameters()))
    theirs = to_theirs(given.config, arrays, namings[program])
    assert sum(array.size for array in theirs.values()) == sum(a.size for a in arrays.values())
    back = to_ours(given.config, theirs, namings[program])
    assert back.keys() == arrays.keys()
    for each, array in arrays.items():
        np.testing.assert_array_equal(back[each], array, err_msg=each)


def test_query_key_and_value_become_one_of_in_by_out() -> None:
    q, k, v = (mx.random.normal((4, 4), key=mx.random.key(seed)) for seed in range(3))
    (fused,) = FUSED_TRANSPOSED.outward([q, k, v])
    x = mx.random.normal((2, 4), key=mx.random.key(9))
    apart = mx.concatenate([x @ q.T, x @ k.T, x @ v.T], axis=-1)
    np.testing.assert_allclose(x @ fused, apart, atol=1e-6)


def test_experts_come_apart_in_order() -> None:
    experts = mx.arange(24).reshape(2, 3, 4)
    apart = EXPERTS.outward([experts])
    assert [one.tolist() for one in apart] == experts.tolist()


def test_turning_neighbours_scores_as_turning_halves() -> None:
    """The rotation of (2i, 2i + 1) after the reordering is the reordered rotation of ours."""
    size, time = 6, 5
    cosine, sine = rope_tables(0, time, size, 100.0)
    wq, wk, x = (mx.random.normal((12, 12), key=mx.random.key(seed)) for seed in range(3))
    x = x[:time]

    def scores(turn, q, k) -> mx.array:  # (H, T, T)
        return turn(heads(q)) @ turn(heads(k)).swapaxes(-1, -2)

    def heads(projection: mx.array) -> mx.array:
        return (x @ projection.T).reshape(time, 2, size).swapaxes(0, 1)

    def turn_neighbours(y: mx.array) -> mx.array:
        even, odd = y[..., 0::2], y[..., 1::2]
        turned = [even * cosine - odd * sine, odd * cosine + even * sine]
        return mx.stack(turned, axis=-1).flatten(-2)

    layout = neighbouring(size)
    theirs = scores(turn_neighbours, layout.outward([wq])[0], layout.outward([wk])[0])
    ours = scores(lambda y: apply_rope(y, cosine, sine), wq, wk)
    np.testing.assert_allclose(theirs, ours, atol=1e-4)


def test_a_missing_array_and_one_too_many_are_named() -> None:
    given = model("llama: grouped queries")
    weights = dict(tree_flatten(given.parameters()))
    theirs = to_theirs(given.config, weights, LLAMA)
    with pytest.raises(LmcoreError, match=r"model's value_embedding has no counterpart"):
        to_theirs(given.config, {**weights, "value_embedding": mx.zeros(3)}, LLAMA)
    with pytest.raises(LmcoreError, match=r"model.extra.weight has no counterpart"):
        to_ours(given.config, {**theirs, "model.extra.weight": mx.zeros(3)}, LLAMA)
    del theirs["model.layers.1.mlp.up_proj.weight"]
    with pytest.raises(LmcoreError, match=r"model.layers.1.mlp.up_proj.weight is missing"):
        to_ours(given.config, theirs, LLAMA)


def test_biases_of_0_come_and_go() -> None:
    given = model("gpt2: no biases, another width")
    config, arrays = given.config.model_copy(update={"bias": True}), arrays_of(given)
    wider = arrays_of(given, (".bias",))
    assert wider.keys() == arrays_of(GPT(config)).keys() and wider.keys() > arrays.keys()
    norms = {f"blocks.{n}.{part}_norm" for n in (0, 1) for part in ("attention", "feed_forward")}
    added = {f"{norm}.bias" for norm in norms | {"final_norm"}}
    assert arrays_of(given, ("norm.bias",)).keys() - arrays.keys() == added
    narrow, narrower = without_idle_biases(config, wider)
    assert narrow == given.config and narrower.keys() == arrays.keys()
    wider["blocks.0.attention.key.bias"] = mx.ones(24)
    assert without_idle_biases(config, wider)[0].bias


@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "none"])
def test_positions_become_learned_ones(positions: str) -> None:
    given = model_of(positions=positions)
    arrays = arrays_of(given, ("positions.weight",))
    learned = GPT(given.config.model_copy(update={"positions": "learned"}))
    learned.load_weights(list(arrays.items()))
    tokens = tokens_of(given)
    np.testing.assert_array_equal(learned(tokens), given(tokens))
    assert mx.any(arrays["positions.weight"] != 0).item() == (positions != "none")
