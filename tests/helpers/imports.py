"""Which files of this repository a module imports, directly or through others.

Read from the source with `ast`, so imports inside functions count and nothing
runs. Used to hold dvc.yaml's dependencies and the floors of lmcore to the code.
"""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGES = ("lmcore", "stages")


def files_of(module: str, root: Path) -> set[str]:
    """Every file the module needs, relative to `root`: itself, what it imports
    transitively, the packages' `__init__.py`, and the data files beside them
    (NAME.txt of NAME.py, what a module names, and the folder `assets` of a package)."""
    modules, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name in modules or _file(name, root) is None:
            continue
        modules.add(name)
        waiting += direct_imports(name, root)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
    files = {_file(name, root) for name in modules}
    data = {path for file in files for path in _data_of(file)}
    return {file.relative_to(root).as_posix() for file in files | data}


def direct_imports(module: str, root: Path) -> set[str]:
    """The modules of this repository that one module names in its imports."""
    found: set[str] = set()
    tree = ast.parse(_file(module, root).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports are not used here"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES and _file(name, root)}


def outside_imports(module: str, root: Path) -> set[str]:
    """The top-level names of other packages that one module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(_file(module, root).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found - set(PACKAGES)


def all_modules(root: Path) -> list[str]:
    """Every module of lmcore, by dotted name."""
    files = sorted((root / "lmcore").rglob("*.py"))
    return [
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for file in files
    ]


def _file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def _data_of(source: Path) -> list[Path]:
    text = source.read_text("utf-8")
    beside = [
        path
        for path in source.parent.iterdir()
        if path.stem == source.stem or (path.name in text and path.suffix)
    ]
    assets = (source.parent / "assets").rglob("*") if source.name == "__init__.py" else []
    return [path for path in [*beside, *assets] if path.is_file() and path.suffix != ".py"]
