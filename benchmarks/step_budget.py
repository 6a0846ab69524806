"""What a training step spends its time on: `python -m benchmarks.step_budget [--size 4m]`.

For each size, the benchmark's model or the quickstart's, one process takes steps while
this one watches it from outside:

* Each thread: how long it ran, and how long it waited for a core that others had
  (/proc/PID/task/*/schedstat). The remainder of the wall time it was idle: it had
  nothing to do, such as a stream whose operands another is still computing.
* Where the processor was: samples of `perf record`, by library and symbol. Without perf,
  which needs permission, this part is left out with a message.
* Wall time until the gradients are there, and of the update after them.

Writes benchmarks/results/step_budget.md.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe, load_average, openblas_kernels
from benchmarks.training import BATCH, SIZES, benchmark_settings, lmcore_model, random_batch

RESULTS = Path(__file__).parent / "results" / "step_budget.md"
QUICKSTART = "quickstart"
STEPS = {QUICKSTART: 40, "4m": 20, "50m": 4}
WARM_UP = 3
SAMPLES_PER_SECOND = 499

# The first that matches `library symbol` counts.
ACTIVITIES = {
    "matrix products": r"openblas.* .*(kernel|gemv|dot)|small_gemm",
    "packing for products": r"openblas",
    "fused elementwise kernels": r"(contiguous|strided_?\d*)\.so ",
    "reductions": r"mlx.*([Rr]educ|[Ss]oftmax|[Ll]ogsum|[Nn]orm)",
    "copies and gathers": r"mlx.*([Cc]opy|[Gg]ather|[Ss]catter|[Cc]oncat|[Ss]lice)"
    r"|libc.*(memcpy|memmove|memset)",
    "other elementwise operations": r"mlx.*(binary|unary|ternary|[Aa]range|[Ss]elect)",
    "memory of the system": r"kernel.*(page|clear|mm_|vma)|libc.*(alloc|free|chunk)",
    "the system, other": r"kernel",
    "MLX's graph": r"mlx|stdc\+\+|libc|libm|ld-linux|pthread",
    "Python": r".",
}


def serve(size: str) -> None:
    """The watched process: takes as many steps as each line of the input says."""
    from lmcore import backend

    backend.setup()
    import mlx.core as mx

    from lmcore.common.params import load_params
    from lmcore.model import GPT, ModelConfig
    from lmcore.planning.profiles import PROFILES
    from lmcore.training.train_step import TrainStep

    if size == QUICKSTART:
        params = load_params(PROFILES / "quickstart.yaml")
        vocab_size = params.tokenizer.vocab_size
        config = ModelConfig(**params.model.model_dump(), vocab_size=vocab_size)
        model, train = GPT(config, seed=1), params.train
        shape = (train.batch_size, config.context_length)
    else:
        model, train = lmcore_model(size), benchmark_settings()
        vocab_size, shape = SIZES[size]["vocab_size"], (BATCH[size], SIZES[size]["context_length"])
    train_step = TrainStep(model, train)
    inputs, targets = map(mx.array, random_batch(vocab_size, *shape))
    for line in sys.stdin:
        seconds = {"gradients": 0.0, "update": 0.0}
        for number in range(int(line)):
            start = time.perf_counter()
            _, gradients = train_step.accumulate_gradients([(inputs, targets, mx.random.key(0))])
            mx.eval(gradients)
            middle = time.perf_counter()
            train_step.update(gradients, train.learning_rate, number)
            seconds["gradients"] += middle - start
            seconds["update"] += time.perf_counter() - middle
        answer = {"seconds": seconds, "tokens": shape[0] * shape[1] * int(line)}
        print(json.dumps(answer), flush=True)


def measure(size: str) -> dict[str, Any]:
    """Return the times of one size: per part, per thread, and samples per activity."""
    command = [sys.executable, "-m", "benchmarks.step_budget", "--serve", size]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with tempfile.TemporaryDirectory() as folder:
        _take(process, WARM_UP)
        perf = _start_perf(process.pid, Path(folder) / "perf.data")
        threads, started = _thread_times(process.pid), time.monotonic()
        answer = _take(process, STEPS[size])
        wall = time.monotonic() - started
        after = _thread_times(process.pid)
        samples = _samples(perf, Path(folder) / "perf.data") if perf else Counter()
    process.stdin.close()
    process.wait()
    spent = [
        tuple(end - start for start, end in zip(threads.get(task, (0.0, 0.0)), now, strict=True))
        for task, now in after.items()
    ]  # (ran, waited) of each thread
    return {**answer, "wall": wall, "threads": sorted(spent, reverse=True), "samples": samples}


def _take(process: subprocess.Popen, steps: int) -> dict[str, Any]:
    process.stdin.write(f"{steps}\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def _thread_times(pid: int) -> dict[str, tuple[float, float]]:
    """Return the seconds that each thread has run and has waited for a core."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    times = {file.parent.name: file.read_text().split() for file in files}
    return {task: (int(ran) / 1e9, int(waited) / 1e9) for task, (ran, waited, _) in times.items()}


def _start_perf(pid: int, file: Path) -> subprocess.Popen | None:
    if shutil.which("perf") is None:
        click.echo("perf is not installed: no shares of activities", err=True)
        return None
    command = ["perf", "record", "-q", "-F", str(SAMPLES_PER_SECOND), "-p", str(pid)]
    perf = subprocess.Popen([*command, "-o", str(file)], stderr=subprocess.DEVNULL)
    time.sleep(1)
    return perf


def _samples(perf: subprocess.Popen, file: Path) -> Counter[str]:
    """End perf and return how many samples each activity has."""
    perf.send_signal(signal.SIGINT)
    perf.wait()
    report = ["perf", "script", "-i", str(file), "-F", "ip,sym,dso", "-G"]
    lines = subprocess.run(report, capture_output=True, text=True).stdout.splitlines()
    counts: Counter[str] = Counter()
    for symbol, library in re.findall(
        r"^\s*[0-9a-f]+ (.*) \((.*)\)$", "\n".join(lines), re.MULTILINE
    ):
        place = f"{Path(library).name} {symbol}"
        counts[next(name for name, rule in ACTIVITIES.items() if re.search(rule, place))] += 1
    return counts


def section(budgets: dict[str, dict[str, Any]]) -> str:
    """The results as Markdown."""
    rows: list[tuple[str, str, list[float]]] = [
        ("tokens/s", ",.0f", [one["tokens"] / one["wall"] for one in budgets.values()])
    ]
    for part in ("gradients", "update"):
        shares = [f["seconds"][part] / sum(f["seconds"].values()) for f in budgets.values()]
        rows.append((f"wall time: {part}", ".0%", shares))
    for number in range(3):
        times = [(*one["threads"][number], one["wall"]) for one in budgets.values()]
        name = f"wall time of thread {number + 1}"
        rows.append((f"{name}: it ran", ".0%", [ran / wall for ran, _, wall in times]))
        rows.append((f"{name}: it waited for a core", ".0%", [w / wall for _, w, wall in times]))
        idle = [max(0.0, 1 - (ran + waited) / wall) for ran, waited, wall in times]
        rows.append((f"{name}: it was idle", ".0%", idle))
    for name in ACTIVITIES:
        shares = [one["samples"][name] / max(1, one["samples"].total()) for one in budgets.values()]
        rows.append((f"processor time: {name}", ".1%", shares))
    lines = [
        f"| {name} | {' | '.join(format(value, shape) for value in values)} |"
        for name, shape, values in rows
    ]
    return "\n".join(
        [
            "## Budget of a training step", "",
            f"{describe('mlx', 'numpy')} {openblas_kernels()} {load_average()}", "",
            "The quickstart as in profiles/quickstart.yaml; the others as in \"Training speed\". "
            "Steps after the first three, on random tokens. Threads 1 and 2 are the two streams, "
            "thread 3 is Python's. A thread waits for a core that another process has, and is "
            "idle where there is nothing for it to do.", "",
            f"| | {' | '.join(budgets)} |", f"|---|{'---|' * len(budgets)}", *lines, "",
        ]
    )  # fmt: skip


@click.command()
@click.option("--size", "sizes", multiple=True, type=click.Choice(list(STEPS)), default=list(STEPS))
@click.option("--serve", "served", hidden=True)
def main(sizes: tuple[str, ...], served: str | None) -> None:
    """Measure and write benchmarks/results/step_budget.md."""
    if served:
        serve(served)
        return
    if not Path("/proc/self/schedstat").exists():
        raise click.ClickException("the budget of a step is read from /proc, which Linux has")
    text = section({size: measure(size) for size in sizes})
    RESULTS.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
