"""Processes that train together agree, and none outlives or hangs the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from lmcore.common.errors import LmcoreError
from lmcore.training import distributed

PROGRAM = """
import os, signal, sys, time
from lmcore import backend
backend.setup()
import mlx.core as mx
from lmcore.training import distributed as parallel

if not parallel.is_worker():
    try:
        parallel.launch(2, [sys.executable, *sys.argv])
    except parallel.LmcoreError as error:
        print("error:", error.message, flush=True)
        sys.exit(1)
    sys.exit(0)
{before}
workers = parallel.join(2)
def mean_of_ranks():
    values = {"a": mx.full((3, 2), float(workers.rank)), "b": [mx.array(1.0)]}
    tree = workers.all_reduce_mean(values)
    return tree["a"][0, 0].item(), tree["b"][0].item()
{body}
"""


def start(body: str, tmp_path: Path, before: str = "") -> subprocess.Popen[str]:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("{body}", body).replace("{before}", before))
    return subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    try:
        output, _ = process.communicate(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, output


def test_two_processes_take_the_mean_and_follow_the_leader(tmp_path: Path) -> None:
    body = (
        "import numpy as np\n"
        "led = workers.broadcast([mx.array([5.0 + workers.rank])])[0].item()\n"
        "share = workers.local_rows(np.arange(6)).tolist()\n"
        # In one call, or the two processes would write into each other's lines.
        "line = f'{workers.rank} {mean_of_ranks()} {led} {share}\\n'\n"
        "os.write(1, line.encode())\n"
    )
    code, output = finish(start(body, tmp_path))
    assert code == 0
    assert sorted(output.splitlines()) == [
        "0 (0.5, 1.0) 5.0 [0, 1, 2]",
        "1 (0.5, 1.0) 5.0 [3, 4, 5]",
    ]


def test_what_is_too_long_for_one_message_travels_in_several(tmp_path: Path) -> None:
    body = (
        "parallel._MESSAGE, sent, all_sum = 5, [], mx.distributed.all_sum\n"
        "mx.distributed.all_sum = lambda vector: sent.append(vector.size) or all_sum(vector)\n"
        "tree = [mx.arange(n) * 1.0 + workers.rank for n in (2, 3, 1, 9, 4, 2)]\n"
        "means = [mean.tolist() for mean in workers.all_reduce_mean(tree)]\n"
        "right = means == [[i + 0.5 for i in range(n)] for n in (2, 3, 1, 9, 4, 2)]\n"
        "os.write(1, f'{right} {sent}\\n'.encode())\n"
    )
    code, output = finish(start(body, tmp_path))
    assert code == 0 and output.splitlines() == ["True [5, 1, 9, 4, 2]"] * 2


def test_workers_that_cannot_meet_say_so(tmp_path: Path) -> None:
    body = (
        "from lmcore import backend\nbackend.setup()\n"
        "from lmcore.training import distributed as parallel\ntry:\n    parallel.join(2)\n"
        "except parallel.LmcoreError as error:\n    print(error.message)\n"
    )
    environment = {**os.environ, "MLX_RANK": "0", "MLX_HOSTFILE": str(tmp_path / "none.json")}
    command = [sys.executable, "-c", body]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.stdout.startswith("The training workers could not meet: "), done


@pytest.mark.parametrize("victim", [0, 1])
def test_a_worker_that_dies_brings_the_others_down_with_a_message(
    tmp_path: Path, victim: int
) -> None:
    body = (
        "for _ in range(1000):\n"
        "    mean_of_ranks()\n"
        f"    if workers.rank == {victim}: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    code, output = finish(start(body, tmp_path))
    assert code == 1
    assert f"error: Training worker {victim} of 2 was killed by SIGKILL" in output


@pytest.mark.parametrize("victim", [0, 1])
def test_a_worker_that_dies_before_it_joins_leaves_no_one_waiting(
    tmp_path: Path, victim: int
) -> None:
    before = f"if os.environ['MLX_RANK'] == '{victim}': os.kill(os.getpid(), signal.SIGKILL)"
    code, output = finish(start("", tmp_path, before))
    assert code == 1
    assert f"error: Training worker {victim} of 2 was killed by SIGKILL" in output


SLOW_SAVE = """
from pathlib import Path
from threading import Timer
from lmcore.training import checkpoints
from lmcore.training import trainer
from helpers.small_params import params
write = checkpoints.write_json
def slowly(path, value):
    time.sleep(3)
    write(path, value)
checkpoints.write_json = slowly  # two files of each checkpoint
config = params(Path(REPOSITORY), steps=10**6, eval_every=10**6, checkpoint_every=10**6, workers=2)
if workers.is_rank_0:
    Timer(2, os.kill, (os.getppid(), signal.SIGINT)).start()
try:
    trainer.train(config, Path(FOLDER) / "tokens", Path(FOLDER) / "checkpoints", workers)
except parallel.LmcoreError as error:
    os.write(1, (error.message + "\\n").encode())
    sys.exit(1)
"""


def test_who_is_asked_to_stop_has_the_time_to_save_and_one_speaks(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    body = SLOW_SAVE.replace("REPOSITORY", repr(str(repository)))
    code, output = finish(start(body.replace("FOLDER", repr(str(tmp_path))), tmp_path))
    assert code == 1
    assert output.count("Stopping after this step") == 1
    assert output.count("Training stopped at step") == 1
    assert "[ring]" not in output and "Traceback" not in output
    assert len(list((tmp_path / "checkpoints").glob("*/step-*"))) == 1


def test_workers_stop_when_their_launcher_is_killed(tmp_path: Path) -> None:
    body = (
        "os.write(1, f'pid {os.getpid()}\\n'.encode())\n"
        "while True: mean_of_ranks(); time.sleep(0.01)\n"
    )
    launcher = start(body, tmp_path)
    assert launcher.stdout is not None
    pids = [int(launcher.stdout.readline().split()[1]) for _ in range(2)]
    launcher.kill()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    survivors = [pid for pid in pids if alive(pid)]
    finish(launcher)
    assert survivors == []


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_far_more_workers_than_cores_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed.os, "cpu_count", lambda: 2)
    with pytest.raises(LmcoreError, match=r"train\.workers is 17; .* 2 cores, .* at most 16"):
        distributed.launch(17, ["false"])
    monkeypatch.setattr(distributed.os, "cpu_count", lambda: 64)
    with pytest.raises(LmcoreError, match=r"at most 64"):
        distributed.launch(65, ["false"])


TOO_LARGE = """
from pathlib import Path
from lmcore.training import trainer
from helpers.small_params import params
config = params(Path(REPOSITORY), batch_size=1_000_000, workers=2)
model = config.model.model_copy(update={"d_model": 8192, "n_layers": 64})
try:
    trainer.train(
        config.model_copy(update={"model": model}),
        Path(FOLDER) / "tokens", Path(FOLDER) / "checkpoints", workers,
    )
except parallel.LmcoreError as error:
    os.write(1, (error.message + "\\n").encode())
    sys.exit(1)
"""


def test_one_worker_says_that_training_does_not_fit(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    body = TOO_LARGE.replace("REPOSITORY", repr(str(repository)))
    code, output = finish(start(body.replace("FOLDER", repr(str(tmp_path))), tmp_path))
    assert code == 1 and output.count("Training needs at least") == 1, output
