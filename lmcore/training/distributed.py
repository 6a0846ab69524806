"""Data-parallel training: processes that share each batch and take the same steps.

A CPU stream of MLX is one thread, so a machine with two cores is used by two
processes. Each computes the gradient of its rows of the batch. The all-reduce mean over
processes (`mx.distributed`) is the gradient of the whole batch, and
every process applies the same update to the same weights.

`launch` starts the processes of one machine over the ring backend. Under
`mlx.launch` (several hosts, MPI, NCCL) the processes exist already and `join`
alone is used.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten, tree_map

from lmcore.common.errors import LmcoreError
from lmcore.common.parent_process import parent_died

_LAUNCHED = "LMCORE_LAUNCHED"  # set in the processes that `launch` starts
_STOPPING = (signal.SIGINT, signal.SIGTERM)
# On one machine; a run of a few workers can be repeated on a machine with fewer cores.
_MAX_WORKERS = 16
_GRACE = 5.0  # seconds in which the other workers may end by themselves once one has failed
_MESSAGE = 2**24  # values that are sent together


@dataclass(frozen=True)
class Workers:
    """This process's rank among the `size` processes that train together."""

    rank: int
    size: int

    @property
    def on_this_machine(self) -> int:
        """The number of processes that share this machine's memory, as far as is known."""
        return self.size if _LAUNCHED in os.environ else 1

    @property
    def is_rank_0(self) -> bool:
        """Whether this process writes the files and shows the progress."""
        return self.rank == 0

    def local_rows(self, batch: Any) -> Any:
        """Return this process's rows of a batch with `size * n` rows."""
        rows = len(batch) // self.size
        return batch[self.rank * rows : (self.rank + 1) * rows]

    def all_reduce_mean(self, tree: Any) -> Any:
        """Return the mean of a tree of arrays over all processes.

        Small arrays are sent together, as one vector: a message for each would cost
        more than its content. One message for all would exceed MLX's 2^31
        values, and be a second copy of everything.
        """
        if self.size == 1:
            return tree
        means = []
        for arrays in _messages([array for _, array in tree_flatten(tree)]):
            vector = mx.concatenate([array.reshape(-1) for array in arrays])
            vector = mx.distributed.all_sum(vector) / self.size
            ends = np.cumsum([array.size for array in arrays])[:-1].tolist()
            parts = mx.split(vector, ends)
            means += [part.reshape(array.shape) for part, array in zip(parts, arrays, strict=True)]
        reduced = iter(means)
        return tree_map(lambda array: next(reduced), tree)

    def broadcast(self, tree: Any) -> Any:
        """Return rank 0's tree of arrays, in every process."""
        if self.size == 1:
            return tree
        shared = tree_map(
            lambda array: mx.distributed.all_sum(array if self.is_rank_0 else mx.zeros_like(array)),
            tree,
        )
        # Evaluated now: left for later, one process might wait for another that has ended.
        mx.eval(shared)
        return shared


ALONE = Workers(rank=0, size=1)


def is_worker() -> bool:
    """Return whether this process was started by `launch` or by `mlx.launch`."""
    return "MLX_RANK" in os.environ or "OMPI_COMM_WORLD_RANK" in os.environ


def join(workers: int) -> Workers:
    """Connect to the other processes, of which there must be `workers`, and return the rank."""
    if workers == 1 and not is_worker():
        return ALONE
    try:
        group = mx.distributed.init(strict=True)
    except RuntimeError as error:
        raise LmcoreError(f"The training workers could not meet: {error}.") from None
    if group.size() != workers:
        raise LmcoreError(
            f"train.workers is {workers}, but {group.size()} processes were started; "
            "the two must be equal."
        )
    if _LAUNCHED in os.environ:
        stop_with_parent()
    return Workers(group.rank(), group.size())


def launch(workers: int, command: Sequence[str]) -> None:
    """Run `command` in `workers` processes over the local ring and wait.

    When one fails, the others are stopped and `LmcoreError` says which; when
    this process is interrupted, so are all.
    """
    max_workers = max(_MAX_WORKERS, os.cpu_count() or 1)
    if workers > max_workers:
        raise LmcoreError(
            f"train.workers is {workers}; on this machine, with {os.cpu_count()} cores, it must be "
            f"at most {max_workers}."
        )
    with tempfile.TemporaryDirectory() as scratch:
        hosts = Path(scratch) / "hosts.json"
        hosts.write_text(json.dumps([[f"127.0.0.1:{port}"] for port in free_ports(workers)]))
        processes = [
            subprocess.Popen(
                command,
                env={
                    **os.environ,
                    "MLX_RANK": str(rank),
                    "MLX_HOSTFILE": str(hosts),
                    _LAUNCHED: "1",
                },
            )
            for rank in range(workers)
        ]
        forward = lambda number, frame: _signal_all(processes, number)  # noqa: E731
        before = {number: signal.signal(number, forward) for number in _STOPPING}
        try:
            _wait_for_all(processes)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            _signal_all(processes, signal.SIGKILL)


@dataclass
class StopRequest:
    """Whether Ctrl-C or SIGTERM has asked this process to stop."""

    requested: bool = False


@contextmanager
def stop_requests(report: bool) -> Iterator[StopRequest]:
    """Turn SIGINT and SIGTERM into a flag, which the training loop reads in every step."""
    stop = StopRequest()

    def ask(number: int, frame: Any) -> None:
        if report and not stop.requested:
            # Not by sys.stderr, which may be in the midst of writing.
            os.write(2, b"\nStopping after this step, with a checkpoint.\n")
        stop.requested = True

    before = {number: signal.signal(number, ask) for number in _STOPPING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_with_parent() -> None:
    """End this process soon after its parent has died.

    A worker may be waiting for a message that will never come, so the training loop
    cannot check this.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _messages(arrays: list[mx.array]) -> Iterator[list[mx.array]]:
    """Yield the arrays in order, in groups of up to `_MESSAGE` values; a larger one is alone."""
    group: list[mx.array] = []
    room = _MESSAGE
    for array in arrays:
        if group and array.size > room:
            yield group
            group, room = [], _MESSAGE
        group.append(array)
        room -= array.size
    yield group


def _wait_for_all(processes: list[subprocess.Popen]) -> None:
    """Return when all have succeeded; end this process when one has failed."""
    abandoned = parent_died()
    # A list, for `any` would stop polling at the first that runs: it sets the return codes.
    while None in (codes := [process.poll() for process in processes]):
        if any(codes):  # give the others a moment to end by themselves, and to print their reason
            deadline = time.monotonic() + _GRACE
            for process in processes:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
            break
        if abandoned():
            _signal_all(processes, signal.SIGTERM)
        time.sleep(0.05)
    for rank, process in enumerate(processes):
        if process.returncode is not None and process.returncode < 0:
            raise LmcoreError(
                f"Training worker {rank} of {len(processes)} was killed by "
                f"{signal.Signals(-process.returncode).name}; the others were stopped. "
                "Run again to resume from the last checkpoint."
            )
    if failed := next((process.returncode for process in processes if process.returncode), None):
        sys.exit(failed)  # that worker has printed the reason


def _signal_all(processes: list[subprocess.Popen], number: int) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(number)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
