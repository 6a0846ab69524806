"""Contestants that take training steps in turns, each a process of its own.

Rounds go round the contestants, so that a busy machine disturbs all alike. A
process reads a number of steps a line and answers with JSON (`serve`);
`Contestant` is the other end.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import click

# A step of one contestant: takes it and returns the loss before it.
Step = Callable[[], float]


def serve(step: Step, peak_bytes: Callable[[], int]) -> None:
    """A contestant's process: takes as many steps as each line of the input says."""
    for line in sys.stdin:
        started = time.perf_counter()
        losses = [step() for _ in range(int(line))]
        seconds = (time.perf_counter() - started) / len(losses)
        print(json.dumps({"seconds": seconds, "losses": losses, "peak": peak_bytes()}), flush=True)


class Contestant:
    """A process that takes `steps` steps a round; `seconds` holds the time of one in each."""

    def __init__(self, name: str, command: list[str], steps: int, warm_up: int) -> None:
        self.name, self._steps = name, steps
        self.seconds: list[float] = []
        self.peak = 0  # bytes
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.losses: list[float] = self._take(warm_up)["losses"]

    def round(self) -> None:
        answer = self._take(self._steps)
        self.seconds.append(answer["seconds"])
        self.peak = answer["peak"]

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait()

    def _take(self, steps: int) -> dict:
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise click.ClickException(f"{self.name} ended before its time")
        return json.loads(answer)


def agree(contestants: list[Contestant], tolerance: float, steps: int | None = None) -> None:
    """Raises unless all computed the first one's losses, of `steps` steps, within `tolerance`."""
    first, *others = contestants
    for other in others:
        for ours, theirs in zip(first.losses[:steps], other.losses, strict=False):
            if abs(ours - theirs) > tolerance:
                raise click.ClickException(f"{other.name} computes another loss: {theirs}, {ours}")


def take_turns(contestants: list[Contestant], rounds: int) -> None:
    """All rounds; the contestants' processes end with them."""
    for number in range(rounds):
        for contestant in contestants:
            contestant.round()
        click.echo(f"round {number + 1} of {rounds}", err=True)
    for contestant in contestants:
        contestant.stop()


def speed_table(contestants: list[Contestant], tokens: int) -> list[str]:
    """Tokens a second of steps of `tokens`, beside the faster PyTorch, in Markdown."""
    peers = [c.seconds for c in contestants if c.name.startswith("PyTorch")]
    fastest = max(tokens / statistics.median(seconds) for seconds in peers)
    lines = [
        "| | tokens/s | spread | against the faster PyTorch | peak memory, MiB |",
        "|---|---|---|---|---|",
    ]
    for c in contestants:
        speed, slow, quick = (tokens / f(c.seconds) for f in (statistics.median, max, min))
        lines.append(
            f"| {c.name} | {speed:,.0f} | {slow:,.0f} to {quick:,.0f} "
            f"| {speed / fastest:.2f} | {c.peak / 2**20:,.0f} |"
        )
    return [*lines, ""]
