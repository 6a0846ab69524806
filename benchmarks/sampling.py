"""Sampling speed: lmcore against mlx_lm and transformers, the same weights on the same cores.

    python -m benchmarks.sampling [--rounds 5]

Greedy generation of a Llama-shaped model with random weights, one text and 16
at a time. Each contestant is a process of its own (they set up MLX and its BLAS
differently); rounds go round the contestants, so that a busy machine disturbs
all alike, and every contestant must write the same tokens. mlx_lm runs twice:
as installed, and with the process set up as lmcore does it (lmcore/backend.py),
which tells our sampler apart from the faster BLAS under it.

A contestant whose packages are not installed is left out with a message.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click
import numpy as np

from benchmarks.machine import describe

RESULTS = Path(__file__).parent / "results" / "sampling.md"
SHAPE = dict(vocab_size=4096, d_model=256, n_layers=4, n_heads=8, d_ff=1024, context_length=256)
TOKENS, BATCHES, EPSILON, THETA = 128, (1, 16), 1e-5, 10000.0
PROMPT = [11, 205, 7, 1033, 54, 9, 310, 2]

# Writes TOKENS tokens after each of a number of prompts, (B, TOKENS).
Generate = Callable[[int], np.ndarray]

NAMES = {  # of a block's weights: ours, and Llama's
    "attention_norm": "input_layernorm",
    "attention.query": "self_attn.q_proj",
    "attention.key": "self_attn.k_proj",
    "attention.value": "self_attn.v_proj",
    "attention.output": "self_attn.o_proj",
    "feed_forward_norm": "post_attention_layernorm",
    "feed_forward.gate": "mlp.gate_proj",
    "feed_forward.up": "mlp.up_proj",
    "feed_forward.down": "mlp.down_proj",
}
LLAMA = dict(
    model_type="llama",
    architectures=["LlamaForCausalLM"],
    vocab_size=SHAPE["vocab_size"],
    hidden_size=SHAPE["d_model"],
    num_hidden_layers=SHAPE["n_layers"],
    num_attention_heads=SHAPE["n_heads"],
    num_key_value_heads=SHAPE["n_heads"],
    intermediate_size=SHAPE["d_ff"],
    max_position_embeddings=SHAPE["context_length"],
    rms_norm_eps=EPSILON,
    rope_theta=THETA,
    tie_word_embeddings=True,
    torch_dtype="float32",
    bos_token_id=None,
    eos_token_id=None,
)


def write_weights(folder: Path) -> None:
    """Random weights under Llama's names: as large as a trained model's, so that texts vary."""
    from safetensors.numpy import save_file

    random = np.random.default_rng(0)
    d, ff = SHAPE["d_model"], SHAPE["d_ff"]

    def matrix(rows: int, columns: int) -> np.ndarray:
        return random.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)

    ones = np.ones(d, np.float32)
    weights = {"model.embed_tokens.weight": matrix(SHAPE["vocab_size"], d)}
    weights["model.norm.weight"] = ones
    for layer in range(SHAPE["n_layers"]):
        for name in NAMES.values():
            shape = {"gate_proj": (ff, d), "up_proj": (ff, d), "down_proj": (d, ff)}
            array = ones if "norm" in name else matrix(*shape.get(name.split(".")[-1], (d, d)))
            weights[f"model.layers.{layer}.{name}.weight"] = array
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(LLAMA))


def lmcore(folder: Path) -> Generate:
    """Ours."""
    from lmcore import backend

    backend.setup()
    import mlx.core as mx

    from lmcore.model import GPT, ModelConfig
    from lmcore.params import load_params
    from lmcore.sampling import Drawing, generate

    shape = load_params().model.model_dump() | SHAPE
    shape |= dict(n_kv_heads=SHAPE["n_heads"], feed_forward="swiglu", norm="rmsnorm")
    shape |= dict(positions="rope", rope_theta=THETA, norm_placement="pre", residual=True)
    shape |= dict(qk_norm=False, tied_embeddings=True, bias=False)
    shape |= dict(value_embeddings=0, residual_scalars=False)
    shape |= dict(zero_init_projections=False, logit_softcap=0.0)
    model = GPT(ModelConfig(**shape))
    theirs = mx.load(str(folder / "model.safetensors"))
    ours = {"embedding.weight": theirs["model.embed_tokens.weight"]}
    ours["final_norm.weight"] = theirs["model.norm.weight"]
    for layer in range(SHAPE["n_layers"]):
        for own, name in NAMES.items():
            array = theirs[f"model.layers.{layer}.{name}.weight"]
            ours[f"blocks.{layer}.{own}.weight"] = array
    model.load_weights(list(ours.items()))
    mx.eval(model.parameters())

    def write(count: int) -> np.ndarray:
        steps = generate(model, [np.array(PROMPT)] * count, TOKENS, Drawing(temperature=0))
        return np.stack([step.tokens for step in steps], axis=1)

    return write


def mlx_lm(folder: Path) -> Generate:
    """mlx_lm's own loops: `generate_step` for one text, `BatchGenerator` for several."""
    import mlx.core as mx
    from mlx_lm.generate import BatchGenerator, generate_step
    from mlx_lm.utils import load_model

    model, _ = load_model(folder)

    def write(count: int) -> np.ndarray:
        if count == 1:
            steps = generate_step(mx.array(PROMPT), model, max_tokens=TOKENS)
            return np.array([[int(token) for token, _ in steps]])
        batch = BatchGenerator(model, max_tokens=TOKENS, prefill_batch_size=count)
        rows = {row: [] for row in batch.insert([PROMPT] * count)}
        while any(len(row) < TOKENS for row in rows.values()):
            for response in batch.next_generated():
                rows[response.uid].append(int(response.token))
        return np.array(list(rows.values()))

    return write


def mlx_lm_set_up(folder: Path) -> Generate:
    """The same in a process that lmcore has set up."""
    from lmcore import backend

    backend.setup()
    return mlx_lm(folder)


def transformers(folder: Path) -> Generate:
    """transformers' `generate`, eager, PyTorch choosing its threads."""
    import torch
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    lengths = dict(max_new_tokens=TOKENS, min_new_tokens=TOKENS)

    def write(count: int) -> np.ndarray:
        prompts = torch.tensor([PROMPT] * count)
        mask = torch.ones_like(prompts)
        told = model.generate(prompts, attention_mask=mask, do_sample=False, **lengths)
        return told[:, len(PROMPT) :].numpy()

    return write


CONTESTANTS = {
    "lmcore": lmcore,
    "mlx_lm, set up by lmcore": mlx_lm_set_up,
    "mlx_lm": mlx_lm,
    "transformers": transformers,
}

NEEDS = {
    "mlx_lm, set up by lmcore": ["mlx_lm"],
    "mlx_lm": ["mlx_lm"],
    "transformers": ["transformers", "torch"],
}


def present() -> list[str]:
    """The contestants whose packages are installed; says which are not."""
    found = []
    for name in CONTESTANTS:
        missing = [need for need in NEEDS.get(name, []) if not _is_installed(need)]
        if missing:
            click.echo(f"{name} is left out: {' and '.join(missing)} not installed", err=True)
        else:
            found.append(name)
    return found


def _is_installed(package: str) -> bool:
    return find_spec(package.replace("-", "_")) is not None


def compete(name: str, folder: Path) -> None:
    """One process's part: prints its seconds and the tokens it wrote, for each batch."""
    write, found = CONTESTANTS[name](folder), {}
    for count in BATCHES:
        write(count)
        start = time.perf_counter()
        tokens = write(count)
        found[count] = {"seconds": time.perf_counter() - start, "tokens": tokens.tolist()}
    print(json.dumps(found))


def measure(names: list[str], rounds: int, folder: Path) -> dict[str, dict[int, float]]:
    """Median tokens per second of each contestant and batch."""
    rates = {name: {count: [] for count in BATCHES} for name in names}
    expected: dict[int, list[list[int]]] = {}
    for _ in range(rounds):
        for name in names:
            command = [sys.executable, "-m", "benchmarks.sampling", "--one", name, str(folder)]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            for count, found in json.loads(printed.splitlines()[-1]).items():
                if found["tokens"] != expected.setdefault(int(count), found["tokens"]):
                    raise SystemExit(f"{name} wrote other tokens, {count} at a time")
                rates[name][int(count)].append(int(count) * TOKENS / found["seconds"])
    return {
        name: {count: statistics.median(found) for count, found in by_batch.items()}
        for name, by_batch in rates.items()
    }


def section(rates: dict[str, dict[int, float]], rounds: int) -> str:
    """The results as Markdown."""
    head = " | ".join(f"{count} at a time | ours / this" for count in BATCHES)
    rows = "\n".join(
        f"| {name} | "
        + " | ".join(f"{rate[n]:,.0f} | {rates['lmcore'][n] / rate[n]:.2f}" for n in BATCHES)
        + " |"
        for name, rate in rates.items()
    )
    packages = [name for name in ("mlx-lm", "transformers", "torch") if _is_installed(name)]
    return (
        f"## Sampling\n\nTokens per second, greedy, {TOKENS} tokens after {len(PROMPT)}; a Llama "
        f"shape of {SHAPE['n_layers']} layers of {SHAPE['d_model']}, vocabulary "
        f"{SHAPE['vocab_size']}, float32, random weights; the median of {rounds} interleaved "
        f"rounds. All wrote the same tokens. {describe('mlx', *packages)}"
        f"\n\n| | {head} |\n|---|{'---|' * 2 * len(BATCHES)}\n{rows}\n"
    )


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=5)
@click.option("--one", nargs=2, hidden=True, help="A contestant and the folder of weights.")
def main(rounds: int, one: tuple[str, str] | None) -> None:
    """Measures all contestants and writes benchmarks/results/sampling.md."""
    if one:
        compete(one[0], Path(one[1]))
        return
    names = present()
    if names == ["lmcore"]:
        click.echo("Sampling: nothing is installed to compare with.", err=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_weights(Path(folder))
        text = section(measure(names, rounds, Path(folder)), rounds)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
