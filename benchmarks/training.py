"""Training speed: lmcore against stock MLX and PyTorch, the same model on the same cores.

    python -m benchmarks.training [--size 4m] [--size 50m]

Each contestant takes whole optimizer steps (forward, backward, clipping,
AdamW), in turns (benchmarks/contest.py). All start from the same weights and
see the same batch, and their losses must agree. benchmarks/training_gpu.py is
for a GPU.
"""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.contest import Contestant, Step, agree, serve, speed_table, take_turns
from benchmarks.machine import describe, load_average, openblas_kernels

RESULTS = Path(__file__).parent / "results" / "training.md"

# 50m is profiles/starter-50m.yaml.
SIZES: dict[str, dict[str, int]] = {
    "4m": dict(
        vocab_size=4096,
        d_model=256,
        n_layers=4,
        n_heads=8,
        d_ff=1024,
        context_length=256,
        tied_embeddings=True,
    ),
    "50m": dict(
        vocab_size=32000,
        d_model=512,
        n_layers=6,
        n_heads=8,
        d_ff=2048,
        context_length=512,
        tied_embeddings=False,
    ),
}
BATCH = {"4m": 8, "50m": 4}
STEPS = {"4m": 8, "50m": 2}  # a round
ROUNDS = {"4m": 5, "50m": 3}
LEARNING_RATE, MAX_NORM, DECAY = 1e-3, 1.0, 0.1


def lmcore_step(size: str, weights: Path, **changes: Any) -> Step:
    """lmcore as its trainer uses it."""
    from lmcore import backend

    backend.setup()
    import mlx.core as mx

    from lmcore.training.train_step import TrainStep

    train_step = TrainStep(lmcore_model(size, weights, **changes), benchmark_settings())
    inputs, targets = map(mx.array, _batch(size))
    numbers = itertools.count()

    def step() -> float:
        micro_batch = (inputs, targets, mx.random.key(0))
        return train_step([micro_batch], LEARNING_RATE, next(numbers)).loss

    return step


def stock_mlx_step(size: str, weights: Path) -> Step:
    """MLX as installed: its own kernels, loss and AdamW, compiled; no process set-up."""
    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers

    from lmcore.backend.dispatch import use_implementation

    with use_implementation("mlx"):  # mx.fast and mlx.nn throughout
        model = lmcore_model(size, weights)
    optimizer = mlx.optimizers.AdamW(LEARNING_RATE, [0.9, 0.95], 1e-8, DECAY, bias_correction=True)
    inputs, targets = map(mx.array, _batch(size))
    state = [model.state, optimizer.state]

    def loss_of(inputs: mx.array, targets: mx.array) -> mx.array:
        with use_implementation("mlx"):
            return nn.losses.cross_entropy(model(inputs), targets, reduction="mean")

    def train(inputs: mx.array, targets: mx.array) -> mx.array:
        loss, gradients = nn.value_and_grad(model, loss_of)(inputs, targets)
        gradients, _ = mlx.optimizers.clip_grad_norm(gradients, MAX_NORM)
        optimizer.update(model, gradients)
        return loss

    compiled = mx.compile(train, inputs=state, outputs=state)

    def step() -> float:
        loss = compiled(inputs, targets)
        mx.eval(state, loss)
        return loss.item()

    return step


def torch_step(size: str, weights: Path, compiled: bool) -> Step:
    """PyTorch with as many threads as there are cores."""
    import torch
    from safetensors.torch import load_file

    from benchmarks.training_torch import TorchGPT

    torch.set_num_threads(_cores())
    model = TorchGPT(SIZES[size], load_file(weights))
    call = torch.compile(model) if compiled else model
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(
        groups, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8, weight_decay=DECAY, fused=True
    )
    inputs, targets = (torch.from_numpy(array).long() for array in _batch(size))

    def step() -> float:
        loss = call(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return step


_MOE = dict(top_k=2, every=1, balance="loss", balance_coefficient=0.01, z_loss_coefficient=0.001)
CONTESTANTS: dict[str, Callable[[str, Path], Step]] = {
    "lmcore": lmcore_step,
    "PyTorch eager": lambda size, weights: torch_step(size, weights, compiled=False),
    "PyTorch torch.compile": lambda size, weights: torch_step(size, weights, compiled=True),
    "stock MLX": stock_mlx_step,
    # The same active parameters: two experts of d_ff, or one layer of twice d_ff.
    "lmcore, 8 experts, top 2": lambda size, weights: lmcore_step(
        size, weights, moe={"experts": 8, **_MOE}
    ),
    "lmcore, dense of those active parameters": lambda size, weights: lmcore_step(
        size, weights, d_ff=2 * SIZES[size]["d_ff"]
    ),
}
# Takes as long for a step as the others for thirty, minutes at the larger size: one a round.
SLOW = {"stock MLX"}
# The same model in each, at every size; the small size has the others as well.
SAME = ("lmcore", "PyTorch eager", "PyTorch torch.compile", "stock MLX")


def benchmark_settings() -> Any:
    """The parameters of training that all contestants have."""
    from lmcore.common.params import load_params

    settings = {"optimizer": "adamw", "weight_decay": DECAY, "max_grad_norm": MAX_NORM}
    return load_params().train.model_copy(update=settings)


def lmcore_model(size: str, weights: Path | None = None, **changes: Any) -> Any:
    """The benchmark's model; `weights` is read, or written by the first to come."""
    import mlx.core as mx
    from mlx.utils import tree_flatten

    from lmcore.model import GPT, ModelConfig
    from lmcore.model.config import WITHOUT_VARIANTS

    fixed = dict(positions="rope", rope_theta=10000.0, norm="rmsnorm", norm_placement="pre")
    fixed |= dict(residual=True, feed_forward="gelu", qk_norm=False)
    fixed |= WITHOUT_VARIANTS
    fixed |= dict(bias=False, dropout=0.0, moe={"experts": 0, **_MOE})
    sizes = {**SIZES[size], "n_kv_heads": SIZES[size]["n_heads"]}
    model = GPT(ModelConfig(**{**sizes, **fixed, **changes}), seed=1)
    if weights and not changes and weights.exists():
        model.load_weights(str(weights))
    elif weights and not changes:
        mx.save_safetensors(str(weights), dict(tree_flatten(model.parameters())))
    mx.eval(model.parameters())
    return model


def _batch(size: str) -> tuple[Any, Any]:
    return random_batch(SIZES[size]["vocab_size"], BATCH[size], SIZES[size]["context_length"])


def random_batch(vocab_size: int, rows: int, length: int) -> tuple[Any, Any]:
    """Inputs and targets (B, T) of random tokens, the same every time."""
    import numpy as np

    tokens = np.random.default_rng(0).integers(0, vocab_size, (rows, length + 1), np.int32)
    return np.ascontiguousarray(tokens[:, :-1]), np.ascontiguousarray(tokens[:, 1:])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def peak_bytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 2**10
    )


def measure(size: str) -> list[Contestant]:
    """Runs all contestants and returns them with their times."""
    with tempfile.TemporaryDirectory() as scratch:
        weights = Path(scratch) / "weights.safetensors"
        contestants = [start(name, size, weights) for name in names_of(size)]
    agree([c for c in contestants if c.name in SAME], 1e-3)
    take_turns(contestants, ROUNDS[size])
    return contestants


def names_of(size: str) -> tuple[str, ...]:
    return tuple(CONTESTANTS) if size == "4m" else SAME


def start(name: str, size: str, weights: Path) -> Contestant:
    command = [sys.executable, "-m", "benchmarks.training", "--size", size]
    command += ["--contestant", name, "--weights", str(weights)]
    steps, warm_up = (1, 1) if name in SLOW else (STEPS[size], 3)
    return Contestant(name, command, steps, warm_up)


def table(size: str, contestants: list[Contestant]) -> str:
    """The results of one size in Markdown."""
    shape = ", ".join(f"{key} {value}" for key, value in SIZES[size].items())
    lines = [
        f"### {size}: {shape}, batch {BATCH[size]}",
        "",
        f"Medians of {ROUNDS[size]} interleaved rounds; the spread is from the slowest to the "
        "fastest.",
        "",
        *speed_table(contestants, BATCH[size] * SIZES[size]["context_length"]),
    ]
    if len(contestants) > len(SAME):
        experts, dense = (statistics.median(c.seconds) for c in contestants[-2:])
        lines += [f"Eight experts, top 2, take {experts / dense:.2f} times the dense time.", ""]
    return "\n".join(lines)


@click.command()
@click.option("--size", "sizes", multiple=True, type=click.Choice(list(SIZES)), default=list(SIZES))
@click.option("--contestant", hidden=True)
@click.option("--weights", hidden=True, type=Path)
def main(sizes: tuple[str, ...], contestant: str | None, weights: Path) -> None:
    """Measure and write benchmarks/results/training.md."""
    if contestant:
        serve(CONTESTANTS[contestant](sizes[0], weights), peak_bytes)
        return
    parts = ["## Training speed", "", "", ""]
    RESULTS.parent.mkdir(exist_ok=True)
    for size in sizes:
        parts.append(table(size, measure(size)))
        parts[2] = f"{describe('mlx', 'torch', 'numpy')} {openblas_kernels()} {load_average()}"
        RESULTS.write_text("\n".join(parts), "utf-8")  # after each: the larger sizes take long
    click.echo("\n".join(parts))


if __name__ == "__main__":
    main(standalone_mode=False)
