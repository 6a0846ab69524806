"""The model of the page is ours: run by node, it gives MLX's logits, ids and probabilities."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.browser import open_browser
from helpers.javascript import needs_node, run_in_browser, run_script
from helpers.variants import VARIANTS, model_of
from mlx.utils import tree_flatten

from lmcore.model import GPT, ForwardContext
from lmcore.report.live_model import pack_weights, packed_size

MIXTURES = {
    "mixture": {"moe": {"experts": 4, "top_k": 2}},
    "mixture of one": {"moe": {"experts": 3, "top_k": 1}, "feed_forward": "swiglu", "bias": True},
    "mixture every second": {"moe": {"experts": 4, "top_k": 3, "every": 2}, "n_kv_heads": 2},
    "mixture with a bias": {"moe": {"experts": 4, "top_k": 2, "balance": "bias"}},
}
DOCUMENTS = {
    "documents": {"document_start": 3, "smear": True},
    "documents, convolved": {"document_start": 3, "short_convolution": "qkv"},
}

SCRIPT = """
const result = inputs.models.map(({ config, table, start, size, prompt, more }) => {
  const model = new GPT(config, readWeights(table, bytes.slice(start, start + size)));
  const cache = new KVCache(model);
  const parts = [prompt.slice(0, 3), prompt.slice(3)]; // the second follows what the cache holds
  const logits = parts.flatMap((part) => [...model.forward(part, cache)]);
  const tokens = [], V = model.vocabulary;
  let last = logits.slice(-V);
  for (let i = 0; i < more; i++) {
    tokens.push(largest(last, 1)[0]);
    last = model.forward([tokens.at(-1)], cache);
  }
  const weights = attentionWeights(model, cache, 1, 1, prompt.length - 1);
  const experts = cache.experts.map((layer) => layer.slice(0, prompt.length));
  const lens = [...model.logits(cache.state(1, 5))]; // after one block, at position 5
  return { logits, tokens, experts, weights: [...weights], lens };
});
"""


def packed(models: list[GPT], prompt: list[int], more: int, kind: str) -> tuple[dict, bytes]:
    entries, blob = [], b""
    for model in models:
        table, data = pack_weights(model, kind)
        config = model.config.model_dump()
        place = {"start": len(blob), "size": len(data)}
        entries.append({"config": config, "table": table, "prompt": prompt, "more": more, **place})
        blob += data
    return {"models": entries}, blob


def greedy(model: GPT, prompt: list[int], more: int) -> list[int]:
    """Return the most likely continuation, read anew for every token."""
    ids = list(prompt)
    for _ in range(more):
        ids.append(int(mx.argmax(model(mx.array([ids]))[0, -1])))
    return ids[len(prompt) :]


def variant(name: str) -> GPT:
    changes: dict[str, Any] = dict({**VARIANTS, **MIXTURES, **DOCUMENTS}[name])
    if "moe" in changes:
        changes["moe"] = {**model_of().config.moe.model_dump(), **changes["moe"]}
    return model_of(**changes)


NAMES = [*VARIANTS, *MIXTURES, *DOCUMENTS]
PROMPT = [3, 17, 60, 5, 5, 3, 9, 33, 8, 21]  # two documents, where 3 begins one


@pytest.fixture(scope="module", params=["node", "chromium"])
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict]:
    """What the page's model makes of every variant, in one run of node or Chromium."""
    inputs, blob = packed([variant(name) for name in NAMES], PROMPT, 50, "float16")
    folder = tmp_path_factory.mktemp("live")
    if request.param == "node":
        if shutil.which("node") is None:
            pytest.skip("needs node (Debian: nodejs)")
        results = run_script(folder, SCRIPT, inputs, blob)
    else:
        with open_browser(folder / "profile") as browser:
            results = run_in_browser(browser, folder, SCRIPT, inputs, blob)
    return dict(zip(NAMES, results, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_logits_and_greedy_continuation_are_those_of_mlx(name: str, found: dict) -> None:
    model = variant(name)
    expected = np.array(model(mx.array([PROMPT]))[0])
    logits = np.array(found[name]["logits"]).reshape(expected.shape)
    assert np.abs(logits - expected).max() < 1e-2 * expected.std()
    assert found[name]["tokens"] == greedy(model, PROMPT, 50)


@pytest.mark.parametrize("name", NAMES)
def test_the_attention_shown_is_that_of_mlx(name: str, found: dict) -> None:
    context = ForwardContext(attention_weights=[])
    variant(name).hidden(mx.array([PROMPT]), context)
    weights = context.attention_weights[1][0, 1, -1]
    assert np.abs(np.array(found[name]["weights"]) - np.array(weights)).max() < 1e-2


@pytest.mark.parametrize("name", ["base", "gpt2", "post layernorm", "no norm", "softcap", "llama"])
def test_the_lens_reads_what_a_model_that_ends_there_would_say(name: str, found: dict) -> None:
    whole = variant(name)
    short = model_of(**VARIANTS[name] | {"n_layers": 1})
    kept = dict(tree_flatten(short.parameters()))
    short.load_weights([item for item in tree_flatten(whole.parameters()) if item[0] in kept])
    expected = np.array(short(mx.array([PROMPT]))[0, 5])
    assert np.abs(np.array(found[name]["lens"]) - expected).max() < 1e-2 * expected.std()


@pytest.mark.parametrize("name", MIXTURES)
def test_the_experts_shown_are_those_of_mlx(name: str, found: dict) -> None:
    context = ForwardContext()
    model = variant(name)
    model.hidden(mx.array([PROMPT]), context)
    layers = [layer for layer in found[name]["experts"] if layer]
    assert len(layers) == len(context.routings)
    for layer, routing in zip(layers, context.routings.values(), strict=True):
        assert [[expert for expert, _ in chosen] for chosen in layer] == routing.chosen.tolist()
        weights = [[weight for _, weight in chosen] for chosen in layer]
        assert np.allclose(weights, np.array(routing.weights), atol=1e-2)


@needs_node
def test_int8_weights_give_nearly_the_same(tmp_path: Path) -> None:
    """8 bits a weight: each is off by at most 1/254 of its row's largest."""
    model = variant("llama")
    inputs, blob = packed([model], PROMPT, 0, "int8")
    (result,) = run_script(tmp_path, SCRIPT, inputs, blob)
    expected = np.array(model(mx.array([PROMPT]))[0])
    error = np.array(result["logits"]).reshape(expected.shape) - expected
    assert 1e-3 * expected.std() < np.abs(error).max() < 0.15 * expected.std()
    assert len(blob) < 0.62 * len(packed([model], PROMPT, 0, "float16")[1])


@pytest.mark.parametrize("kind", ["float16", "int8"])
@pytest.mark.parametrize("name", ["modern", "mixture of one", "gpt2"])
def test_the_size_is_known_before_the_weights_are_packed(name: str, kind: str) -> None:
    model = variant(name)
    assert packed_size(model, kind) == len(pack_weights(model, kind)[1])


@needs_node
def test_float16_is_read_exactly(tmp_path: Path) -> None:
    """Every float16 but infinities and NaNs."""
    halves = np.arange(65536, dtype=np.uint16)
    halves = halves[(halves >> 10) & 31 < 31]
    table = [{"name": "x", "shape": [1, len(halves)], "type": "float16"}]
    script = "const result = [...readWeights(inputs, bytes).x.data];"
    values = run_script(tmp_path, script, table, halves.tobytes())
    assert np.array_equal(np.array(values), halves.view(np.float16).astype(np.float64))


@needs_node
def test_a_removed_part_is_one_whose_output_is_zero(tmp_path: Path) -> None:
    """As in a model whose weights after that part are zero."""
    model = variant("base")
    inputs, blob = packed([model], PROMPT, 0, "float16")
    script = """
    const { config, table, prompt } = inputs.models[0];
    const model = new GPT(config, readWeights(table, bytes));
    const without = (part) => [...model.forward(prompt, new KVCache(model), new Set([part]))];
    const result = [without("0.head.2"), without("1.feed_forward")];
    """
    removed = run_script(tmp_path, script, inputs, blob)
    attention, feed_forward = model.blocks[0].attention, model.blocks[1].feed_forward
    size = model.config.d_model // model.config.n_heads
    whole, down = attention.output.weight, feed_forward.down.weight
    columns = mx.arange(whole.shape[1]) // size
    attention.output.weight = mx.where(columns == 2, 0, whole)
    expected = [np.array(model(mx.array([PROMPT]))[0])]
    attention.output.weight, feed_forward.down.weight = whole, mx.zeros_like(down)
    expected.append(np.array(model(mx.array([PROMPT]))[0]))
    for logits, of_mlx in zip(removed, expected, strict=True):
        error = np.array(logits).reshape(of_mlx.shape) - of_mlx
        assert np.abs(error).max() < 1e-2 * of_mlx.std()
