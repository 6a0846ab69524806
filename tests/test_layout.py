"""Imports run one way: a folder of lmcore imports only from the folders named for it here."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.imports import all_modules, direct_imports, outside_imports

# The one list of which folder may import which: each may also use what those may.
MAY_IMPORT = {
    "common": [],
    "backend": ["common"],
    "tokenizer": ["common"],
    "dataset": ["tokenizer"],
    "corpus": ["dataset"],
    "model": ["backend"],
    "training": ["model", "dataset"],
    "generation": ["model", "tokenizer"],
    "samples": ["generation", "dataset"],
    "evaluation": ["training", "generation", "corpus"],
    "planning": ["training"],
    "interpretability": ["evaluation"],
    "experiments": ["evaluation", "planning"],
    "report": ["dataset", "model"],
    "notebook": ["evaluation"],
    "course": ["evaluation", "planning"],
    "serving": ["report"],
    "compare": ["report", "experiments"],
    "export": ["evaluation"],
}
NEVER_MLX = ["common", "tokenizer", "dataset", "corpus"]
REPOSITORY = Path(__file__).resolve().parent.parent
MODULES = [module for module in all_modules(REPOSITORY) if module != "lmcore"]


def folder_of(module: str) -> str:
    """Return `corpus` for `lmcore.corpus.files`."""
    return module.split(".")[1]


def reachable(folder: str) -> set[str]:
    """Return the folder and all those that it may import, directly or through others."""
    return {folder}.union(*(reachable(name) for name in MAY_IMPORT[folder]))


def test_every_folder_is_named_once_and_below_what_uses_it() -> None:
    assert {folder_of(module) for module in MODULES} == set(MAY_IMPORT)
    names = list(MAY_IMPORT)
    for name, below in MAY_IMPORT.items():
        assert all(names.index(other) < names.index(name) for other in below)


def test_no_module_lies_loose() -> None:
    loose = [path.name for path in (REPOSITORY / "lmcore").glob("*.py")]
    assert loose == ["__init__.py"]


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    allowed = reachable(folder_of(module))
    for imported in direct_imports(module, REPOSITORY) - {"lmcore"}:
        assert folder_of(imported) in allowed, f"{module} imports {imported}"


@pytest.mark.parametrize("module", [m for m in MODULES if folder_of(m) in NEVER_MLX])
def test_data_code_never_imports_mlx(module: str) -> None:
    assert "mlx" not in outside_imports(module, REPOSITORY)


def test_stages_import_nothing_slow_before_they_run() -> None:
    # Every `dvc repro` imports them: what only some runs need is imported where it is used.
    stages = sorted(path.stem for path in (REPOSITORY / "stages").glob("[!_]*.py"))
    slow = {"mlx", "torch", "transformers", "scipy", "matplotlib", "dvc", "gguf", "tokenizers"}
    imports = ", ".join(f"stages.{stage}" for stage in stages)
    program = f"import sys, {imports}; print({slow} & {{*sys.modules}})"
    run = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True)
    assert run.stdout.strip() == b"set()", run.stdout + run.stderr


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


def test_modules_and_functions_are_short() -> None:
    """At most 400 and 50 lines (CONTRIBUTING.md, rule 2)."""
    for file in sorted((REPOSITORY / "lmcore").rglob("*.py")):
        text = file.read_text("utf-8")
        long = {node.name: lines_of(node) for node in functions_of(text) if lines_of(node) > 50}
        assert len(text.splitlines()) <= 400 and not long, f"{file}: {long}"


def test_at_most_a_third_of_the_functions_are_private() -> None:
    """A reader jumps to each; counted is every `def _name`, methods and nested ones too."""
    names = [
        node.name
        for file in (REPOSITORY / "lmcore").rglob("*.py")
        for node in functions_of(file.read_text("utf-8"))
    ]
    private = [name for name in names if name.startswith("_") and not name.endswith("__")]
    assert len(private) <= len(names) / 3, f"{len(private)} of {len(names)} functions are private"


def functions_of(text: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]


def lines_of(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1
