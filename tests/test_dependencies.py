"""No dependency is unused, and every one is pinned."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REQUIREMENTS = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
# Where each group is used. What is imported under another name, or run and not imported.
FOLDERS = {
    "test": ["tests", "lmcore"],
    "bench": ["benchmarks"],
    "soak": ["benchmarks"],
    "lint": ["."],
}
IMPORTED = {
    "ruamel.yaml": "ruamel.yaml",
    "llama-cpp-python": "llama_cpp",
    "scipy-openblas32": "scipy_openblas32",
}
RUN = {"mypy", "pytest-xdist", "ruff"}


@pytest.mark.parametrize("group", REQUIREMENTS)
def test_every_dependency_is_used_and_pinned(group: str) -> None:
    folders = FOLDERS.get(group, ["lmcore", "stages"])
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources if ".venv" not in path.parts)
    pinned = (ROOT / "requirements.lock").read_text("utf-8").lower()
    for requirement in REQUIREMENTS[group]:
        name = re.match(r"[\w.-]+", requirement)[0]
        assert re.search(rf"^{re.sub('[-_.]+', '-', name.lower())}==", pinned, re.M), name
        module = re.escape(IMPORTED.get(name, name.replace("-", "_")))
        used = rf"^\s*(import|from) {module}\b|(importorskip|find_spec|which)\(.{module}|\"{name}\""
        assert name in RUN or re.search(used, text, re.M), name
