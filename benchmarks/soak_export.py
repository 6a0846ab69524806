"""llama.cpp on exported models, beside ours: the same logits and the same tokens.

    python -m benchmarks.soak_export [--cases 20]

Random models of every architecture that llama.cpp knows, random sizes and
texts. What was found is written to benchmarks/results/soak.md; without
`llama-cpp-python` nothing is compared, which is a failure.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.__main__ import HERE, gather
from benchmarks.machine import describe
from lmcore import backend
from lmcore.common.params import load_params
from lmcore.common.progress import progress

GPT2 = {"norm": "layernorm", "feed_forward": "gelu"}
# What differs from Llama, for each architecture.
SHAPES: dict[str, dict[str, Any]] = {
    "gpt2": {**GPT2, "positions": "learned", "bias": True},
    "gpt2 without biases": {**GPT2, "positions": "learned"},
    "gpt2, sinusoidal": {**GPT2, "positions": "sinusoidal"},
    "gpt2 without positions": {**GPT2, "positions": "none"},
    "llama": {},
    "llama with biases": {"bias": True},
    "arcee": {"feed_forward": "relu2"},
    "starcoder2": GPT2,
    "stablelm": {"norm": "layernorm", "tied_embeddings": False},
    "qwen3": {"qk_norm": True},
    "mixtral": {"moe": {"experts": 4}},
    "qwen3_moe": {"qk_norm": True, "moe": {"experts": 4}},
}
LLAMA = {"positions": "rope", "norm": "rmsnorm", "feed_forward": "swiglu"}
# llama.cpp looks GELU up in a table of half-precision numbers.
TOLERANCES = {"gelu": 1e-2, "relu2": 1e-4, "swiglu": 1e-4}
TEXT = [
    "once",
    " upon",
    " a",
    " time",
    "Lily's",
    "  12",
    "\n\n",
    " é",
    " 日本",
    "!?",
    " I'll",
    " don't",
]


@click.command()
@click.option("--cases", default=20, show_default=True, help="Models of each architecture.")
@click.option("--seed", default=0, show_default=True)
def main(cases: int, seed: int) -> None:
    """Compare the logits and the tokens of llama.cpp with ours, and write what was found."""
    try:
        import gguf  # noqa: F401
        import llama_cpp  # noqa: F401
    except ImportError as error:
        sys.exit(f"Nothing was compared with llama.cpp: {error}.")
    backend.setup()
    draw, worst = random.Random(seed), dict.fromkeys(SHAPES, 0.0)
    with progress(cases * len(SHAPES), "soak", "model") as bar:
        for case in range(cases):
            for name, changes in SHAPES.items():
                difference = compare(changes, draw)
                worst[name] = max(worst[name], difference)
                if difference > tolerance(name):
                    sys.exit(f"{name}, case {case}: logits differ by {difference:.2g}")
                bar.update(1)
    (HERE / "results" / "soak.md").write_text(section(worst, cases, seed), "utf-8")
    gather()
    print(f"{cases * len(SHAPES)} models: no token differs, no logit by more than allowed.")


def tolerance(name: str) -> float:
    return TOLERANCES[SHAPES[name].get("feed_forward", LLAMA["feed_forward"])]


def section(worst: dict[str, float], cases: int, seed: int) -> str:
    """What was found, as a section of RESULTS.md."""
    rows = [f"| {name} | {error:.1e} | {tolerance(name):.0e} |" for name, error in worst.items()]
    lines = [
        "## Exports in llama.cpp", "",
        describe("mlx", "gguf", "llama_cpp_python"), "",
        f"`make soak`, seed {seed}: {cases} random models of each architecture, exported to GGUF "
        "and read by llama.cpp. It gave the tokens of every text as ours; the largest difference "
        "of a logit, in standard deviations of the logits:", "",
        "| | largest difference | allowed |", "|---|---|---|", *rows, "",
    ]  # fmt: skip
    return "\n".join(lines)


def compare(changes: dict[str, Any], draw: random.Random) -> float:
    """One random model: the largest difference of a logit, in units of their spread."""
    from llama_cpp import Llama

    from lmcore.common.end_of_text import END_OF_TEXT
    from lmcore.export.folder import export
    from lmcore.export.gguf import GGUF
    from lmcore.export.provenance import UNKNOWN
    from lmcore.tokenizer.tokenizer import Tokenizer

    tokenizer = Tokenizer.train(TEXT * 3, draw.randint(258, 300))
    if draw.random() < 0.5:  # <|endoftext|> is token 0, as Hugging Face's trainer has it
        tokens = {1 + i: tokenizer.token_bytes(i) for i in range(tokenizer.end_of_text)}
        tokenizer = Tokenizer(tokenizer.merges, {END_OF_TEXT: 0}, tokens=tokens)
    model, text = (
        random_model(changes, tokenizer.vocab_size, draw),
        "".join(draw.choices(TEXT, k=9)),
    )
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "export"
        export(into, model, tokenizer, load_params().sample, UNKNOWN, gguf=True)
        float32 = {"type_k": 0, "type_v": 0, "flash_attn": False}  # keys and values
        theirs = Llama(str(into / GGUF), n_ctx=0, logits_all=True, verbose=False, **float32)
        ids = theirs.tokenize(text.encode(), add_bos=True)
        expected = [tokenizer.end_of_text, *tokenizer.encode(text).tolist()]
        if ids != expected:
            sys.exit(f"the tokens of {text!r} differ: {ids} and {expected}")
        theirs.eval(ids)
        found = np.array(theirs.scores[: len(ids)])
        theirs.close()
    import mlx.core as mx

    ours = np.array(model(mx.array([ids])))[0]
    return float(np.abs(found - ours).max() / ours.std())


def random_model(changes: dict[str, Any], vocab_size: int, draw: random.Random) -> Any:
    """A model of random size, its weights far from where training starts."""
    import mlx.core as mx
    from mlx.utils import tree_map

    from lmcore.model import GPT, ModelConfig

    shape = load_params().model.model_dump()
    heads = draw.choice([2, 4])
    grouped = "positions" not in changes
    sizes = {
        "context_length": 256,
        "d_model": 16 * heads,
        "n_layers": draw.randint(1, 3),
        "n_heads": heads,
        "n_kv_heads": draw.choice([1, heads]) if grouped else heads,
        "d_ff": draw.choice([64, 96]),
        "tied_embeddings": draw.random() < 0.5,
        "rope_theta": draw.choice([500.0, 10000.0]),
        "norm_epsilon": draw.choice([1e-6, 1e-2]),
        "qk_norm": False,
        "bias": False,
    }
    moe = {**shape["moe"], "every": 1, "balance": "loss", **changes.get("moe", {"experts": 0})}
    values = {**shape, **sizes, **LLAMA, **changes, "moe": moe}
    values |= {"norm_placement": "pre", "residual": True}
    model = GPT(ModelConfig(**values, vocab_size=vocab_size))
    mx.random.seed(draw.randrange(2**32))
    model.update(
        tree_map(lambda array: array + 0.2 * mx.random.normal(array.shape), model.parameters())
    )
    return model


if __name__ == "__main__":
    main()
