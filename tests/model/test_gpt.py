"""Every variant against NumPy, and what must hold whatever the variant."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import (
    NO_EXPERTS,
    VARIANTS,
    config_of,
    model_of,
    numpy_logits,
    numpy_loss,
    tokens_of,
    weights_of,
)
from mlx.utils import tree_flatten

from lmcore import backend
from lmcore.backend.dispatch import use_implementation
from lmcore.common.errors import LmcoreError
from lmcore.model import GPT, ForwardContext
from lmcore.training.cross_entropy import next_token_loss, token_losses

IMPLEMENTATIONS = ["reference", "cpu_kernels", "mlx"]
EXPERTS = {"moe": {**NO_EXPERTS, "experts": 4}}


def gradients_of(
    model: GPT, inputs: mx.array, targets: mx.array, compiled: bool = False
) -> dict[str, mx.array]:
    def loss(parameters: dict) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, inputs, targets)[0]

    parameters = model.trainable_parameters()
    gradients = (mx.compile(mx.grad(loss)) if compiled else mx.grad(loss))(parameters)
    mx.eval(gradients)
    model.update(parameters)
    return dict(tree_flatten(gradients))


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_logits_equal_numpys(variant: str, implementation: str) -> None:
    model = model_of(**VARIANTS[variant])
    tokens = tokens_of(model)
    with use_implementation(implementation):
        found = np.array(model(tokens))
    expected = numpy_logits(weights_of(model), model.config, np.array(tokens))
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-4 * np.abs(expected).max())


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_are_the_slopes_of_numpys_loss(variant: str, implementation: str) -> None:
    """The derivative along a random direction, by central differences in float64."""
    model = model_of(**VARIANTS[variant])
    inputs, targets = tokens_of(model), tokens_of(model, seed=8)
    with use_implementation(implementation):
        gradients = gradients_of(model, inputs, targets)
    weights = weights_of(model)
    random = np.random.default_rng(3)
    # Along the gradient itself no cancellation hides an error; the noise
    # weighs the arrays differently from each other.
    direction = {
        name: np.array(gradients[name], np.float64) * random.uniform(0.5, 1.5) for name in weights
    }
    size = np.sqrt(sum((array**2).sum() for array in direction.values()))
    h = 1e-5 / size
    ahead, behind = (
        numpy_loss(
            {name: weights[name] + sign * h * direction[name] for name in weights},
            model.config,
            inputs,
            targets,
        )
        for sign in (1, -1)
    )
    expected = (ahead - behind) / (2 * h)
    found = sum((np.array(gradients[name]) * direction[name]).sum() for name in weights)
    assert found == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("variant", ["base", "llama", "alibi grouped"])
def test_compiled_or_not_the_gradients_are_the_same(variant: str) -> None:
    """Also what runs where there is no C++ compiler: mx.compile is then switched off."""
    if not backend.setup().compiled:
        pytest.skip("needs g++ on PATH, which mx.compile calls")
    model = model_of(**VARIANTS[variant])
    inputs, targets = tokens_of(model), tokens_of(model, seed=8)
    compiled = gradients_of(model, inputs, targets, compiled=True)
    mx.disable_compile()
    try:
        plain = gradients_of(model, inputs, targets, compiled=True)
    finally:
        mx.enable_compile()
    for name, expected in plain.items():
        np.testing.assert_allclose(
            np.array(compiled[name]), np.array(expected), rtol=1e-3, atol=1e-5, err_msg=name
        )


ALL = {
    **VARIANTS,
    "experts": EXPERTS,
    "experts bias": {"moe": {**EXPERTS["moe"], "balance": "bias"}},
}


@pytest.mark.parametrize("variant", ALL)
def test_future_tokens_change_nothing(variant: str) -> None:
    model = model_of(**ALL[variant])
    tokens = tokens_of(model)
    changed = mx.concatenate([tokens[:, :50], (tokens[:, 50:] + 1) % 61], axis=1)
    before, after = np.array(model(tokens)), np.array(model(changed))
    np.testing.assert_allclose(before[:, :50], after[:, :50], rtol=1e-5, atol=1e-5)
    assert np.abs(before[:, 50:] - after[:, 50:]).max() > 0.01


@pytest.mark.parametrize("variant", ALL)
def test_cached_logits_equal_uncached(variant: str) -> None:
    model = model_of(**ALL[variant])
    tokens = tokens_of(model)
    cache = model.make_cache(batch_size=2, max_length=75)
    pieces = [tokens[:, :1], tokens[:, 1:2], tokens[:, 2:72], tokens[:, 72:73], tokens[:, 73:]]
    found = np.concatenate([np.array(model(piece, cache)) for piece in pieces], axis=1)
    assert cache.offset == 75
    np.testing.assert_allclose(found, np.array(model(tokens)), rtol=1e-4, atol=2e-5)


def test_a_full_cache_is_refused() -> None:
    model = model_of()
    cache = model.make_cache(batch_size=1, max_length=8)
    model(tokens_of(model, 1, 8), cache)
    with pytest.raises(LmcoreError, match="holds 8 tokens and cannot take token 9"):
        model(tokens_of(model, 1, 1), cache)


def test_learned_positions_end() -> None:
    model = model_of(positions="learned")
    with pytest.raises(LmcoreError, match=r"learned 75 positions .* cannot read token 76"):
        model(tokens_of(model, length=76))


@pytest.mark.parametrize("positions", ["sinusoidal", "rope", "alibi", "none"])
def test_other_positions_go_on_past_the_context(positions: str) -> None:
    model = model_of(positions=positions)
    tokens = tokens_of(model, length=130)
    expected = numpy_logits(weights_of(model), model.config, np.array(tokens))
    np.testing.assert_allclose(
        np.array(model(tokens)), expected, rtol=2e-4, atol=2e-4 * np.abs(expected).max()
    )


@pytest.mark.parametrize("variant", ["base", "alibi grouped"])
def test_attention_weights_are_causal_means(variant: str) -> None:
    model = model_of(**VARIANTS[variant])
    context = ForwardContext(attention_weights=[])
    model.hidden(tokens_of(model), context)
    layers = context.attention_weights
    assert [layer.shape for layer in layers] == [(2, 4, 75, 75)] * 2
    for layer in map(np.array, layers):
        np.testing.assert_allclose(layer.sum(-1), 1, rtol=1e-5)
        assert (np.triu(layer, 1) == 0).all() and (layer >= 0).all()


def test_initial_weights_are_gpt2s() -> None:
    model = GPT(config_of(d_model=128, d_ff=512, bias=True, n_layers=8, positions="learned"), 3)
    spread = {name: array.std().item() for name, array in weights_of(model).items()}
    for name, std in spread.items():
        if name.endswith(("attention.output.weight", "feed_forward.down.weight")):
            assert std == pytest.approx(0.02 / 16**0.5, rel=0.03), name
        elif "norm" in name or name.endswith("bias"):
            assert std == 0, name
        else:
            assert std == pytest.approx(0.02, rel=0.03), name


@pytest.mark.parametrize("n_kv_heads", [4, 2, 1])
def test_last_blocks_can_begin_by_copying(n_kv_heads: int) -> None:
    """Values come back where they were taken: what attention adds is a mean of its inputs."""
    model = GPT(config_of(copying_blocks=1, n_layers=2, n_kv_heads=n_kv_heads))
    usual = GPT(config_of(n_layers=2, n_kv_heads=n_kv_heads))
    first, last = model.blocks
    np.testing.assert_array_equal(
        first.attention.value.weight, usual.blocks[0].attention.value.weight
    )
    # The product of the added matrices, by the difference to the usual start.
    before = usual.blocks[1].attention
    value = last.attention.value.weight - before.value.weight  # (G Dh, D)
    output = last.attention.output.weight - before.output.weight  # (D, H Dh)
    width, head_dim = model.config.d_model, model.config.head_dim
    groups = value.reshape(n_kv_heads, head_dim, width)
    heads = mx.repeat(groups, 4 // n_kv_heads, axis=0).reshape(width, width)
    copied = output @ heads
    taken = n_kv_heads * head_dim
    expected = mx.diag(mx.where(mx.arange(width) < taken, 4 // n_kv_heads, 0)).astype(mx.float32)
    np.testing.assert_allclose(copied, expected, atol=1e-6)


def test_embeddings_have_the_spread_asked_for() -> None:
    model = GPT(config_of(embedding_std=0.1, positions="learned", vocab_size=2000))
    assert model.embedding.weight.std().item() == pytest.approx(0.1, rel=0.03)
    assert model.positions.weight.std().item() == pytest.approx(0.1, rel=0.05)
    assert model.blocks[0].attention.query.weight.std().item() == pytest.approx(0.02, rel=0.1)


def test_projections_can_start_at_zero() -> None:
    """Every block is then the identity, and nothing else starts elsewhere."""
    zero, usual = (
        GPT(config_of(zero_init_projections=choice, moe={**NO_EXPERTS, "experts": 2, "every": 2}))
        for choice in (True, False)
    )
    started = dict(tree_flatten(usual.parameters()))
    for name, array in tree_flatten(zero.parameters()):
        writes = name.endswith(("attention.output.weight", "feed_forward.down.weight"))
        assert mx.all(array == (0 if writes else started[name])).item(), name
    tokens = tokens_of(zero)
    unchanged = zero.final_norm(zero.embedding(tokens)) @ zero.output_weight.T
    np.testing.assert_array_equal(zero(tokens), unchanged)


def test_logits_stay_within_the_cap() -> None:
    logits = model_of(logit_softcap=0.5)(tokens_of(model_of()))
    assert 0.4 < mx.max(mx.abs(logits)).item() <= 0.5


def test_scalars_start_as_a_plain_stream_and_even_values() -> None:
    model = GPT(config_of(residual_scalars=True, value_embeddings=1, smear=True))
    np.testing.assert_array_equal(
        GPT(config_of(smear=True, short_convolution="input", head_gates=True, unet_skips=True))(
            tokens_of(model)
        ),
        GPT(config_of())(tokens_of(model)),
    )
    parameters = dict(tree_flatten(model.parameters()))
    assert parameters["residual_scalars.0.scalars"].tolist() == [1, 0]
    assert parameters["blocks.1.attention.value_embedding.scalars"].tolist() == [0.5, 0.5]
    assert "blocks.0.attention.value_embedding.scalars" not in parameters


def test_the_seed_decides_the_weights_name_by_name() -> None:
    one, again, other = (weights_of(GPT(config_of(), seed)) for seed in (1, 1, 2))
    untied = weights_of(GPT(config_of(tied_embeddings=False), 1))
    for name, array in one.items():
        np.testing.assert_array_equal(array, again[name])
        np.testing.assert_array_equal(array, untied[name])
        assert array.ndim == 1 or (array != other[name]).mean() > 0.99
    assert (one["blocks.0.attention.key.weight"] != one["blocks.0.attention.query.weight"]).all()


def test_an_untrained_model_knows_nothing() -> None:
    model = GPT(config_of(), 0)
    losses = token_losses(model, tokens_of(model), tokens_of(model, seed=8))
    assert losses.mean().item() == pytest.approx(np.log(61), rel=0.02)


def test_dropout_needs_a_key_and_follows_it() -> None:
    model, still = model_of(dropout=0.5), model_of()
    inputs, targets = tokens_of(model), tokens_of(model, seed=8)

    def loss(model: GPT, key: int | None) -> float:
        chosen = None if key is None else mx.random.key(key)
        return next_token_loss(model, inputs, targets, chosen)[0].item()

    assert loss(model, None) == loss(still, None) == loss(still, 1)
    assert loss(model, 1) == loss(model, 1)
    assert len({loss(model, None), loss(model, 1), loss(model, 2)}) == 3


def test_the_rows_of_a_batch_are_dropped_independently() -> None:
    """With one mask for both rows, swapping them would change nothing."""
    model = model_of(dropout=0.5)
    inputs, targets, key = tokens_of(model), tokens_of(model, seed=8), mx.random.key(4)
    straight = next_token_loss(model, inputs, targets, key)[0].item()
    swapped = next_token_loss(model, inputs[::-1], targets[::-1], key)[0].item()
    assert abs(straight - swapped) > 1e-4


@pytest.mark.parametrize("implementation", ["reference", "cpu_kernels"])
def test_a_row_is_dropped_by_its_own_key_in_whatever_batch_it_is(implementation: str) -> None:
    model = model_of(dropout=0.5)
    inputs, targets = tokens_of(model, 4), tokens_of(model, 4, seed=8)
    keys = mx.random.split(mx.random.key(4), 4)

    def loss(rows: slice) -> float:
        with use_implementation(implementation):
            return next_token_loss(model, inputs[rows], targets[rows], keys[rows])[0].item()

    each = [loss(slice(row, row + 1)) for row in range(4)]
    assert len(set(each)) == 4
    assert loss(slice(0, 4)) == pytest.approx(np.mean(each), rel=1e-5)
    assert loss(slice(2, 4)) == pytest.approx(np.mean(each[2:]), rel=1e-5)


def test_dropout_keeps_the_mean() -> None:
    keys = mx.random.split(mx.random.key(0), 100)
    forward = ForwardContext(dropout_keys=keys)
    first, second = (np.array(forward.dropout(mx.ones((100, 100)), 0.2)) for _ in range(2))
    assert set(np.unique(first)) == {0.0, np.float32(1.25)}
    assert (first == 0).mean() == pytest.approx(0.2, abs=0.02)
    assert (first != second).mean() == pytest.approx(2 * 0.2 * 0.8, abs=0.02)
