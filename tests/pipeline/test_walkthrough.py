"""The commands of the README, typed in its order in one clone; and the width of what they print."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest
from helpers.clone import REPOSITORY, Clone, environment

WIDTH = 100  # columns of a terminal


def commands(heading: str) -> list[str]:
    """Return the command lines of the README's section, without their comments."""
    text = (REPOSITORY / "README.md").read_text("utf-8")
    section = re.split(r"\n#+ ", text.split(f"# {heading}\n")[1])[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    lines = [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def clone(finished: Clone) -> Iterator[Clone]:
    """A finished run whose parameters and results are put back afterwards."""
    before = (finished.folder / "params.yaml").read_text()
    yield finished
    (finished.folder / "params.yaml").write_text(before)
    finished.repro()


def typed(clone: Clone, command: str, width: int = WIDTH) -> str:
    """Return what a command prints in a shell, which must succeed."""
    env = environment() | {"COLUMNS": str(width)}
    done = subprocess.run(
        command, shell=True, cwd=clone.folder, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def assert_fits(output: str, width: int) -> None:
    """Assert that no line is wider than a terminal."""
    assert max(len(line.rstrip()) for line in output.splitlines()) <= width, output


def test_looking_at_a_run(clone: Clone) -> None:
    files = clone.bytes_of("data")
    for command in commands("Looking at a run"):
        if command.endswith("stages.play"):
            assert_serves(clone, command)
            continue
        output = typed(clone, command)
        if command.startswith("dvc") or command.endswith("--help"):
            assert_fits(output, WIDTH)
        if command.endswith("--plan"):
            assert "tokens per second" in output and "Verdict: this machine can do it" in output
        if command.endswith("--overfit"):
            assert "nats" in output
    assert clone.bytes_of("data") == files
    assert not typed(clone, "git status --short --untracked-files")


def assert_serves(clone: Clone, command: str) -> None:
    """Assert that the command serves a page until it is ended."""
    with subprocess.Popen(
        command.split(), cwd=clone.folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("http://127.0.0.1:")
        server.terminate()


def test_changing_something(clone: Clone) -> None:
    record, message, *rest = commands("Changing something")
    assert record.startswith("git add") and message.startswith("git commit")
    typed(clone, "git rm -r --quiet --cached dvc.lock data/metrics data/plots")
    typed(clone, "git commit --quiet -m 'A run that is not recorded yet'")
    typed(clone, record)
    typed(clone, message)
    assert not typed(clone, "git status --short --untracked-files")
    clone.set({"train.learning_rate": 0.001})
    printed = {command: typed(clone, command) for command in rest if not command.count(" A ")}
    assert "train.learning_rate  0.01    0.001" in printed["dvc params diff"]
    for command in ("dvc params diff", "dvc metrics diff"):
        assert_fits(printed[command], WIDTH)
    assert "bits_per_byte" in printed["dvc metrics diff"]
    assert '"bits_per_byte"' in printed["git diff data/metrics"]
    assert "workspace is worse than HEAD" in printed["python -m stages.compare"]


def test_several_at_once(clone: Clone) -> None:
    queue, start, show, apply = commands("Several at once")
    queued = re.findall(r"Queued experiment '([\w-]+)'", typed(clone, queue))
    assert len(queued) == 4
    # The first has the parameters of the run above, so its results come from the cache.
    typed(clone, f"dvc queue remove {' '.join(queued[1:])}")
    typed(clone, start)
    typed(clone, f"dvc queue logs --follow {queued[0]}")
    table = typed(clone, show, 160)
    assert queued[0] in table and "bits_per_byte" in table
    assert_fits(table, 160)
    typed(clone, apply.replace("NAME", queued[0]))
    assert "learning_rate: 0.001" in (clone.folder / "params.yaml").read_text()
