"""The private folder of compiled kernels: nothing planted is loaded, nothing damaged stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lmcore.backend import kernel_cache

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are compiled by g++ on Linux only"),
    pytest.mark.skipif(shutil.which("g++") is None, reason="no g++ on the PATH"),
]

SETUP = """
from lmcore import backend
print(backend.setup().compiled)
"""

# Elementwise work of every kind that training compiles, printed to the last bit.
WORK = """
import mlx.core as mx, numpy as np
from lmcore.backend.fastmath import exp2, sigmoid
x = mx.array(np.random.default_rng(0).normal(size=(37, 53)).astype(np.float32)) * 3
def f(x, y):
    return exp2(x) + y * 0.1, x * sigmoid(y), y / (mx.sqrt(x * x) + 1e-8), mx.tanh(x) * y - x * 0.9
for a, b in ((x, x + 1), (x[:, ::2], x[:, 1::2][:, :1])):
    for found in mx.compile(f)(a, b):
        print(np.array(found).tobytes().hex())
"""

NO_EXEC = """
import mmap
def refused(*_):
    raise PermissionError(1, "Operation not permitted")
mmap.mmap = refused
"""


def start(program: str, *before: str, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    command = [*before, sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def run(program: str, *before: str, **variables: str | Path) -> list[str]:
    """The lines that a process prints, which must end well and without a warning."""
    done = start(program, *before, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A cache after one run, and what the run printed."""
    cache = tmp_path_factory.mktemp("filled") / "cache"
    return cache, run(SETUP + WORK, LMCORE_CACHE=cache)


@pytest.fixture
def expected(filled: tuple[Path, list[str]]) -> list[str]:
    return filled[1]


@pytest.fixture
def cache(filled: tuple[Path, list[str]], tmp_path: Path) -> Path:
    """A copy of that cache, to be damaged."""
    return Path(shutil.copytree(filled[0], tmp_path / "cache"))


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Path, Path]:
    """A library that writes a file when it is loaded, and that file."""
    trace, library = tmp_path / "loaded", tmp_path / "planted.so"
    source = f'__attribute__((constructor)) void run(void) {{ fclose(fopen("{trace}", "w")); }}'
    command = ["gcc", "-include", "stdio.h", "-x", "c", "-shared", "-fPIC", "-o", library, "-"]
    subprocess.run(command, input=source.encode(), check=True)
    return library, trace


def kernels(cache: Path) -> list[Path]:
    return sorted(cache.glob("kernels-*/mlx/*/cpu/lib*.so"))


def test_kernels_have_the_bits_of_those_that_mlx_compiles_alone(
    expected: list[str], tmp_path: Path
) -> None:
    assert ["True", *run(WORK, TMPDIR=tmp_path)] == expected
    assert list(tmp_path.glob("mlx/*/cpu/*.so"))


def test_a_second_process_compiles_nothing(expected: list[str], cache: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.so")}
    assert len(before) >= 4
    assert run(SETUP + WORK, LMCORE_CACHE=cache) == expected
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.so")} == before


def test_the_folders_are_of_this_user_alone(filled: tuple[Path, list[str]]) -> None:
    (folder,) = filled[0].glob("kernels-*")
    assert [path.stat().st_mode & 0o777 for path in (filled[0], folder)] == [0o700, 0o700]


def test_the_process_keeps_its_own_temporary_directory_and_path(cache: Path) -> None:
    look = "import os, tempfile; print(os.environ['PATH'], tempfile.gettempdir())\n"
    first, compiled, second = run(look + SETUP + look, LMCORE_CACHE=cache)
    assert (first, compiled) == (second, "True")


def test_a_child_of_a_process_that_is_set_up_finds_the_real_compiler(
    expected: list[str], cache: Path
) -> None:
    spawn = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', {!r}], check=True)"
    assert run(SETUP + spawn.format(SETUP + WORK), LMCORE_CACHE=cache)[-len(expected) :] == expected
    (wrapper,) = cache.glob("kernels-*/compiler/g++")
    # Another test of this process may have put its own wrapper first on the PATH.
    path = [each for each in os.environ["PATH"].split(os.pathsep) if "kernels-" not in each]
    compiler = shutil.which("g++", path=os.pathsep.join(path))
    assert f"compiler={compiler}\n" in wrapper.read_text()


def test_a_library_planted_in_the_temporary_directory_is_not_loaded(
    expected: list[str], cache: Path, planted: tuple[Path, Path], tmp_path: Path
) -> None:
    library, trace = planted
    for kernel in kernels(cache):
        copy = tmp_path / "tmp" / kernel.relative_to(*cache.glob("kernels-*"))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, copy)
    variables = {"TMPDIR": tmp_path / "tmp", "LMCORE_CACHE": cache}
    assert run(SETUP + WORK, **variables) == expected
    assert not trace.exists()
    assert start(WORK, **variables).returncode != 0  # MLX alone looks there
    assert trace.exists()


@pytest.mark.parametrize("damage", ["truncated", "empty", "a bit flipped", "another library"])
def test_a_damaged_kernel_is_compiled_again(
    damage: str, expected: list[str], cache: Path, planted: tuple[Path, Path]
) -> None:
    kernel = kernels(cache)[0]
    whole = kernel.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "truncated": whole[:middle],
        "empty": b"",
        "a bit flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "another library": planted[0].read_bytes(),
    }
    kernel.write_bytes(damaged[damage])
    assert run(SETUP + WORK, LMCORE_CACHE=cache) == expected
    assert kernel.read_bytes() == whole and not planted[1].exists()


def test_a_truncated_product_of_few_rows_is_built_again(cache: Path) -> None:
    (library,) = cache.glob("kernels-*/small_gemm-*.so")
    whole = library.read_bytes()
    library.write_bytes(whole[:9000])
    assert run(SETUP, LMCORE_CACHE=cache) == ["True"]
    assert library.read_bytes() == whole


@pytest.mark.parametrize("damage", ["truncated", "a bit flipped"])
def test_a_damaged_precompiled_header_costs_time_alone(
    damage: str, expected: list[str], cache: Path
) -> None:
    (header,) = cache.glob("kernels-*/preamble/preamble.hpp.gch")
    with header.open("r+b") as file:
        if damage == "truncated":
            file.truncate(10**6)
        else:
            file.seek(2 * 10**7)
            file.write(b"damaged")
    for kernel in kernels(cache):
        kernel.unlink()
    assert run(SETUP + WORK, LMCORE_CACHE=cache) == expected
    assert len(kernels(cache)) >= 3


def test_a_folder_that_others_can_write_is_refused(cache: Path, tmp_path: Path) -> None:
    cache.chmod(0o777)
    done = start(SETUP, LMCORE_CACHE=cache, XDG_CACHE_HOME=tmp_path / "home")
    assert done.stdout == "True\n"
    assert f"kept in {tmp_path}/home/lmcore, since {cache}: can be written by other users" in (
        done.stderr
    )
    assert list((tmp_path / "home" / "lmcore").glob("kernels-*/small_gemm-*.so"))


def test_another_users_folder_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link"
    link.symlink_to(cache)
    with pytest.raises(PermissionError, match="not a folder of this user"):
        kernel_cache.make_private(link)
    kernel_cache.make_private(cache)
    monkeypatch.setattr(os, "geteuid", lambda: cache.stat().st_uid + 1)
    with pytest.raises(PermissionError, match="not a folder of this user"):
        kernel_cache.make_private(cache)


@pytest.mark.parametrize("place", ["missing", "file/below", ""])
def test_a_temporary_directory_that_is_missing_is_not_needed(
    place: str, expected: list[str], cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert run(SETUP + WORK, LMCORE_CACHE=cache, TMPDIR=tmp_path / place) == expected


def test_where_libraries_cannot_be_run_everything_runs_without_a_compiler(
    expected: list[str], tmp_path: Path
) -> None:
    done = start(NO_EXEC + SETUP + WORK, LMCORE_CACHE=tmp_path / "cache")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "False"
    assert "kernels are not compiled" in done.stderr and "LMCORE_CACHE" in done.stderr
    assert len(done.stdout.splitlines()) == len(expected)


@pytest.mark.parametrize("options", ["noexec,size=99m", "size=1m"])
def test_a_file_system_that_cannot_keep_libraries(options: str, tmp_path: Path) -> None:
    mount = f'mount -t tmpfs -o {options} tmpfs {tmp_path} && exec "$@"'
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*namespace, "true"]).returncode:
        pytest.skip("mounting needs user namespaces")
    places = {"LMCORE_CACHE": tmp_path / "cache", "XDG_CACHE_HOME": tmp_path, "TMPDIR": tmp_path}
    done = start(SETUP + WORK, *namespace, **places)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("False\n") and "kernels are not compiled" in done.stderr
    assert done.stderr.count("Operation not permitted" if "noexec" in options else "No space") == 3


def test_what_killed_processes_left_behind_is_deleted(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMCORE_CACHE", str(cache))
    (folder,) = cache.glob("kernels-*")
    old = [folder / "ccAbc.o", *(kernel.with_name("tmp_1.cpp") for kernel in kernels(cache)[:1])]
    old += [folder / "preamble.1", cache / "kernels-of-another-version"]
    for path in old[:2]:
        path.touch()
    for path in old[2:]:
        path.mkdir()
        (path / "file").touch()
    (folder / "ccNew.o").touch()
    for path in old:
        os.utime(path, (10**9, 10**9))
    kept = kernels(cache)
    compiler = kernel_cache.find_compiler()
    assert compiler is not None and kernel_cache.open_kernel_cache(compiler) == folder
    assert not any(path.exists() for path in old)
    assert (folder / "ccNew.o").exists() and kernels(cache) == kept


def test_the_oldest_kernels_are_deleted_beyond_a_number(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMCORE_CACHE", str(cache))
    monkeypatch.setattr(kernel_cache, "_MAX_KERNELS", 1)
    oldest, *newer = kernels(cache)
    os.utime(oldest, (10**9, 10**9))
    os.utime(newer[0], (2 * 10**9, 2 * 10**9))
    compiler = kernel_cache.find_compiler()
    assert compiler is not None and kernel_cache.open_kernel_cache(compiler)
    assert kernels(cache) == newer[:1]
