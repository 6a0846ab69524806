"""Filters against plain numpy, and generation that depends on its seed alone."""

from __future__ import annotations

import math
import shutil
from fractions import Fraction
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmcore.common.params import load_params
from lmcore.generation import sampling
from lmcore.generation.sampling import NO_TOKEN, SamplingParams, generate, until_stop
from lmcore.model import GPT, ModelConfig

rows = st.lists(
    st.floats(-8, 8, allow_nan=False, width=32), min_size=2, max_size=12, unique=True
).map(lambda row: np.array([row], np.float32))


def kept(filtered: mx.array) -> list[bool]:
    return np.isfinite(np.array(filtered))[0].tolist()


def softmax(row: np.ndarray) -> np.ndarray:
    powers = np.exp(row - row.max())
    return powers / powers.sum()


@given(rows, st.integers(1, 12))
@settings(deadline=None)
def test_top_k_keeps_the_k_likeliest(logits: np.ndarray, k: int) -> None:
    ranks = np.argsort(np.argsort(-logits[0]))
    assert kept(sampling.top_k(mx.array(logits), k)) == (ranks < k).tolist()


@given(rows, st.floats(0.05, 0.95))
@settings(deadline=None)
def test_top_p_keeps_the_fewest_that_hold_p(logits: np.ndarray, p: float) -> None:
    chances = softmax(logits[0].astype(np.float64))
    order = np.argsort(-logits[0])  # chances can tie where logits differ
    total = np.cumsum(chances[order])
    if np.abs(total - p).min() < 1e-4:  # rounding may decide either way
        return
    expected = np.zeros(len(chances), bool)
    expected[order[: int(np.searchsorted(total, p)) + 1]] = True
    assert kept(sampling.top_p(mx.array(logits), p)) == expected.tolist()


@given(rows, st.floats(0.01, 0.99))
@settings(deadline=None)
def test_min_p_keeps_what_is_near_the_likeliest(logits: np.ndarray, share: float) -> None:
    chances = softmax(logits[0].astype(np.float64))
    relative = chances / chances.max()
    if np.abs(relative - share).min() < 1e-4:
        return
    assert kept(sampling.min_p(mx.array(logits), share)) == (relative >= share).tolist()


# Beyond what a float32 can hold, and up to the ends of what is allowed.
TINY = [5e-324, 1e-50, 1e-45, 1e-38, 1e-20, 1e-7]
HUGE = [1e7, 1e20, 1e38, 1e39, 1.7e308]
apart = st.lists(st.integers(-800, 800), min_size=2, max_size=12, unique=True).map(
    lambda row: np.array([row], np.float32) / 100
)


@given(
    apart,
    st.sampled_from([0, 1, 2, 2**70]),
    st.sampled_from([*TINY, 0.5, math.nextafter(1.0, 0.0), 1.0]),
    st.sampled_from([0.0, *TINY, 0.5, math.nextafter(1.0, 0.0), 1.0]),
    st.sampled_from([*TINY, 1.0, *HUGE]),
)
@settings(deadline=None, max_examples=300)
def test_the_likeliest_token_outlives_every_filter(
    logits: np.ndarray, k: int, p: float, share: float, temperature: float
) -> None:
    likeliest, row = int(logits.argmax()), mx.array(logits)
    assert kept(sampling.top_k(row, k))[likeliest]
    assert kept(sampling.top_p(row, p))[likeliest]
    assert kept(sampling.min_p(row, share))[likeliest]
    drawn = sampling.draw(row, SamplingParams(temperature, k, p, share), place=0).item()
    if k == 1 or p in TINY or share == 1 or temperature in TINY:  # no other is left
        assert drawn == likeliest


@given(apart, st.lists(st.booleans(), min_size=12, max_size=12), st.sampled_from([*TINY, *HUGE]))
@settings(deadline=None)
def test_an_extreme_penalty_orders_tokens_as_exact_arithmetic_does(
    logits: np.ndarray, seen: list[bool], penalty: float
) -> None:
    penalised = sampling.penalise_repetition(
        mx.array(logits), mx.array([seen[: logits.size]]), penalty
    )
    by = Fraction(penalty)
    exact = [
        Fraction(float(logit)) * (1 if not known else 1 / by if logit > 0 else by)
        for logit, known in zip(logits[0], seen, strict=False)
    ]
    for greedy in (SamplingParams(temperature=0), SamplingParams(temperature=1e-45, top_k=1)):
        drawn = sampling.draw(penalised, greedy, place=0).item()
        assert exact[drawn] == max(exact)


def test_switched_off_filters_change_nothing() -> None:
    logits = mx.array([[1.0, 3.0, 2.0]])
    for same in (sampling.top_k(logits, 0), sampling.top_p(logits, 1.0), sampling.min_p(logits, 0)):
        assert mx.array_equal(same, logits)


def test_repetition_penalty_by_hand() -> None:
    seen = mx.array([[True, True, False]])
    penalised = sampling.penalise_repetition(mx.array([[2.0, -2.0, 2.0]]), seen, 2.0)
    assert penalised.tolist() == [[1.0, -4.0, 2.0]]


def test_draws_follow_the_distribution() -> None:
    logits = mx.log(mx.array([[0.5, 0.3, 0.15, 0.05]]))
    drawing = SamplingParams(seed=4)
    drawn = [int(sampling.draw(logits, drawing, place).item()) for place in range(3000)]
    shares = np.bincount(drawn, minlength=4) / 3000
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.15, 0.05], atol=0.03)


def test_temperature_zero_is_greedy_and_temperature_sharpens() -> None:
    logits = mx.array([[1.0, 1.5, 0.0]])
    assert sampling.draw(logits, SamplingParams(temperature=0), 0).tolist() == [1]
    cold = [sampling.draw(logits, SamplingParams(temperature=0.05), p).item() for p in range(200)]
    assert np.mean(np.array(cold) == 1) > 0.99


@pytest.fixture(scope="module", params=["rope", "learned", "sinusoidal", "alibi", "none"])
def model(request: pytest.FixtureRequest, repository: Path) -> GPT:
    shape = load_params(repository / "params.yaml").model.model_dump()
    small = {"context_length": 16, "d_model": 16, "n_layers": 2, "n_heads": 2, "n_kv_heads": 1}
    shape |= small | {"d_ff": 32, "positions": request.param}
    return GPT(ModelConfig(**shape, vocab_size=40), seed=5)


def texts(
    model: GPT, prompts: list[list[int]], drawing: SamplingParams, count: int
) -> list[list[int]]:
    steps = generate(model, [np.array(prompt) for prompt in prompts], count, drawing)
    return np.stack([step.tokens for step in steps], axis=1).tolist()


def test_the_cache_changes_nothing(model: GPT) -> None:
    drawing, text = SamplingParams(seed=1), [3, 1, 4]
    told = texts(model, [text], drawing, 12)[0]
    for place in range(12):  # without a cache: the whole text anew for each token
        logits = model(mx.array([text]))[:, -1]
        text = [*text, int(sampling.draw(logits, drawing, 3 + place).item())]
    assert told == text[3:]


def test_only_ids_below_the_vocabulary_are_drawn(model: GPT) -> None:
    prompts = [np.array([3, 1, 4]), np.array([35])]  # one of them is beyond it
    drawing = SamplingParams(seed=1, repetition_penalty=1.5)
    every = [step.tokens for step in generate(model, prompts, 40, drawing)]
    assert np.max(every) >= 30
    for step in generate(model, prompts, 40, drawing, None, 30):
        assert step.tokens.max() < 30 and step.logits.shape == (2, 30)


@pytest.mark.parametrize(
    "variant",
    [
        {"moe": {"experts": 4, "top_k": 2}},
        {"qk_norm": True, "value_embeddings": 1, "residual_scalars": True, "logit_softcap": 5.0},
        {"positions": "alibi", "n_kv_heads": 4, "feed_forward": "gelu", "bias": True},
        {"positions": "learned", "norm_placement": "post", "norm": "layernorm"},
    ],
)
def test_the_cache_changes_nothing_on_from_stretch_to_stretch(
    variant: dict, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "CACHE_BUCKET", 4)
    shape = load_params(repository / "params.yaml").model.model_dump()
    shape |= {"context_length": 32, "d_model": 16, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2}
    shape |= {"d_ff": 32} | variant | {"moe": shape["moe"] | variant.get("moe", {})}
    model = GPT(ModelConfig(**shape, vocab_size=40), seed=5)
    text = [3, 1, 4]
    for step in generate(model, [np.array(text)], 20, SamplingParams(seed=1)):
        logits = model(mx.array([text]))[:, -1]
        np.testing.assert_allclose(step.logits, logits, rtol=1e-4, atol=1e-5)
        text.append(int(step.tokens[0]))


@pytest.mark.skipif(shutil.which("g++") is None, reason="nothing is compiled without a g++")
def test_a_stretch_is_compiled_once(model: GPT, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "CACHE_BUCKET", 8)
    passes, run = [], GPT.run
    monkeypatch.setattr(GPT, "run", lambda *of: passes.append(of) or run(*of))
    texts(model, [[3, 1, 4]], SamplingParams(seed=1), 13)
    assert len(passes) == 1 + 2  # the prompt; places 3 to 7 and 8 to 15


def test_a_step_copies_nothing_of_the_cache(repository: Path) -> None:
    """While steps are computed ahead, the cache's buffers are written where they are."""
    shape = load_params(repository / "params.yaml").model.model_dump()
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


def in_context(length: int, context: int) -> int:
    """How many of `length` tokens the model sees: all; of a full context the newer half stays."""
    half = (context + 1) // 2
    return length if length <= context else half + (length - context - 1) % (context + 1 - half)


def test_by_hand_how_much_is_in_the_context() -> None:
    assert [in_context(length, 4) for length in range(1, 12)] == [1, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2]
    assert [in_context(length, 5) for length in range(4, 12)] == [4, 5, 3, 4, 5, 3, 4, 5]


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
        seen = mx.array(text[told, length - in_context(length, 16) : length])
        logits = np.array(step.logits)[told]
        np.testing.assert_allclose(logits, model(seen)[:, -1], rtol=1e-4, atol=1e-5)
        text[:, length] = np.where(step.tokens == NO_TOKEN, text[:, length], step.tokens)
    assert length == longest + 39 and told.any()


def test_the_same_seed_tells_the_same_and_another_does_not(model: GPT) -> None:
    one = texts(model, [[3, 1, 4]], SamplingParams(seed=1), 12)
    assert one == texts(model, [[3, 1, 4]], SamplingParams(seed=1), 12)
    assert one != texts(model, [[3, 1, 4]], SamplingParams(seed=2), 12)


def test_a_row_of_a_batch_is_what_its_seed_tells_alone(model: GPT) -> None:
    """Prompts of different lengths, one longer than the context, on past a full one."""
    prompts = [[3, 1, 4], [9], [2, 7, 1, 8, 2, 8, 1], list(range(40))]
    steps = list(generate(model, [np.array(p) for p in prompts], 30, SamplingParams(seed=6)))
    for row, prompt in enumerate(prompts):
        told = [step for step in steps if step.tokens[row] != NO_TOKEN]
        alone = list(generate(model, [np.array(prompt)], 30, SamplingParams(seed=6 + row)))
        for step, same in zip(told, alone, strict=True):
            assert step.tokens[row] == same.tokens[0]
            np.testing.assert_allclose(step.logits[row], same.logits[0], rtol=1e-4, atol=1e-5)


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


@given(
    st.lists(st.text("ab.", max_size=4), max_size=8),
    st.lists(st.text("ab.", min_size=1, max_size=4), max_size=3),
)
@example([".", "a", "a"], ["a", ".aa"])  # `a` is whole before `.aa`, which begins earlier
@settings(deadline=None, max_examples=300)
def test_stop_strings_cut_where_the_whole_text_would(pieces: list[str], stops: list[str]) -> None:
    text = "".join(pieces)
    ends = [text.find(stop) for stop in stops if stop in text]
    expected = text[: min(ends)] if ends else text
    assert "".join(until_stop(iter(pieces), stops)) == expected


def test_new_weights_are_not_answered_by_old_ones() -> None:
    """The compiled step is kept between calls, and knows no weights."""
    shape = load_params().model.model_dump()
    models = [GPT(ModelConfig(**shape, vocab_size=40), seed) for seed in (5, 6)]

    def last_logits(model: GPT) -> list[float]:
        *_, last = generate(model, [np.array([3])], 14, SamplingParams())
        return last.logits.tolist()

    first, second = map(last_logits, models)
    assert first != second
    models[0].update(models[1].parameters())
    assert last_logits(models[0]) == second
