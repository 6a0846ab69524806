"""Mend what a killed process, a full disk or a bad one leaves, so that `dvc repro` can go on.

DVC writes two files in place. If it is killed while it does so, or the disk is full, it
refuses to start ever after:

* `.dvc/tmp/rwlock`, which names the processes that read or write an output, is left empty;
* `dvc.lock`, which says what each stage read and wrote, is left cut.

Neither holds anything that cannot be made anew. Without its dvc.lock, DVC runs a stage
only if its run cache does not know the same inputs: nothing is trained twice.

DVC trusts the objects of its cache. A damaged one would be checked out again and again, and
refused each time by the stage that reads it. So those that a dvc.lock names are hashed here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

from lmcore.common.errors import LmcoreError

RWLOCK = Path(".dvc/tmp/rwlock")
CACHE = Path(".dvc/cache/files/md5")  # an object is named by its MD5: 12/3456...
DAMAGED = Path(".dvc/tmp/damaged")  # where damaged objects are kept
_COPY = re.compile(r"\.[\w-]{22}\.tmp")  # a file that DVC is copying: dvc_objects' `tmp_fname`
_WAIT = 3.0  # seconds for a living DVC to finish writing a file
# What DVC allows in an entry of a stage's `deps` and `outs`, as far as it writes it.
# The beginning of a hash may be a number: 76 is one that DVC takes, 76e46 is not.
_ENTRY: dict[str, Any] = {
    "path": str, "hash": str, "md5": str | int | None, "size": int, "nfiles": int, "isexec": bool,
}  # fmt: skip
_MIN_HASH = 3  # characters


def repair(root: Path = Path()) -> list[str]:
    """Mend the repository at `root`; return a sentence for each thing that was mended.

    Raises `LmcoreError` where a file is damaged and a process is still at work here.
    """
    rwlock, locks = root / RWLOCK, [root / "dvc.lock", *root.glob("experiments/*/dvc.lock")]
    damaged = [path for path in locks if path.exists() and not is_whole_lock(path)]
    stale = rwlock.exists() and not _has_living_owners(rwlock)
    if damaged or stale:
        _wait_for_others(root, (damaged or [rwlock])[0])
    mended = []
    if stale:
        rwlock.unlink()
        mended.append(f"{rwlock} was left by a process that was killed: removed.")
    for path in (path for path in damaged if not is_whole_lock(path)):
        aside = path.with_name(path.name + ".damaged")
        os.replace(path, aside)
        mended.append(
            f"{path} was damaged, as by a full disk or a killed process: it is now {aside}. "
            "`dvc repro` writes it anew, with results from its cache."
        )
    locks = [path for path in locks if path.exists()]
    if harmed := _damaged_objects(root / CACHE, locks):
        _wait_for_others(root, next(iter(harmed)))
    mended += [_set_aside(path, outputs, root / DAMAGED) for path, outputs in harmed.items()]
    partials = [*root.glob(".*.partial*"), *root.glob("data/**/.*.partial*")]
    copies = [*root.glob("data/**/.*.tmp"), *root.glob(".dvc/cache/**/.*.tmp")]
    partials += [path for path in copies if _COPY.fullmatch(path.name)]
    if partials and not _at_work(root):
        for path in partials:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        mended.append(f"Unfinished files of killed processes were removed: {len(partials)}.")
    return mended


def is_whole_lock(path: Path) -> bool:
    """Return whether DVC can read a dvc.lock."""
    try:
        content = YAML(typ="safe").load(path.read_bytes())
    except (YAMLError, ValueError, RecursionError):
        return False
    if not isinstance(content, dict) or content.get("schema") != "2.0":
        return False
    stages = content.get("stages", {})
    return isinstance(stages, dict) and all(map(_is_whole_stage, stages.values()))


def _damaged_objects(cache: Path, locks: list[Path]) -> dict[Path, list[Path]]:
    """Return the damaged objects of DVC's cache that a dvc.lock names, and the outputs of each."""
    damaged: dict[Path, list[Path]] = {}
    for lock in locks:
        stages = YAML(typ="safe").load(lock.read_bytes()).get("stages", {})
        for out in (out for stage in stages.values() for out in stage.get("outs", [])):
            entries = [(str(out.get("md5")), lock.parent / out["path"])]
            for md5, output in entries:
                path = cache / md5[:2] / md5[2:]
                if path.is_file() and _md5(path) != path.parent.name + path.stem:
                    damaged.setdefault(path, []).append(output)
                elif path.suffix == ".dir" and path.is_file():  # the list of a folder's files
                    inner = json.loads(path.read_bytes())
                    entries += [(entry["md5"], output / entry["relpath"]) for entry in inner]
    return damaged


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _set_aside(path: Path, outputs: list[Path], folder: Path) -> str:
    """Move a damaged object into `folder`; write it anew from an intact output, or remove those."""
    aside, partial = folder / (path.parent.name + path.name), path.with_name(f"{path.name}.partial")
    folder.mkdir(parents=True, exist_ok=True)
    os.replace(path, aside)
    intact = None
    for output in (output for output in outputs if output.exists()):
        if output.is_dir():
            names = (name.relative_to(output) for name in output.rglob("*") if name.is_file())
            entries = [
                {"md5": _md5(output / name), "relpath": name.as_posix()} for name in sorted(names)
            ]
            partial.write_text(json.dumps(entries, sort_keys=True))
        else:
            shutil.copyfile(output, partial)
        if _md5(partial) == path.parent.name + path.stem:
            intact = output
            partial.chmod(0o444)  # as DVC protects its objects
            os.replace(partial, path)
        else:  # DVC would take the output for unchanged
            partial.unlink()
            shutil.rmtree(output) if output.is_dir() else output.unlink()
    mended = f"`dvc repro` makes {outputs[0]} anew"
    if intact:
        mended = f"it was written anew from {intact}, which is intact"
    return f"{path} was damaged, for its MD5 is not its name. It is now {aside}; {mended}."


def _is_whole_stage(stage: Any) -> bool:
    if not isinstance(stage, dict) or not isinstance(stage.get("cmd"), str | list):
        return False
    params = stage.get("params", {})
    if not isinstance(params, dict) or not all(isinstance(of, dict) for of in params.values()):
        return False
    lists = [stage.get(kind, []) for kind in ("deps", "outs")]
    return all(
        isinstance(entries, list) and all(map(_is_whole_entry, entries)) for entries in lists
    )


def _is_whole_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and "path" in entry
        and ((md5 := entry.get("md5")) in (None, "") or len(str(md5)) >= _MIN_HASH)
        and all(isinstance(value, _ENTRY.get(key, object)) for key, value in entry.items())
    )


def _has_living_owners(rwlock: Path) -> bool:
    """Return whether a file of DVC's locks is empty of owners or one of them lives."""
    try:
        content = json.loads(rwlock.read_text("utf-8"))
        owners = [*content.get("write", {}).values()]
        owners += [owner for readers in content.get("read", {}).values() for owner in readers]
        pids = {int(owner["pid"]) for owner in owners}
    except (ValueError, AttributeError, TypeError, KeyError):
        return False
    return not pids or any(map(_is_dvc, pids))


def _is_dvc(pid: int) -> bool:
    """Return whether a process runs DVC: its number may belong to another program by now."""
    import psutil

    try:
        return any("dvc" in word for word in psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # of another user
        return True


def _wait_for_others(root: Path, name: Path) -> None:
    """Wait a short time until no DVC and no stage is at work in `root`, which may write `name`."""
    until = time.monotonic() + _WAIT
    while pids := _at_work(root):
        if time.monotonic() > until:
            raise LmcoreError(
                f"{name} is damaged, and process {pids[0]} is at work in this folder: wait "
                "until it has ended, or stop it, and try again."
            )
        time.sleep(0.1)


def _at_work(root: Path) -> list[int]:
    """Return the processes of DVC and of stages whose working folder is `root`."""
    import psutil

    here, own = root.resolve(), {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    pids = []
    for process in psutil.process_iter(["pid", "cwd", "cmdline"]):
        words = process.info["cmdline"] or []
        works = any(Path(word).name == "dvc" or word.startswith("stages.") for word in words)
        if works and process.pid not in own and process.info["cwd"] == str(here):
            pids.append(process.pid)
    return pids
