"""The tokenizer and the sampling filters of the page are ours, by node."""

from __future__ import annotations

import random
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from helpers.javascript import needs_node, run_script

from lmcore.generation.decoding import visible_tokens
from lmcore.generation.sampling import min_p, repetition_penalty, top_k, top_p
from lmcore.report.live_model import pack_tokenizer
from lmcore.tokenizer.tokenizer import Tokenizer
from lmcore.tokenizer.unicode_classes import class_table

TEXTS = [
    "Once upon a time there was a little girl. She's 've 'S 'LL can't we'll DON'T '\u017f x",
    "Numbers 1234567 12 1,000   spaces\n\n  lines \r\n\t tabs  \n ends   ",
    "  \u00a0\u3000 caf\u00e9 na\u00efve \u4f60\u597d \U0001f600!! \ufeffmark",
    "<|endoftext|> </script>",
    "",
    " ",
    "'",
]
ENCODE = """
const tokenizer = new Tokenizer(inputs.tokenizer);
const ids = inputs.texts.map((text) => tokenizer.encode(text));
const result = { ids, texts: ids.map((each) => tokenizer.decode(each)), size: tokenizer.size };
"""


def random_texts(seed: int, count: int) -> list[str]:
    """Texts of characters of every class, among them those that patterns name."""
    rng, points = random.Random(seed), np.arange(0x110000)
    pools = [[int(p) for p in points[class_table() == kind] if not 0xD800 <= p < 0xE000]
             for kind in range(4)]  # fmt: skip
    common = [ord(c) for c in "  ''aesdrvlt1290.,!\n\r\tSLV\u017f"]
    texts = []
    for _ in range(count):
        letters = [rng.choice(common if rng.random() < 0.7 else rng.choice(pools))
                   for _ in range(rng.randrange(60))]  # fmt: skip
        texts.append("".join(map(chr, letters)))
    return texts


@needs_node
@pytest.mark.parametrize("pattern", ["gpt2", "cl100k"])
def test_ids_are_those_of_our_tokenizer(tmp_path: Path, pattern: str) -> None:
    tokenizer = Tokenizer.train(TEXTS * 2 + random_texts(5, 50), 420, pattern=pattern)
    texts = TEXTS + random_texts(6, 2000)
    inputs = {"tokenizer": pack_tokenizer(tokenizer), "texts": texts}
    found = run_script(tmp_path, ENCODE, inputs)
    assert found["size"] == tokenizer.vocab_size
    for text, ids, decoded in zip(texts, found["ids"], found["texts"], strict=True):
        assert ids == tokenizer.encode(text).tolist(), repr(text)
        assert decoded == text


@needs_node
def test_ids_that_do_not_follow_from_merges_are_kept(tmp_path: Path) -> None:
    """As in GPT-2's vocabulary, where the bytes are in another order and a special one is first."""
    merges = [(b"a", b"b"), (b"ab", b"c"), (b"a", b"bc")]
    tokens = {1 + index: bytes([byte]) for index, byte in enumerate(reversed(range(256)))}
    tokens |= {257: b"abc", 258: b"bc", 259: b"ab"}
    tokenizer = Tokenizer(merges, {"<|endoftext|>": 0}, tokens=tokens)
    texts = ["abc ab cab abcabc", "<|endoftext|>"]
    inputs = {"tokenizer": pack_tokenizer(tokenizer), "texts": texts}
    found = run_script(tmp_path, ENCODE, inputs)
    assert found["ids"] == [tokenizer.encode(text).tolist() for text in texts]


@needs_node
def test_every_filter_keeps_what_ours_keeps(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(0, 3, (40, 50)).astype(np.float32).round(2)  # with ties
    settings = [
        {"k": int(rng.integers(0, 52)), "p": float(rng.uniform(0.01, 1.01)),
         "share": float(rng.uniform(-0.1, 1)), "penalty": float(rng.uniform(0.5, 2)),
         "seen": rng.integers(0, 50, 7).tolist()} for _ in rows
    ]  # fmt: skip
    script = """
    const kept = (scores) => [...scores].map((score) => score > -Infinity);
    const result = inputs.map(({ row, k, p, share, penalty, seen }) => {
      const logits = Float32Array.from(row);
      return [kept(topK(logits, k)), kept(topP(logits, p)), kept(minP(logits, share)),
        [...penalizeRepetition(logits, seen, penalty)]];
    });
    """
    inputs = [{"row": row.tolist(), **each} for row, each in zip(rows, settings, strict=True)]
    for row, each, found in zip(rows, settings, run_script(tmp_path, script, inputs), strict=True):
        logits = mx.array(row[None])
        ours = top_k(logits, each["k"]), top_p(logits, each["p"]), min_p(logits, each["share"])
        for mine, expected in zip(found, ours, strict=False):
            assert mine == (np.array(expected[0]) > -np.inf).tolist()
        text = mx.array([each["seen"]])
        penalised = np.array(repetition_penalty(logits, text, each["penalty"])[0])
        assert np.allclose(found[3], penalised, rtol=1e-6)


@needs_node
def test_the_distribution_applies_all_filters_in_the_order_of_the_library(tmp_path: Path) -> None:
    logits = np.random.default_rng(4).normal(0, 2, 60).astype(np.float32)
    drawing = {"repetition_penalty": 1.3, "temperature": 0.7, "top_k": 20, "top_p": 0.9,
               "min_p": 0.05}  # fmt: skip
    script = """
    const logits = Float32Array.from(inputs.logits);
    const at = (settings) => [...distribution(logits, inputs.seen, settings)];
    const result = [at(inputs.drawing), at({ ...inputs.drawing, temperature: 0 })];
    """
    inputs = {"logits": logits.tolist(), "drawing": drawing, "seen": [1, 2, 3]}
    found, greedy = run_script(tmp_path, script, inputs)
    scores = repetition_penalty(mx.array(logits[None]), mx.array([[1, 2, 3]]), 1.3)
    kept = min_p(top_p(top_k(scores / 0.7, 20), 0.9), 0.05)
    assert np.allclose(found, np.array(mx.softmax(kept, axis=-1))[0], atol=1e-6)
    assert 1 < np.count_nonzero(found) < 20
    assert greedy.index(1) == int(mx.argmax(scores[0])) and sum(greedy) == 1


@needs_node
def test_tokens_are_drawn_as_often_as_they_are_likely(tmp_path: Path) -> None:
    script = """
    const counts = [0, 0, 0, 0], again = [];
    for (let place = 0; place < 20000; place++) {
      counts[sample([0.1, 0, 0.6, 0.3], uniformAt(7, place))]++;
    }
    const edge = sample([0, 1, 0], 0.99999999999);
    const result = { counts, edge, same: uniformAt(3, 4) === uniformAt(3, 4) };
    """
    found = run_script(tmp_path, script, None)
    shares = np.array(found["counts"]) / 20000
    assert np.abs(shares - [0.1, 0, 0.6, 0.3]).max() < 0.015 and shares[1] == 0
    assert found["same"] and found["edge"] == 1


@needs_node
@pytest.mark.parametrize("context", [2, 7, 64])
def test_a_full_context_is_dropped_as_decoding_drops_it(tmp_path: Path, context: int) -> None:
    script = f"const result = inputs.map((length) => visibleTokens(length, {context}));"
    lengths = list(range(1, 200))
    expected = [visible_tokens(length, context) for length in lengths]
    assert run_script(tmp_path, script, lengths) == expected
