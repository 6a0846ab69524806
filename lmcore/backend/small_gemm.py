"""Matrix products of a few rows, as when text is generated, on a Linux CPU.

OpenBLAS first copies the matrix of weights into blocks that fit its kernel. For
hundreds of rows that pays; for the few rows of a generated token the copy takes
longer than the product. So where there is a g++, a `cblas_sgemm` of our own
stands before OpenBLAS's: a few rows by a matrix of weights (n, k), row-major,

    c[i, j] = alpha sum_l a[i, l] b[j, l] + beta c[i, j]

are eight dot products at a time, each weight read once from memory (called for
while the eight before are at work) and then from the nearest cache. From nine
rows on it is the other way round: a weight is multiplied with all rows at once,
which are columns side by side in a copy. A second thread takes its share of a
large matrix. One row by a matrix (k, n), as when attention weighs values, is a
weighted sum of the matrix's rows; what weighs nothing at its end, as the values
of tokens yet to come, is not read. All else goes to OpenBLAS's product. Compiled
for this processor once, which takes 0.15 s, and kept (lmcore/backend/kernel_cache.py).

Measured on a 2-core EPYC (AVX2), tokens a second of a 4M model, by OpenBLAS
alone and so: 1 row 207 and 530, 4 rows 733 and 1,530, 16 rows 1,650 and 3,310.
"""

from __future__ import annotations

import ctypes
import subprocess
import warnings
from pathlib import Path

from lmcore.backend.kernel_cache import build_library

_FLAGS = ["-x", "c", "-O3", "-march=native", "-pthread", "-shared", "-fPIC"]


def answer_few_rows(blas: ctypes.CDLL, folder: Path, compiler: str) -> bool:
    """Put the `cblas_sgemm` of small_gemm.c before that of `blas`; return whether it is there."""
    source = Path(__file__).with_name("small_gemm.c").read_bytes()
    try:
        built = build_library(folder, "small_gemm", [compiler, *_FLAGS], source)
        library = ctypes.CDLL(str(built), mode=ctypes.RTLD_GLOBAL)
    except (OSError, subprocess.CalledProcessError) as error:
        warnings.warn(f"could not build the product of few rows: {error}", stacklevel=5)
        return False
    gemm = ctypes.c_void_p.in_dll(library, "gemm")
    gemm.value = ctypes.cast(blas.cblas_sgemm, ctypes.c_void_p).value
    library.start_helper()
    return True
