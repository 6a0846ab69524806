"""The process set-up: faster matrix products, and a run without a compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

MEASURE = """
import sys, time
from lmcore import backend
if sys.argv[1] == "fast":
    backend.setup()
import mlx.core as mx
a, b = mx.random.normal((512, 256)), mx.random.normal((256, 512))
mx.eval(a, b, a @ b)
best = 1e9
for _ in range(5):
    start = time.perf_counter()
    mx.eval(a @ b)
    best = min(best, time.perf_counter() - start)
print(best)
"""

COMPILE = """
from lmcore import backend
ready = backend.setup()
import mlx.core as mx
print(ready.compiled, mx.compile(lambda x: mx.exp(x) * 2)(mx.zeros(3)).tolist())
"""

FEW_ROWS = """
import itertools
from lmcore import backend
backend.setup()
import mlx.core as mx, numpy as np
random = np.random.default_rng(0)
sizes = ((256, 1024), (1024, 256), (33, 7), (8, 17), (9, 45), (5, 1), (1, 5))
for m, (k, n) in itertools.product((1, 2, 3, 8, 9, 16, 17), sizes):
    a, b = (random.normal(size=size).astype(np.float32) for size in ((3, k, 20), (3, n, k)))
    c = random.normal(size=(3, m, n)).astype(np.float32)
    expected = a.transpose(0, 2, 1)[:, :m].astype(float) @ b.transpose(0, 2, 1)
    rows = mx.array(a).swapaxes(-1, -2)[:, :m]  # (3, M, K) with a stride between its elements
    for left in (rows, mx.contiguous(rows)):
        for right in (mx.array(b).swapaxes(-1, -2), mx.contiguous(mx.array(b).swapaxes(-1, -2))):
            np.testing.assert_allclose(np.array(left @ right), expected, rtol=1e-3, atol=1e-4)
            added = mx.addmm(mx.array(c), left, right, alpha=0.5, beta=2.0)
            np.testing.assert_allclose(added, expected / 2 + 2 * c, rtol=1e-3, atol=1e-4)
weights, values = np.ones((1, 9), np.float32), np.ones((9, 45), np.float32)
weights[:, 6:], values[6:] = 0, np.nan  # what weighs nothing at the end is not read
assert (np.array(mx.array(weights) @ mx.array(values)) == 6).all()
"""

ONE_ROW = """
import time
from lmcore import backend
backend.setup()
import mlx.core as mx
x, weights, best = mx.random.normal((1, 1024)), mx.random.normal((1024, 1024)), 1e9
for _ in range(50):
    mx.eval(x, weights)
    start = time.perf_counter()
    mx.eval(x @ weights.T)
    best = min(best, time.perf_counter() - start)
print(best)
"""


def run(program: str, *arguments: str, path: str | None = None) -> str:
    environment = {**os.environ, **({"PATH": path} if path is not None else {})}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the BLAS is replaced on Linux CPUs only")
def test_matrix_products_are_several_times_faster_than_stock() -> None:
    fast, stock = float(run(MEASURE, "fast")), float(run(MEASURE, "stock"))
    assert stock > 3 * fast  # 15 times on a quiet machine


@pytest.mark.skipif(sys.platform != "linux", reason="the BLAS is replaced on Linux CPUs only")
@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++ on the PATH")
def test_few_rows_are_multiplied_right_and_one_is_faster_than_by_blas_alone() -> None:
    run(FEW_ROWS)
    assert float(run(ONE_ROW)) < 0.7 * float(run(ONE_ROW, path=""))  # 0.35 on a quiet machine


def test_without_a_compiler_everything_still_runs() -> None:
    assert run(COMPILE, path="").endswith("[2.0, 2.0, 2.0]\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere MLX needs no compiler")
def test_a_missing_compiler_switches_compilation_off() -> None:
    assert run(COMPILE, path="").startswith("False")


@pytest.mark.skipif(sys.platform != "linux", reason="the order matters on Linux only")
def test_a_late_call_warns_and_everything_still_runs() -> None:
    late = COMPILE.replace("from lmcore", "import mlx.core\nfrom lmcore", 1)
    done = subprocess.run([sys.executable, "-c", late], capture_output=True, text=True)
    assert done.stdout.endswith("[2.0, 2.0, 2.0]\n"), done.stderr
    assert done.stderr.count("MLX was imported before lmcore.backend.setup()") == 1
