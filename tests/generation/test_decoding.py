"""The fast decoding against the naive one, and texts that depend on their seed alone."""

from __future__ import annotations

import shutil

import mlx.core as mx
import numpy as np
import pytest
from helpers.small_params import quickstart
from helpers.variants import shaken

from lmcore.generation import decoding
from lmcore.generation.decoding import NO_TOKEN, generate, generate_naive, visible_tokens
from lmcore.generation.sampling import SamplingParams
from lmcore.model import GPT, ModelConfig


@pytest.fixture(scope="module", params=["rope", "learned", "sinusoidal", "alibi", "none"])
def model(request: pytest.FixtureRequest) -> GPT:
    shape = quickstart().model.model_dump()
    small = {"context_length": 16, "d_model": 16, "n_layers": 2, "n_heads": 2, "n_kv_heads": 1}
    shape |= small | {"d_ff": 32, "positions": request.param}
    return GPT(ModelConfig(**shape, vocab_size=40), seed=5)


def texts(
    model: GPT, prompts: list[list[int]], params: SamplingParams, count: int
) -> list[list[int]]:
    steps = generate(model, [np.array(prompt) for prompt in prompts], count, params)
    return np.stack([step.tokens for step in steps], axis=1).tolist()


@pytest.mark.parametrize("count", [12, 40], ids=["within the context", "past it"])
@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=0),
        SamplingParams(seed=1),
        SamplingParams(0.9, top_k=30, top_p=0.95, min_p=0.01, repetition_penalty=1.3, seed=2),
    ],
    ids=["greedy", "sampled", "filtered"],
)
def test_the_fast_form_gives_the_tokens_of_the_naive_one(
    model: GPT, params: SamplingParams, count: int
) -> None:
    prompt = [3, 1, 4]
    expected = generate_naive(model, prompt, count, params)
    assert texts(model, [prompt], params, count)[0] == expected
    end = expected[len(expected) // 2]
    ended = generate_naive(model, prompt, count, params, end)
    assert ended == expected[: expected.index(end) + 1]
    steps = list(generate(model, [np.array(prompt)], count, params, end))
    assert [int(step.tokens[0]) for step in steps] == ended


def test_by_hand_how_many_tokens_are_visible() -> None:
    lengths = range(1, 12)
    assert [visible_tokens(n, 4) for n in lengths] == [1, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2]
    assert [visible_tokens(n, 5) for n in lengths] == [1, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5]


def test_only_ids_below_the_vocabulary_are_drawn(model: GPT) -> None:
    prompts = [np.array([3, 1, 4]), np.array([35])]  # one of them is beyond it
    params = SamplingParams(seed=1, repetition_penalty=1.5)
    every = [step.tokens for step in generate(model, prompts, 40, params)]
    assert np.max(every) >= 30
    for step in generate(model, prompts, 40, params, None, 30):
        assert step.tokens.max() < 30 and step.logits.shape == (2, 30)


@pytest.mark.parametrize(
    "variant",
    [
        {"moe": {"experts": 4, "top_k": 2}},
        {
            "qk_norm": True,
            "value_embeddings": 1,
            "residual_scalars": True,
            "smear": True,
            "short_convolution": "qkv",
            "logit_softcap": 5.0,
        },
        {"positions": "alibi", "n_kv_heads": 4, "feed_forward": "gelu", "bias": True},
        {"positions": "learned", "norm_placement": "post", "norm": "layernorm"},
        {
            "rope_share": 0.5,
            "norm_placement": "sandwich",
            "attention_window": 5,
            "unet_skips": True,
            "value_embeddings": 1,
            "value_embedding_form": "projection",
        },
    ],
)
def test_the_cache_changes_no_logits_from_bucket_to_bucket(
    variant: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "CACHE_BUCKET", 4)
    shape = quickstart().model.model_dump()
    shape |= {"context_length": 32, "d_model": 16, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2}
    shape |= {"d_ff": 32} | variant | {"moe": shape["moe"] | variant.get("moe", {})}
    model = shaken(GPT(ModelConfig(**shape, vocab_size=40)), 5)
    text = [3, 1, 4]
    for step in generate(model, [np.array(text)], 20, SamplingParams(seed=1)):
        logits = model(mx.array([text]))[:, -1]
        np.testing.assert_allclose(step.logits, logits, rtol=1e-4, atol=1e-5)
        text.append(int(step.tokens[0]))


@pytest.mark.skipif(shutil.which("g++") is None, reason="nothing is compiled without a g++")
def test_a_bucket_is_compiled_once(model: GPT, monkeypatch: pytest.MonkeyPatch) -> None:
    decoding.compiled_step.cache_clear()
    monkeypatch.setattr(decoding, "CACHE_BUCKET", 8)
    passes, hidden = [], GPT.hidden
    monkeypatch.setattr(GPT, "hidden", lambda *of: passes.append(of) or hidden(*of))
    texts(model, [[3, 1, 4]], SamplingParams(seed=1), 13)
    assert len(passes) == 1 + 2  # the prompt; places 3 to 7 and 8 to 15


def test_a_step_copies_nothing_of_the_cache() -> None:
    """While steps are computed ahead, the cache's buffers are written where they are."""
    shape = quickstart().model.model_dump()
    shape |= {"d_model": 64, "n_layers": 2, "n_heads": 2, "n_kv_heads": 2, "d_ff": 2**14}
    model = GPT(ModelConfig(**shape | {"context_length": 2**14, "vocab_size": 40}))
    mx.eval(model.parameters())
    steps = generate(model, [np.array([3, 1, 4])], 2**14, SamplingParams())
    next(steps)
    held = mx.get_active_memory()
    mx.reset_peak_memory()
    for _ in range(20):
        next(steps)
    keys = 2**14 * shape["d_model"] * 4  # bytes of one layer's
    assert held > 2 * shape["n_layers"] * keys
    assert mx.get_peak_memory() - held < keys / 2


@pytest.mark.parametrize(
    "prompts",
    [
        [[3, 1, 4]],
        [list(range(16))],  # as long as the context
        [list(range(37))],  # longer: its last 16 tokens are read
        [[9], list(range(7)), list(range(16)), list(range(40))],
    ],
    ids=["short", "full", "long", "batch"],
)
def test_a_full_context_slides_on(model: GPT, prompts: list[list[int]]) -> None:
    """At every place, over several slides, what the model gives for the tokens it should see."""
    read = [prompt[-16:] for prompt in prompts]
    shortest, longest = min(map(len, read)), max(map(len, read))
    text = np.full((len(read), longest + 40), NO_TOKEN)
    for row, prompt in enumerate(read):
        text[row, : len(prompt)] = prompt
    steps = generate(model, [np.array(prompt) for prompt in prompts], 40, SamplingParams(seed=1))
    for length, step in enumerate(steps, start=shortest):
        told = text[:, length - 1] != NO_TOKEN  # of the rows that have not ended
        seen = mx.array(text[told, length - visible_tokens(length, 16) : length])
        logits = np.array(step.logits)[told]
        np.testing.assert_allclose(logits, model(seen)[:, -1], rtol=1e-4, atol=1e-5)
        text[:, length] = np.where(step.tokens == NO_TOKEN, text[:, length], step.tokens)
    assert length == longest + 39 and told.any()


def test_the_seed_decides_the_text(model: GPT) -> None:
    one = texts(model, [[3, 1, 4]], SamplingParams(seed=1), 12)
    assert one == texts(model, [[3, 1, 4]], SamplingParams(seed=1), 12)
    assert one != texts(model, [[3, 1, 4]], SamplingParams(seed=2), 12)


def test_a_row_of_a_batch_is_what_its_seed_tells_alone(model: GPT) -> None:
    """Prompts of different lengths, one longer than the context, on past a full one."""
    prompts = [[3, 1, 4], [9], [2, 7, 1, 8, 2, 8, 1], list(range(40))]
    steps = list(generate(model, [np.array(p) for p in prompts], 30, SamplingParams(seed=6)))
    for row, prompt in enumerate(prompts):
        of_row = [step for step in steps if step.tokens[row] != NO_TOKEN]
        alone = list(generate(model, [np.array(prompt)], 30, SamplingParams(seed=6 + row)))
        for step, same in zip(of_row, alone, strict=True):
            assert step.tokens[row] == same.tokens[0]
            np.testing.assert_allclose(step.logits[row], same.logits[0], rtol=1e-4, atol=1e-5)


def test_a_large_batch_in_halves_is_what_its_rows_are_alone(model: GPT) -> None:
    """On a CPU its halves are computed side by side; an odd row is left for one of them."""
    rows = decoding.PARALLEL_ROWS + 1
    prompts = [[row % 7, row % 5] for row in range(rows - 1)] + [[9]]
    together = texts(model, prompts, SamplingParams(seed=6, top_p=0.9), 20)
    for row in (0, rows // 2, rows // 2 + 1, rows - 2):
        alone = texts(model, [prompts[row]], SamplingParams(seed=6 + row, top_p=0.9), 20)[0]
        assert [token for token in together[row] if token != NO_TOKEN] == alone


def test_a_batch_ends_when_every_row_has_drawn_the_end(model: GPT) -> None:
    prompts = [np.array([3, 1, 4]), np.array([9])]
    free = [step.tokens for step in generate(model, prompts, 12, SamplingParams(seed=2))]
    end = int(free[5][1])
    steps = [step.tokens for step in generate(model, prompts, 12, SamplingParams(seed=2), end)]
    assert steps[0][0] == NO_TOKEN and steps[2][0] == free[2][0]  # the longer prompt begins later
    for row in range(2):
        told = [int(tokens[row]) for tokens in steps if tokens[row] != NO_TOKEN]
        without = [int(tokens[row]) for tokens in free if tokens[row] != NO_TOKEN]
        assert told == without[: without.index(end) + 1 if end in without else None]
    assert [int(tokens[1]) for tokens in steps][-1] in (NO_TOKEN, end)


def test_a_row_ends_where_the_stopping_criterion_is_true(model: GPT) -> None:
    prompts = [np.array([3, 1, 4]), np.array([9])]
    free = [step.tokens for step in generate(model, prompts, 12, SamplingParams(seed=2))]
    calls: list[tuple[int, int]] = []

    def third_of_row_1(row: int, token: int) -> bool:
        calls.append((int(row), token))
        return row == 1 and sum(one == 1 for one, _ in calls) == 3

    steps = generate(model, prompts, 12, SamplingParams(seed=2), stopping_criterion=third_of_row_1)
    tokens = np.stack([step.tokens for step in steps], axis=1)
    assert (tokens[1, 3:] == NO_TOKEN).all()
    assert tokens[1, :3].tolist() == [int(step[1]) for step in free[:3]]
    assert tokens[0].tolist() == [int(step[0]) for step in free]
    for row in range(2):
        assert [token for one, token in calls if one == row] == [
            token for token in tokens[row].tolist() if token != NO_TOKEN
        ]


def test_a_prompt_without_tokens_is_refused(model: GPT) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        next(generate(model, [np.array([1]), np.array([], int)], 3, SamplingParams()))


def test_no_tokens_to_draw_are_refused(model: GPT) -> None:
    with pytest.raises(ValueError, match="max_tokens is 0; it must be at least 1"):
        next(generate(model, [np.array([1])], 0, SamplingParams()))


def test_a_penalty_on_repetition_makes_a_greedy_text_varied(model: GPT) -> None:
    plain = texts(model, [[3]], SamplingParams(temperature=0), 14)[0]
    varied = texts(model, [[3]], SamplingParams(temperature=0, repetition_penalty=50.0), 14)[0]
    assert len(set(varied)) > len(set(plain)) or len(set(plain)) == 14


def test_new_weights_are_not_answered_by_old_ones() -> None:
    """The compiled step is kept between calls, and knows no weights."""
    shape = quickstart().model.model_dump()
    models = [GPT(ModelConfig(**shape, vocab_size=40), seed) for seed in (5, 6)]

    def last_logits(model: GPT) -> list[float]:
        *_, last = generate(model, [np.array([3])], 14, SamplingParams())
        return last.logits.tolist()

    first, second = map(last_logits, models)
    assert first != second
    models[0].update(models[1].parameters())
    assert last_logits(models[0]) == second
