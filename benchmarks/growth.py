"""How time and memory grow: `python -m benchmarks.growth`.

Three points each, and the exponent k of `cost = a size^k` fitted to them: tokens that are
trained on, parameters, context length, and workers on this machine. Each point is a
process of its own (`--point`). Time is processor time of all threads where one process
works, so that other processes disturb it less, and wall time for workers.

Then data parallelism over several hosts, computed from the measured step: workers send
their gradients round a ring, so each sends and receives 2 (n-1)/n times the bytes of the
gradients a step. A step takes the time of a worker's share of the batch and that of the
link. Writes benchmarks/results/growth.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.machine import describe, load_average
from benchmarks.training import peak_bytes, random_batch

RESULTS = Path(__file__).parent / "results" / "growth.md"
VOCAB_SIZE, HEAD_DIM, WARM_UP = 2048, 32, 2


@dataclass(frozen=True)
class Point:
    """One process: a model and the steps that it takes."""

    d_model: int = 128
    context_length: int = 256
    tokens: int = 2048  # of a step, by all workers
    steps: int = 8
    workers: int = 1


BASE = Point()
# What grows, its values, and the points; of the context the tokens of a step stay the same.
AXES: dict[str, tuple[list[int], list[Point]]] = {
    "tokens trained on": ([8, 16, 32], [replace(BASE, steps=steps) for steps in (8, 16, 32)]),
    "d_model (4 layers)": ([128, 256, 512], [replace(BASE, d_model=d) for d in (128, 256, 512)]),
    "context length": (
        [256, 1024, 4096],
        [replace(BASE, context_length=t, tokens=4096) for t in (256, 1024, 4096)],
    ),
    "workers": ([1, 2, 4], [replace(BASE, tokens=4096, workers=n) for n in (1, 2, 4)]),
}
LINKS = {"1 Gbit/s": 125e6, "10 Gbit/s": 1.25e9, "100 Gbit/s": 1.25e10}  # bytes a second
LATENCY = 50e-6  # seconds a message takes beside its bytes: assumed
HOSTS = (1, 2, 4, 8, 16)  # at most one for each of the 16 sequences of a step


def run_point(point: Point) -> None:
    """One process's part: takes the steps and prints seconds, memory and parameters."""
    from lmcore import backend

    backend.setup()
    import mlx.core as mx

    from lmcore.common.params import load_params
    from lmcore.model import GPT, ModelConfig
    from lmcore.training.distributed import is_worker, join, launch
    from lmcore.training.train_step import TrainStep

    if point.workers > 1 and not is_worker():
        launch(point.workers, [sys.executable, *sys.orig_argv[1:]])
        return
    workers = join(point.workers)
    sizes = {"d_model": point.d_model, "context_length": point.context_length, "n_layers": 4}
    sizes |= dict.fromkeys(("n_heads", "n_kv_heads"), point.d_model // HEAD_DIM)
    model = GPT(ModelConfig.small(vocab_size=VOCAB_SIZE, d_ff=3 * point.d_model, **sizes), seed=1)
    train_step = TrainStep(model, load_params().train, workers)
    rows = point.tokens // point.context_length
    batch = map(workers.local_rows, random_batch(VOCAB_SIZE, rows, point.context_length))
    inputs, targets = map(mx.array, batch)

    def take(first: int, count: int) -> None:
        for number in range(first, first + count):
            train_step([(inputs, targets, mx.random.key(0))], 1e-3, number)

    take(0, WARM_UP)
    cpu, wall = time.process_time(), time.perf_counter()
    take(WARM_UP, point.steps)
    figures = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": peak_bytes(),
        "parameters": sum(array.size for array in train_step.state["parameters"].values()),
    }
    if workers.is_rank_0:
        print(json.dumps(figures), flush=True)


def measure(point: Point, rounds: int) -> dict[str, float]:
    """Return the medians of a point's processes."""
    command = [sys.executable, "-m", "benchmarks.growth", "--point", json.dumps(asdict(point))]
    outputs = [
        subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout for _ in range(rounds)
    ]
    measurements = [json.loads(output.splitlines()[-1]) for output in outputs]
    return {key: float(np.median([one[key] for one in measurements])) for key in measurements[0]}


def exponent(sizes: list[float], costs: list[float]) -> float:
    """Return k of `cost = a size^k`, by least squares of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def axis_rows(name: str, measurements: list[dict[str, float]]) -> list[str]:
    """The lines of one axis: each point, and the exponents."""
    values, points = AXES[name]
    time_of = "wall" if name == "workers" else "cpu"
    sizes: list[float] = [float(value) for value in values]
    if name.startswith("d_model"):
        sizes = [one["parameters"] for one in measurements]
    if name.startswith("tokens"):
        sizes = [float(point.tokens * point.steps) for point in points]
    seconds = [one[time_of] for one in measurements]
    peaks = [one["peak"] for one in measurements]
    columns = {
        "tokens trained on": [f"{size:,.0f}" for size in sizes],
        "d_model (4 layers)": [
            f"{v}: {size:,.0f} parameters" for v, size in zip(values, sizes, strict=True)
        ],
    }.get(name, [str(value) for value in values])
    lines = [
        f"| {name} | {label} | {second:.2f} | {peak / 2**20:,.0f} | |"
        for label, second, peak in zip(columns, seconds, peaks, strict=True)
    ]
    time_exponent, memory_exponent = exponent(sizes, seconds), exponent(sizes, peaks)
    return [*lines, f"| | | | | time {time_exponent:+.2f}, memory {memory_exponent:+.2f} |"]


def hosts_table(step: dict[str, float], steps: int) -> list[str]:
    """Data parallelism over hosts, computed: the time of a step and what it gains."""
    seconds, gradients = step["wall"] / steps, 4 * step["parameters"]
    lines = [f"| hosts | bytes a host sends a step | {' | '.join(LINKS)} |"]
    lines.append("|---|---|" + "---|" * len(LINKS))
    best = dict.fromkeys(LINKS, (1, 1.0))
    for hosts in HOSTS:
        sent = 2 * (hosts - 1) / hosts * gradients
        cells = []
        for link, speed in LINKS.items():
            step_time = seconds / hosts + sent / speed + 2 * (hosts - 1) * LATENCY
            gain = seconds / step_time
            best[link] = max(best[link], (hosts, gain), key=lambda pair: pair[1])
            cells.append(f"{1e3 * step_time:.1f} ms, {gain:.2f}x")
        lines.append(f"| {hosts} | {sent:,.0f} | {' | '.join(cells)} |")
    ends = ", ".join(f"{link}: {hosts} hosts, {gain:.1f}x" for link, (hosts, gain) in best.items())
    return [
        *lines,
        "",
        f"The fastest of these, beyond which more hosts do not pay: {ends}.",
    ]


def section(measurements: dict[str, list[dict[str, float]]], rounds: int) -> str:
    """The results as Markdown."""
    rows = [row for name in AXES for row in axis_rows(name, measurements[name])]
    alone = measurements["workers"][0]
    two = alone["wall"] / measurements["workers"][1]["wall"]
    return "\n".join(
        [
            "## Growth", "",
            f"{describe('mlx', 'numpy')} Medians of {rounds} processes a point. {load_average()}",
            "",
            f"The model of 4 layers of {BASE.d_model} with a vocabulary of {VOCAB_SIZE}, as it is "
            f"trained by params.yaml; {BASE.steps} steps of {BASE.tokens} tokens, 4,096 where "
            "context or workers grow. Seconds are of the processor, of all threads together; for "
            "workers, which are processes with two streams each, of the wall. Memory is the peak "
            "of one process. The exponent k is that of `cost = a size^k`.", "",
            "| what grows | | seconds | peak MiB | exponent |", "|---|---|---|---|---|", *rows, "",
            f"Two workers take {two:.2f} times as many steps a second as one on this machine: one "
            "process uses two cores already, by a stream on each.", "",
            "### Data parallel over hosts, computed", "",
            f"From the measured step of {1e3 * alone['wall'] / BASE.steps:.0f} ms and "
            f"{alone['parameters']:,.0f} parameters, float32 gradients and a ring all-reduce, not "
            f"overlapped with computing; {1e6 * LATENCY:.0f} microseconds a message are assumed. "
            "The batch of 4,096 tokens is divided among the hosts.", "",
            *hosts_table(alone, BASE.steps), "",
        ]
    )  # fmt: skip


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--point", hidden=True)
def main(rounds: int, point: str | None) -> None:
    """Measure and write benchmarks/results/growth.md."""
    if point:
        run_point(Point(**json.loads(point)))
        return
    measurements: dict[str, list[dict[str, Any]]] = {}
    for name, (_, points) in AXES.items():
        click.echo(name, err=True)
        measurements[name] = [measure(point, rounds) for point in points]
    text = section(measurements, rounds)
    RESULTS.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
