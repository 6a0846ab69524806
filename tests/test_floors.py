"""Imports run one way: each module of lmcore imports only from floors below its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import all_modules, direct_imports, outside_imports

# The first matching prefix decides; see lmcore/__init__.py.
FLOORS = {
    0: ["errors", "artifacts", "params", "paths", "progress", "profiles", "starter"],
    1: [
        "corpus",
        "unicode_classes",
        "pretokenize",
        "bpe",
        "tokenizer_files",
        "vocabulary",
        "tokenizer",
        "encoder",
        "shards",
        "batches",
        "few_rows",
        "backend",
    ],
    2: ["model", "losses", "fastmath"],
    3: ["schedules", "optimizers", "checkpoints", "parallel", "learner", "overfit", "trainer"],
    4: [
        "accounting",
        "planning",
        "evaluation",
        "baselines",
        "statistics",
        "routing",
        "quality",
        "sampling",
        "storytelling",
        "report",
        "compare",
        "export",
    ],
}
DATA = [name for name in FLOORS[1] if name not in ("few_rows", "backend")]
REPOSITORY = Path(__file__).resolve().parent.parent
MODULES = [module for module in all_modules(REPOSITORY) if module != "lmcore"]


def group(module: str) -> str:
    """`lmcore.corpus.store` belongs to `corpus`."""
    return module.split(".")[1]


def floor(module: str) -> int:
    floors = [number for number, names in FLOORS.items() if group(module) in names]
    assert len(floors) == 1, f"{module} stands on no floor: name it in tests/test_floors.py"
    return floors[0]


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_from_below(module: str) -> None:
    for imported in direct_imports(module, REPOSITORY) - {"lmcore"}:
        assert floor(imported) <= floor(module), f"{module} imports {imported}"


@pytest.mark.parametrize("module", [m for m in MODULES if floor(m) == 0 or group(m) in DATA])
def test_data_code_never_imports_mlx(module: str) -> None:
    assert "mlx" not in outside_imports(module, REPOSITORY)


@pytest.mark.parametrize("module", [m for m in MODULES if floor(m) == 2])
def test_the_model_never_imports_data(module: str) -> None:
    for imported in direct_imports(module, REPOSITORY) - {"lmcore"}:
        assert group(imported) not in DATA, f"{module} imports {imported}"


def test_there_are_no_cycles() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"import cycle: {' -> '.join((*path, module))}"
        if module in done:
            return
        for imported in sorted(direct_imports(module, REPOSITORY) - {"lmcore", module}):
            # A package and its own modules may name each other.
            if not (module.startswith(imported + ".") or imported.startswith(module + ".")):
                visit(imported, (*path, module))
        done.add(module)

    for module in MODULES:
        visit(module, ())
