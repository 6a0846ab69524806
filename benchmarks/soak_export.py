"""llama.cpp on exported models, beside ours: the same logits and the same tokens.

    python -m benchmarks.soak_export [--cases 20]

Random models of every architecture that llama.cpp knows, random sizes and
texts. Where `llama-cpp-python` could not be installed it says so and ends.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np

from lmcore import backend
from lmcore.params import load_params
from lmcore.progress import progress

# What differs from Llama, for each architecture.
SHAPES: dict[str, dict[str, Any]] = {
    "gpt2": {"positions": "learned", "norm": "layernorm", "feed_forward": "gelu", "bias": True},
    "gpt2 without biases": {"positions": "learned", "norm": "layernorm", "feed_forward": "gelu"},
    "llama": {},
    "llama with biases": {"bias": True},
    "arcee": {"feed_forward": "relu2"},
    "starcoder2": {"norm": "layernorm", "feed_forward": "gelu"},
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
    """Compare the logits and the tokens of llama.cpp with ours."""
    try:
        import gguf  # noqa: F401
        import llama_cpp  # noqa: F401
    except ImportError as error:
        print(f"Skipped: {error}.")
        return
    backend.setup()
    draw, worst = random.Random(seed), dict.fromkeys(TOLERANCES, 0.0)
    with progress(cases * len(SHAPES), "soak", "model") as bar:
        for case in range(cases):
            for name, changes in SHAPES.items():
                kind = changes.get("feed_forward", LLAMA["feed_forward"])
                difference = compare(changes, draw)
                worst[kind] = max(worst[kind], difference)
                if difference > TOLERANCES[kind]:
                    sys.exit(f"{name}, case {case}: logits differ by {difference:.2g}")
                bar.update(1)
    found = ", ".join(f"{difference:.1e} with {kind}" for kind, difference in worst.items())
    print(f"{cases * len(SHAPES)} models. Tokens do not differ; logits do by at most {found}.")


def compare(changes: dict[str, Any], draw: random.Random) -> float:
    """One random model: the largest difference of a logit, in units of their spread."""
    from llama_cpp import Llama

    from lmcore.export.folder import export
    from lmcore.export.gguf_file import GGUF
    from lmcore.export.run import UNKNOWN
    from lmcore.tokenizer import Tokenizer

    tokenizer = Tokenizer.train(TEXT * 3, draw.randint(258, 300))
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
    grouped = changes.get("positions") != "learned"
    sizes = {
        "context_length": 256,
        "d_model": 16 * heads,
        "n_layers": draw.randint(1, 3),
        "n_heads": heads,
        "n_kv_heads": draw.choice([1, heads]) if grouped else heads,
        "d_ff": draw.choice([64, 96]),
        "tied_embeddings": draw.random() < 0.5,
        "rope_theta": draw.choice([500.0, 10000.0]),
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
