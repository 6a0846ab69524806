"""`stages.check`: what is shipped is unwritten, the solutions pass, and mistakes are named."""

from __future__ import annotations

import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from click.testing import CliRunner

from lmcore.course.exercises import CHAPTERS
from lmcore.course.grading import difference
from stages import check

SOLUTIONS = Path(__file__).parent / "solutions"


@pytest.fixture
def exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the solutions as the reader's files; the test may spoil them."""
    shutil.copytree(SOLUTIONS, tmp_path / "exercises")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises"


def run(chapter: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(check.main, [chapter])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output.splitlines()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_is_shipped_is_not_yet_written(
    chapter: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    shipped = (repository / "exercises" / f"{chapter}.py").read_text("utf-8")
    if shipped.count("raise NotImplementedError") < len(CHAPTERS[chapter]):
        pytest.skip(f"exercises/{chapter}.py has been worked on")
    code, lines = run(chapter)
    assert code == 1 and lines[-1] == f"0 of {len(CHAPTERS[chapter])} passed."
    assert all(line.endswith("  not yet written") for line in lines[:-1])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_solutions_pass(chapter: str, exercises: Path) -> None:
    code, lines = run(chapter)
    number = len(CHAPTERS[chapter])
    assert (code, lines[-1]) == (0, f"{number} of {number} passed."), lines


@pytest.mark.parametrize(
    ("chapter", "right", "wrong", "line"),
    [
        (
            "02",
            "mx.mean(x * x, axis=-1, keepdims=True) + epsilon",
            "mx.sum(x * x, axis=-1, keepdims=True) + epsilon",
            "rms_norm           differs for x = [3, 4], weight = [1, 1] and epsilon = 0: "
            "expected [0.84853, 1.1314], got [0.6, 0.8]",
        ),
        (
            "02",
            "q.shape[-1] ** 0.5",
            "q.shape[-1]",
            "attention_weights  differs for q = [[[[2, 0], [0, 1], [2, 1]]]] and "
            "k = [[[[0, 1], [1, 0], [1, 1]]]]: expected",
        ),
        (
            "02",
            "return np.concatenate([z.real, z.imag], axis=1)",
            "return z.real",
            "rope               differs for x = [[1, 0], [1, 0], [1, 0]] and theta = 10000: "
            "expected shape (3, 2), got shape (3, 1)",
        ),
        (
            "01",
            "(counts[pair], pair)",
            "counts[pair]",
            "first_merge  differs for words = {b'low': 5, b'lower': 2, b'newest': 2, "
            "b'widest': 1}: expected (b'o', b'w'), got (b'l', b'o')",
        ),
        (
            "03",
            "v_hat = m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))",
            "v_hat = m, v",
            "adamw_step              differs for parameter = 1, gradient = 0.5, m = 0, v = 0, "
            "step = 0, learning_rate = 0.1, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-08 and "
            "weight_decay = 0.1: result 1 of 3: expected 0.89, got ",
        ),
        (
            "03",
            "return sum(losses) / math.log(2) / size",
            "return losses / size",
            "bits_per_byte           differs for losses = [1.3863, 1.3863] "
            "and size = 8: it raises TypeError: unsupported operand type(s) for /: 'list' and "
            "'int', line 20",
        ),
        (
            "04",
            "if top_k > 1 else weights",
            "",
            "route           differs for x = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], router = "
            "an array of shape (4, 3) and top_k = 1: result 2 of 2: expected",
        ),
    ],
)
def test_a_mistake_is_told_with_its_input(
    chapter: str, right: str, wrong: str, line: str, exercises: Path
) -> None:
    path = exercises / f"{chapter}.py"
    text = path.read_text("utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), "utf-8")
    code, lines = run(chapter)
    assert code == 1 and any(found.startswith(line) for found in lines), "\n".join(lines)


def test_a_function_that_changes_its_arguments_is_judged_by_its_result(exercises: Path) -> None:
    path = exercises / "03.py"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("    return sum(losses)", "    losses += [9.0]\n    return sum(losses[:-1])")
    )
    assert run("3")[0] == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("def f(:\n", "Error: exercises/02.py, line 1: invalid syntax."),
        (
            "import mlx\n1 / 0\n",
            "Error: exercises/02.py, line 2: ZeroDivisionError: division by zero.",
        ),
        ("raise SystemExit\n", "Error: exercises/02.py, line 1: SystemExit."),
        (
            None,
            "Error: exercises/02.py does not exist; `git checkout exercises/02.py` brings it back.",
        ),
    ],
)
def test_a_file_that_does_not_run_is_one_sentence(
    content: str | None, message: str, exercises: Path
) -> None:
    (exercises / "02.py").unlink()
    if content is not None:
        (exercises / "02.py").write_text(content)
    assert run("02") == (1, [message])


def test_a_chapter_without_exercises_and_a_function_that_is_gone(exercises: Path) -> None:
    assert run("9") == (
        1, ["Error: Chapter 9 has no exercises to check; there are 01, 02, 03 and 04."]
    )  # fmt: skip
    (exercises / "04.py").write_text("")
    assert run("04")[1][0] == "route           is not in exercises/04.py"


@pytest.mark.parametrize(
    ("expected", "found", "message"),
    [
        (mx.array([1.0]), np.array([1.00001]), None),
        (mx.array([1.0, 2]), [1, 2], None),
        (mx.array([1.0]), mx.array(1.0), "expected shape (1,), got shape ()"),
        (mx.array(1.0), None, "expected 1, got None"),
        (mx.array(1.0), float("nan"), "expected 1, got nan"),
        (mx.arange(12.0), mx.arange(12.0) // 5 * 5, "expected 1 at [1], got 0"),
        ((mx.array(1), mx.array(2)), mx.array(1), "expected 2 results, got 1"),
        ([mx.array(1), mx.array([2])], [1, [3]], "result 2 of 2: expected [2], got [3]"),
        ([b"a"], [b"b"], "expected [b'a'], got [b'b']"),
        ("cat", "cat", None),
    ],
)
def test_results_are_compared_within_rounding(
    expected: object, found: object, message: str
) -> None:
    assert difference(expected, found) == message
