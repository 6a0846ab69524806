"""Every artifact of a finished run is damaged in several ways, and the stages that read it are run.

A stage must refuse with a sentence and exit code 1, or make what it made before.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from helpers.clone import Clone

from benchmarks.soak_trial import RESULTS, Outcome, run, run_stage

# The stages that read each artifact.
READERS = {
    "data/raw": ["train_bpe", "encode", "evaluate", "sample"],
    "data/tokenizer": ["encode", "train"],
    "data/tokens": ["train", "evaluate"],
    "data/model": ["evaluate", "sample", "report"],
    "data/checkpoints": ["evaluate"],
    "data/evaluation": ["report"],
    "data/samples": ["report", "result"],
    "data/figures": ["report"],
    "data/metrics": ["result"],
    "data/plots": ["report"],
    "data/inside": ["report"],
}
# Files that people read, and no stage does.
UNREAD = {"samples.md", "merges.txt", "sources.json", "stories.csv"}


def truncated(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content))]


def flipped(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    changed[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def without_a_key(content: bytes, draw: random.Random) -> bytes:
    value = json.loads(content)
    if isinstance(value, dict) and value:
        del value[draw.choice(sorted(value))]
    return json.dumps(value).encode()


def with_nan(content: bytes, draw: random.Random) -> bytes:
    value = json.loads(content)
    if isinstance(value, dict) and value:
        value[draw.choice(sorted(value))] = float("nan")
    return json.dumps(value).encode()


Damage = Callable[[bytes, random.Random], bytes]
ANY: dict[str, Damage] = {
    "truncated": truncated,
    "a bit flipped": flipped,
    "empty": lambda content, draw: b"",
    "zeros": lambda content, draw: bytes(len(content)),
}
OF_JSON: dict[str, Damage] = {
    "null": lambda content, draw: b"null",
    "a list": lambda content, draw: b"[1, 2]",
    "nested": lambda content, draw: b"[" * 100_000,
    "a key missing": without_a_key,
    "NaN": with_nan,
}


def damage_trials(clone: Clone, draw: random.Random, most: int) -> Iterator[Outcome]:
    """Yield the outcome of up to `most` random trials; the clone is as before after each."""
    files = [
        path.relative_to(clone.folder).as_posix()
        for folder in READERS
        for path in sorted((clone.folder / folder).rglob("*"))
        if path.is_file() and path.name not in UNREAD and not path.name.startswith(".")
    ]
    trials = [
        (name, kind, damage, stage)
        for name in files
        for kind, damage in (ANY | (OF_JSON if name.endswith(".json") else {})).items()
        for stage in READERS[name[: name.index("/", len("data/"))]]
    ]
    safe = clone.folder.with_name(clone.folder.name + "-safe")
    shutil.rmtree(safe, ignore_errors=True)
    shutil.copytree(clone.folder / "data", safe)
    for name, kind, damage, stage in draw.sample(trials, min(most, len(trials))):
        yield _trial(clone, name, kind, damage, stage, draw)
        shutil.rmtree(clone.folder / "data")
        shutil.copytree(safe, clone.folder / "data")
    shutil.rmtree(safe)


def _trial(
    clone: Clone, name: str, kind: str, damage: Damage, stage: str, draw: random.Random
) -> Outcome:
    path = clone.folder / name
    content = path.read_bytes()
    _replace(path, damage(content, draw))
    if stage == "train":  # else it would only load the finished run
        shutil.rmtree(clone.folder / "data/.checkpoints", ignore_errors=True)
    before = clone.bytes_of(*RESULTS)
    done = run_stage(clone, stage)
    after = clone.bytes_of(*RESULTS)
    lost = ""
    # A refusal leaves all as it was; a success gives what the whole input gave, too.
    if changed_names := [key for key in before if after.get(key) != before[key]]:
        lost = f"changed {', '.join(changed_names)} with exit code {done.code}"
    return Outcome(f"{stage}: {name} {kind}", done.seconds, lost, done.error())


def _replace(path: Path, content: bytes) -> None:
    path.unlink()  # DVC may have linked it to its cache
    path.write_bytes(content)


def cache_trials(clone: Clone, draw: random.Random, most: int) -> Iterator[Outcome]:
    """Damage objects in DVC's cache, remove the results, and let DVC check them out.

    The stage that reads one must notice, and after a repair the pipeline makes it anew.
    """
    expected = clone.bytes_of("data/model", "data/tokens")
    cache = clone.folder / ".dvc/cache/files/md5"
    objects = {path.read_bytes(): path for path in cache.rglob("*") if path.is_file()}
    names = [name for name, content in sorted(expected.items()) if content in objects]
    for name in draw.sample(names, min(most, len(names))):
        victim, content = objects[expected[name]], expected[name]
        mode = victim.stat().st_mode
        victim.chmod(0o644)
        victim.write_bytes(flipped(content, draw))
        victim.chmod(mode)
        (clone.folder / name).unlink()
        clone.run("dvc", "checkout", "--force")
        done = run_stage(clone, "evaluate")
        lost = "used in silence" if done.code == 0 and _is_damaged(clone, name, content) else ""
        repaired = run_stage(clone, "repair")
        again = run(clone, "dvc", "repro")
        error = done.error() or repaired.error() or again.error()
        if not lost and not error:
            lost = ", ".join(n for n in expected if expected[n] != clone.bytes_of(n).get(n))
        yield Outcome(f"evaluate: {name} from a damaged cache", done.seconds, lost, error)


def _is_damaged(clone: Clone, name: str, content: bytes) -> bool:
    path = clone.folder / name
    return path.exists() and path.read_bytes() != content
