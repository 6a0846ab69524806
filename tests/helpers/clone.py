"""A clone of this repository in a temporary folder, small enough to run in seconds.

It holds the code as it lies here, committed or not, and nothing that a user of this
clone makes or edits: no params.yaml, no dvc.lock, nothing of data/.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

REPOSITORY = Path(__file__).resolve().parents[2]
QUICKSTART = REPOSITORY / "profiles" / "quickstart.yaml"

# What a clone is made of. Its params.yaml is the quickstart's.
SOURCES = [
    ".dvc/.gitignore", ".dvc/config", ".dvcignore", ".gitignore", "Makefile", "data/.gitignore",
    "data/input/README.md", "dvc.yaml",
    "experiments/quick/experiment.yaml", "lmcore", "profiles", "stages",
]  # fmt: skip

STAGES = [
    "check_params", "download", "train_bpe", "encode", "train", "evaluate", "sample", "inside",
    "report", "result",
]  # fmt: skip

# A pipeline of seconds that still goes through everything.
SMALL: dict[str, Any] = {
    "data.train_stories": 300,
    "data.validation_stories": 40,
    "tokenizer.vocab_size": 512,
    "encode.shard_tokens": 8192,
    "model.context_length": 64,
    "model.d_model": 32,
    "model.n_layers": 2,
    "model.n_heads": 2,
    "model.n_kv_heads": 2,
    "model.d_ff": 64,
    "train.steps": 60,
    "train.batch_size": 4,
    "train.warmup_steps": 5,
    "train.eval_every": 20,
    "train.eval_batches": 2,
    "train.checkpoint_every": 10,
    "train.kept_checkpoints": 2,
    "sample.max_tokens": 20,
    "evaluate.coherence_stories": 4,
    "evaluate.coherence_checkpoint_stories": 2,
    "evaluate.copying_stories": 3,
    "inside.windows": 2,
    "inside.pairs": 2,
    "inside.prompt_tokens": 8,
}


class Clone:
    """A working copy with its own git history, DVC cache and parameters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def make(cls, folder: Path) -> Clone:
        """Copy this repository's sources, uncommitted ones too, with small parameters."""
        clone = cls(folder)
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        for source in SOURCES:
            (folder / source).parent.mkdir(parents=True, exist_ok=True)
            if (REPOSITORY / source).is_dir():
                shutil.copytree(REPOSITORY / source, folder / source, ignore=ignored)
            else:
                shutil.copyfile(REPOSITORY / source, folder / source)
        shutil.copyfile(QUICKSTART, folder / "params.yaml")
        _git(folder, "init", "--quiet", "--initial-branch=main")
        clone.set(SMALL)
        clone.commit("clone")
        return clone

    def set(self, values: dict[str, Any]) -> None:
        """Edits params.yaml; keys are dotted paths."""
        yaml = YAML()
        params = yaml.load((self.folder / "params.yaml").read_text())
        for path, value in values.items():
            *sections, key = path.split(".")
            section = params
            for name in sections:
                section = section[name]
            section[key] = value
        text = io.StringIO()
        yaml.dump(params, text)
        (self.folder / "params.yaml").write_text(text.getvalue())

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs a command as a user with the environment on the PATH would."""
        options = {"timeout": 300, **options}
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            **options,
        )

    def stage(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", f"stages.{name}", *arguments)

    def repro(self, *arguments: str) -> Repro:
        done = self.run("dvc", "repro", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return Repro(done.stdout)

    def commit(self, message: str) -> None:
        _git(self.folder, "add", "--all")
        _git(self.folder, "commit", "--quiet", "--allow-empty", "--message", message)

    def bytes_of(self, *names: str) -> dict[str, bytes]:
        """The content of files, or of every file below folders."""
        files = [path for name in names for path in self._files(self.folder / name)]
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}

    @staticmethod
    def _files(path: Path) -> list[Path]:
        return [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())


class Repro:
    """What `dvc repro` said it did."""

    def __init__(self, output: str) -> None:
        self.output = output
        self.ran = re.findall(r"Running stage '(\w+)'", output)
        self.restored = re.findall(r"Stage '(\w+)' is cached", output)


def environment() -> dict[str, str]:
    """Return an environment with this interpreter's programs first on the PATH.

    The settings of pytest, of git (a hook's, too) and of the user's DVC are left out, and
    pandas, as where `make run` was called alone.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "GIT_", "DVC_"))}
    return {
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(REPOSITORY / "tests" / "helpers" / "without_pandas"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_NAME": "test" for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "test@example.org" for role in ("AUTHOR", "COMMITTER")},
        "DVC_GLOBAL_CONFIG_DIR": "/nowhere",
        "DVC_SYSTEM_CONFIG_DIR": "/nowhere",
    }


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
