"""Sampling speed: lmcore, mlx_lm, transformers and llama.cpp, the same weights and cores.

    python -m benchmarks.sampling [--rounds 5]

Greedy generation of a Llama-shaped model with random weights, one text and 16
at a time; the others read what lmcore/export wrote. Each contestant is a process
of its own (they set up MLX and its BLAS differently); rounds go round the
contestants, so that a busy machine disturbs all alike, and every contestant must
write the same tokens. mlx_lm runs twice: as installed, and with the process set
up as lmcore does it (lmcore/backend/setup.py), which tells our sampler apart from the
faster BLAS under it.

A contestant whose packages are not installed is left out with a message.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.machine import describe, load_average, openblas_kernels
from lmcore.common.end_of_text import END_OF_TEXT

RESULTS = Path(__file__).parent / "results" / "sampling.md"
SHAPE = dict(vocab_size=4096, d_model=256, n_layers=4, n_heads=8, d_ff=1024, context_length=256)
TOKENS, BATCHES = 128, (1, 16)
PROMPT = [11, 205, 7, 1033, 54, 9, 310, 2]

# Writes TOKENS tokens after each of a number of prompts, (B, TOKENS).
Generate = Callable[[int], np.ndarray]


def random_model() -> Any:
    """Weights as large as a trained model's, so that texts vary; the same in every process."""
    import mlx.core as mx
    from mlx.utils import tree_map

    from lmcore.common.params import load_params
    from lmcore.model import GPT, ModelConfig
    from lmcore.model.config import WITHOUT_VARIANTS

    shape = load_params().model.model_dump() | SHAPE
    shape |= dict(n_kv_heads=SHAPE["n_heads"], feed_forward="swiglu", norm="rmsnorm")
    shape |= dict(positions="rope", rope_theta=10000.0, norm_placement="pre", residual=True)
    shape |= dict(qk_norm=False, tied_embeddings=True, bias=False)
    shape |= WITHOUT_VARIANTS
    model, random = GPT(ModelConfig(**shape)), np.random.default_rng(0)

    def drawn(array: mx.array) -> mx.array:
        if array.ndim == 1:
            return array
        return mx.array(random.normal(0, array.shape[-1] ** -0.5, array.shape), mx.float32)

    model.update(tree_map(drawn, model.parameters()))
    mx.eval(model.parameters())
    return model


def export(folder: Path) -> None:
    """The model in Hugging Face's layout; run apart, since it sets its process up as ours."""
    from lmcore import backend

    backend.setup()
    from lmcore.export.gguf import write_gguf
    from lmcore.export.huggingface import write_model
    from lmcore.tokenizer import Tokenizer

    model = random_model()
    write_model(folder, model, end_of_text=0)
    if _is_installed("gguf"):  # llama.cpp wants a tokenizer in the file: any with as many tokens
        tokens = {index: bytes([index]) for index in range(256)}
        names = [f"<{index}>" for index in range(len(tokens) + 1, SHAPE["vocab_size"])]
        tokenizer = Tokenizer([], [END_OF_TEXT, *names], tokens=tokens)
        tokenizer.save(folder)
        write_gguf(folder, model, tokenizer)


def lmcore(folder: Path) -> Generate:
    """Ours."""
    from lmcore import backend

    backend.setup()
    from lmcore.generation import SamplingParams, generate

    model = random_model()

    def write(count: int) -> np.ndarray:
        steps = generate(model, [np.array(PROMPT)] * count, TOKENS, SamplingParams(temperature=0))
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
    model.generation_config.eos_token_id = None  # all write on, whatever they drew
    lengths = dict(max_new_tokens=TOKENS, min_new_tokens=TOKENS)

    def write(count: int) -> np.ndarray:
        prompts = torch.tensor([PROMPT] * count)
        mask = torch.ones_like(prompts)
        output = model.generate(prompts, attention_mask=mask, do_sample=False, **lengths)
        return output[:, len(PROMPT) :].numpy()

    return write


def llama_cpp(folder: Path) -> Generate:
    """llama.cpp on the GGUF file, with float32 keys and values, a sequence for each text."""
    import llama_cpp as lib

    cores = os.cpu_count() or 1
    silent = lib.llama_log_callback(lambda level, text, data: None)
    lib.llama_log_set(silent, None)
    model = lib.llama_model_load_from_file(
        str(folder / "model.gguf").encode(), lib.llama_model_default_params()
    )
    settings = lib.llama_context_default_params()
    settings.n_ctx, settings.n_seq_max = SHAPE["context_length"] * max(BATCHES), max(BATCHES)
    settings.type_k = settings.type_v = 0  # float32
    settings.n_threads = settings.n_threads_batch = cores
    context = lib.llama_init_from_model(model, settings)
    batch = lib.llama_batch_init(len(PROMPT) * max(BATCHES), 0, 1)

    def decode(tokens: np.ndarray, position: int) -> np.ndarray:
        """Read `tokens` (B, T) from `position` on and return the likeliest next ones, (B,)."""
        batch.n_tokens = tokens.size
        for place, token in enumerate(tokens.reshape(-1).tolist()):
            row, column = divmod(place, tokens.shape[1])
            batch.token[place], batch.pos[place] = token, position + column
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, row
            batch.logits[place] = column == tokens.shape[1] - 1
        if lib.llama_decode(context, batch):
            raise SystemExit("llama.cpp could not read the batch")
        logits = lib.llama_get_logits(context)
        shape = (tokens.shape[0], SHAPE["vocab_size"])
        return np.ctypeslib.as_array(logits, shape=shape).argmax(axis=1)

    def write(count: int, kept: Any = silent) -> np.ndarray:  # C calls it as long as we write
        lib.llama_memory_clear(lib.llama_get_memory(context), True)
        written = [decode(np.array([PROMPT] * count), 0)]
        while len(written) < TOKENS:
            written.append(decode(written[-1][:, None], len(PROMPT) + len(written) - 1))
        return np.stack(written, axis=1)

    return write


CONTESTANTS = {
    "lmcore": lmcore,
    "mlx_lm, set up by lmcore": mlx_lm_set_up,
    "mlx_lm": mlx_lm,
    "transformers": transformers,
    "llama.cpp": llama_cpp,
}

NEEDS = {
    "mlx_lm, set up by lmcore": ["mlx_lm"],
    "mlx_lm": ["mlx_lm"],
    "transformers": ["transformers", "torch"],
    "llama.cpp": ["llama_cpp", "gguf"],
}


def present() -> list[str]:
    """The contestants whose packages are installed; says which are not."""
    names = []
    for name in CONTESTANTS:
        missing = [need for need in NEEDS.get(name, []) if not _is_installed(need)]
        if missing:
            click.echo(f"{name} is left out: {' and '.join(missing)} not installed", err=True)
        else:
            names.append(name)
    return names


def _is_installed(package: str) -> bool:
    module = package.replace("-", "_").removesuffix("_python")  # as in llama_cpp_python
    return find_spec(module) is not None


def compete(name: str, folder: Path) -> None:
    """One process's part: prints its seconds and the tokens it wrote, for each batch."""
    write, results = CONTESTANTS[name](folder), {}
    for count in BATCHES:
        write(count)
        start = time.perf_counter()
        tokens = write(count)
        results[count] = {"seconds": time.perf_counter() - start, "tokens": tokens.tolist()}
    print(json.dumps(results))


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
    packages = ("mlx-lm", "transformers", "torch", "llama_cpp_python")
    versions = describe("mlx", *filter(_is_installed, packages))
    return (
        f"## Sampling\n\nTokens per second, greedy, {TOKENS} tokens after {len(PROMPT)}; a Llama "
        f"shape of {SHAPE['n_layers']} layers of {SHAPE['d_model']}, vocabulary "
        f"{SHAPE['vocab_size']}, float32, random weights, exported by lmcore; the "
        f"median of {rounds} interleaved rounds. All wrote the same tokens. {versions} "
        f"{openblas_kernels()} {load_average()}\n\n"
        f"| | {head} |\n|---|{'---|' * 2 * len(BATCHES)}\n{rows}\n"
    )


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=5)
@click.option("--one", nargs=2, hidden=True, help="A contestant and the folder of weights.")
@click.option("--export", "into", hidden=True, help="The folder to write the weights to.")
def main(rounds: int, one: tuple[str, str] | None, into: str | None) -> None:
    """Measures all contestants and writes benchmarks/results/sampling.md."""
    if into:
        export(Path(into))
        return
    if one:
        compete(one[0], Path(one[1]))
        return
    names = present()
    if names == ["lmcore"]:
        click.echo("Sampling: nothing is installed to compare with.", err=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.sampling", "--export", folder]
        subprocess.run(command, check=True)
        text = section(measure(names, rounds, Path(folder)), rounds)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
