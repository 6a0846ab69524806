"""Whole parameter files to start from, kept in profiles/.

Choosing one puts it in the place of params.yaml; everything else (`dvc repro`,
`dvc params diff`, `dvc exp run`) then works on params.yaml as always.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lmcore.common.atomic_files import write_text
from lmcore.common.errors import LmcoreError, listing
from lmcore.common.params import PARAMS_FILE, Params, load_params, parse_params
from lmcore.planning.depth import at_depth

PROFILES = Path("profiles")
PREVIOUS = Path("params.previous.yaml")


def names() -> list[str]:
    """Return the names of all profiles, sorted."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def choose(profile: str | None, folder: str | None, depth: int | None = None) -> Params:
    """Write params.yaml from a profile and a folder, and return it, validated.

    `profile` names a file in profiles/; `folder` is read in place of the
    profile's source; `depth` is another number of blocks, from which the sizes, the
    batch and the rates follow (lmcore/planning/depth.py). A params.yaml that would be
    lost is kept as params.previous.yaml. Nothing is written if the result is not valid.
    """
    source = profile_file(profile) if profile else PARAMS_FILE
    unchanged = load_params(source)
    text = source.read_text("utf-8")
    if folder is not None:
        text = edited(text, {"data.source": "files", "data.folder": folder})
    if depth is not None:
        text = edited(text, at_depth(unchanged, depth))
    params = parse_params(YAML(typ="safe", pure=True).load(text), str(source))
    if not Path(params.data.folder).is_dir():  # DVC would report it at length
        raise LmcoreError(
            f"data.folder is {params.data.folder!r}; it must be a folder with "
            ".parquet, .txt or .jsonl files, relative to the repository."
        )
    if not PARAMS_FILE.exists() or PARAMS_FILE.read_text("utf-8") != text:
        if PARAMS_FILE.exists() and not _is_a_profile(PARAMS_FILE):
            write_text(PREVIOUS, PARAMS_FILE.read_text("utf-8"))
        write_text(PARAMS_FILE, text)
    return params


def profile_file(name: str) -> Path:
    """Return the file of a profile; raise `LmcoreError` where there is none of that name."""
    if name not in names():
        raise LmcoreError(f"There is no profile {name!r}; allowed are {listing(names())}.")
    return PROFILES / f"{name}.yaml"


def edited(text: str, changes: dict[str, Any]) -> str:
    """Return a params file with values changed by dotted key, its comments kept."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    values = yaml.load(text)
    for key, value in changes.items():
        section, _, name = key.partition(".")
        values[section][name] = value
    out = io.StringIO()
    yaml.dump(values, out)
    return out.getvalue()


def _is_a_profile(path: Path) -> bool:
    """Return whether a params file is one of ours except for the folder it reads."""
    try:
        params = load_params(path)
    except LmcoreError:  # an unfinished edit is worth keeping
        return False
    for profile in map(load_params, map(profile_file, names())):
        where = {"source": profile.data.source, "folder": profile.data.folder}
        if params.model_copy(update={"data": params.data.model_copy(update=where)}) == profile:
            return True
    return False
