"""Training speed on a GPU: the 124M preset in bfloat16 beside transformers' GPT-2.

    python -m benchmarks.training_gpu [--profile gpt2-124m] [--batch 16] [--rounds 5]

Both take whole optimizer steps (forward, backward, clipping, AdamW with float32
weights) of the same model, batch and weights, in turns (benchmarks/contest.py);
PyTorch eagerly and under torch.compile, with autocast and its fused attention.
Utilisation is model FLOPs (lmcore/planning/flops_and_memory.py: what the model's products and
attention need, nothing computed twice) against a large bfloat16 product measured
on the same GPU. Needs MLX and PyTorch with the same GPU: `make bench-gpu BACKEND=cuda`.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.contest import Contestant, Step, agree, serve, speed_table, take_turns
from benchmarks.machine import describe
from lmcore import backend
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params, load_params
from lmcore.planning.profiles import PROFILES

RESULTS = Path(__file__).parent / "results" / "training_gpu.md"
STEPS, WARM_UP = 10, 5
NAMES = ("lmcore", "PyTorch eager", "PyTorch torch.compile")


def settings(profile: str, batch: int) -> Params:
    """The profile with AdamW, without dropout, one micro-batch a step."""
    params = load_params(PROFILES / f"{profile}.yaml")
    train = {
        "batch_size": batch,
        "gradient_accumulation": 1,
        "optimizer": "adamw",
        "ema_decay": 0.0,
    }
    model = {"dropout": 0.0}
    return params.model_copy(
        update={
            "train": params.train.model_copy(update=train),
            "model": params.model.model_copy(update=model),
        }
    )


def batch_of(params: Params, vocab_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Random tokens and targets, (B, T) int32 each."""
    shape = (params.train.batch_size, params.model.context_length + 1)
    tokens = np.random.default_rng(0).integers(0, vocab_size, shape, np.int32)
    return np.ascontiguousarray(tokens[:, :-1]), np.ascontiguousarray(tokens[:, 1:])


def model_of(params: Params) -> Any:
    from lmcore.model import GPT, ModelConfig

    return GPT(
        ModelConfig(**params.model.model_dump(), vocab_size=params.tokenizer.vocab_size), seed=1
    )


def lmcore_step(params: Params, folder: Path) -> tuple[Step, Callable[[], int]]:
    """lmcore as its trainer uses it."""
    backend.setup()
    import mlx.core as mx

    from lmcore.training.train_step import TrainStep

    train_step = TrainStep(model_of(params), params.train)
    inputs, targets = map(mx.array, batch_of(params, params.tokenizer.vocab_size))
    numbers = itertools.count()

    def step() -> float:
        micro_batch = (inputs, targets, mx.random.key(0))
        return train_step([micro_batch], params.train.learning_rate, next(numbers)).loss

    return step, mx.get_peak_memory


def torch_step(params: Params, folder: Path, compiled: bool) -> tuple[Step, Callable[[], int]]:
    """transformers' GPT-2 with lmcore's weights, as `folder` holds them."""
    import torch
    from transformers import AutoModelForCausalLM

    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = getattr(torch, params.train.precision)
    torch.set_float32_matmul_precision("high")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).to(device).train()
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    t = params.train
    optimizer = torch.optim.AdamW(
        [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}],
        lr=t.learning_rate, betas=(t.beta1, t.beta2), eps=t.epsilon,
        weight_decay=t.weight_decay, fused=True,
    )  # fmt: skip
    batch = batch_of(params, params.tokenizer.vocab_size)
    inputs, targets = (torch.from_numpy(array).long().to(device) for array in batch)

    def loss_of(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        logits = model(inputs, use_cache=False).logits
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())

    call = torch.compile(loss_of) if compiled else loss_of

    def step() -> float:
        with torch.autocast(device, kind, enabled=kind is not torch.float32):
            loss = call(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), t.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    return step, torch.cuda.max_memory_allocated if device == "cuda" else lambda: 0


def contestant_step(name: str, params: Params, folder: Path) -> tuple[Step, Callable[[], int]]:
    if name == "lmcore":
        return lmcore_step(params, folder)
    return torch_step(params, folder, compiled=name == "PyTorch torch.compile")


def product_flops(precision: str, size: int) -> float:
    """Multiplications and additions a second of a product of two (size, size) matrices."""
    import mlx.core as mx

    a, b = (mx.random.normal((size, size)).astype(getattr(mx, precision)) for _ in range(2))
    mx.eval(a @ b)
    seconds = []
    for _ in range(10):
        started = time.perf_counter()
        mx.eval(a @ b)
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds)


def section(profile: str, params: Params, contestants: list[Contestant], product: float) -> str:
    """The results in Markdown."""
    from lmcore.planning.flops_and_memory import cost_of

    tokens = params.train.batch_size * params.model.context_length
    flops = cost_of(model_of(params).config, params.train).flops_per_token
    shares = (
        f"{c.name} {flops * tokens / statistics.median(c.seconds) / product:.0%}"
        for c in contestants
    )
    return "\n".join(
        [
            f"## Training on a GPU: {profile} in {params.train.precision}", "",
            describe("mlx", "torch", "transformers"), "",
            f"Batches of {params.train.batch_size} x {params.model.context_length} tokens.", "",
            *speed_table(contestants, tokens),
            f"Model FLOPs, of the {product / 1e12:.0f} TFLOP/s that a large product reaches here: "
            f"{', '.join(shares)}.", "",
        ]
    )  # fmt: skip


@click.command()
@click.option("--profile", default="gpt2-124m", help="A file of profiles/.")
@click.option("--batch", default=16, help="Sequences a step.")
@click.option("--rounds", default=5, help="Rounds round the contestants.")
@click.option("--without-gpu", is_flag=True, help="Only to see that it runs: nothing is written.")
@click.option("--one", nargs=2, hidden=True, help="A contestant and the folder of weights.")
def main(
    profile: str, batch: int, rounds: int, without_gpu: bool, one: tuple[str, str] | None
) -> None:
    """Measure and write benchmarks/results/training_gpu.md."""
    params = settings(profile, batch)
    if one:
        serve(*contestant_step(one[0], params, Path(one[1])))
        return
    if backend.setup().device != "gpu" and not without_gpu:
        raise LmcoreError("MLX finds no GPU here; `make bench-gpu BACKEND=cuda` needs one.")
    from lmcore.export.huggingface import write_model

    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), model_of(params), end_of_text=0)
        command = [sys.executable, "-m", "benchmarks.training_gpu", "--profile", profile]
        command += ["--batch", str(batch), "--one"]
        contestants = [Contestant(name, [*command, name, folder], STEPS, WARM_UP) for name in NAMES]
        agree(contestants, 0.02, steps=1)  # bfloat16 has three digits, and steps add up
        take_turns(contestants, rounds)
    product = product_flops(params.train.precision, 512 if without_gpu else 8192)
    text = section(profile, params, contestants, product)
    if not without_gpu:
        RESULTS.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
