"""Files and values that no well-meaning user writes: absurd sizes, pipes, odd names, deep nesting.

Each must end with a sentence and exit code 1, within bounds of time and memory, change no
result and write no control character to the terminal.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.clone import Clone

from benchmarks.soak_trial import RESULTS, Done, Outcome, run, run_stage

_MEMORY = 16 << 20  # kilobytes of address space that a command may take; most of it is not used
_ODD = "a\x1b[31m\nb"  # an escape sequence and a newline in a name
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Trial:
    """A change to a clone, the command that meets it, and whether the command may succeed."""

    name: str
    change: Callable[[Clone], object]
    command: tuple[str, ...]
    may_succeed: bool = False


def _set(path: str, value: object) -> Trial:
    name = f"{path}: {str(value)[:24]}"
    return Trial(name, lambda clone: clone.set({path: value}), ("check_params",))


def _write(name: str, content: bytes) -> Callable[[Clone], object]:
    def write(clone: Clone) -> None:
        path = clone.folder / name
        if path.exists():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write


def _pipe(name: str) -> Callable[[Clone], object]:
    def replace(clone: Clone) -> None:
        (clone.folder / name).unlink()
        os.mkfifo(clone.folder / name)

    return replace


def _socket(name: str) -> Callable[[Clone], object]:
    def replace(clone: Clone) -> None:
        (clone.folder / name).unlink()
        here = Path.cwd()
        os.chdir((clone.folder / name).parent)  # the path of a socket is short
        try:
            with socket.socket(socket.AF_UNIX) as end:
                end.bind(Path(name).name)
        finally:
            os.chdir(here)

    return replace


def _story(name: str, content: bytes) -> Callable[[Clone], object]:
    def add(clone: Clone) -> None:
        clone.set({"data.source": "files"})
        _write(f"data/input/{name}", content)(clone)

    return add


SIZES = [
    "data.train_stories", "tokenizer.vocab_size", "encode.shard_tokens", "model.context_length",
    "model.d_model", "model.n_layers", "model.n_heads", "model.d_ff", "train.steps",
    "train.batch_size", "train.gradient_accumulation", "train.workers", "train.eval_batches",
    "evaluate.batch_size", "sample.max_tokens",
]  # fmt: skip
FACTORS = [
    "model.rope_theta", "model.logit_softcap", "train.learning_rate", "train.epsilon",
    "train.weight_decay", "train.max_grad_norm", "sample.temperature", "sample.repetition_penalty",
    "report.live_model_mb",
]  # fmt: skip
READ = {
    "data/raw/manifest.json": "report",
    "data/tokenizer/tokenizer.json": "encode",
    "data/tokens/train/index.json": "train",
    "data/tokens/train/shard-00000.npy": "train",
    "data/model/config.json": "sample",
    "data/model/model.safetensors": "sample",
    "data/model/checksums.json": "sample",
    "data/samples/samples.json": "result",
    "params.yaml": "check_params",
}
FOREIGN = "data/foreign"


def trials() -> list[Trial]:
    """Return all trials."""
    cases = [_set(path, value) for path in SIZES for value in (10**12, 10**18, -1)]
    cases += [_set(path, value) for path in FACTORS for value in (float("nan"), 1e18, -1.0)]
    for name, stage in READ.items():
        cases.append(Trial(f"{stage}: {name} a pipe", _pipe(name), (stage,)))
        cases.append(Trial(f"{stage}: {name} a socket", _socket(name), (stage,)))
    cases += [
        Trial("params.yaml nested deeply", _write("params.yaml", b"[" * 10**5), ("check_params",)),
        Trial("params.yaml of 5,000 digits", _write("params.yaml", b"a: " + b"9" * 5000),
              ("check_params",)),
        Trial("params.yaml not text", _write("params.yaml", b"\xff\xfe\x00"), ("check_params",)),
        Trial("a name with an escape sequence", _story(f"{_ODD}.txt", b"\xff"), ("download",)),
        Trial("JSON nested deeply", _story("a.jsonl", b"[" * 10**5), ("download",)),
        Trial("an integer of 5,000 digits", _story("a.jsonl", b'{"text": ' + b"9" * 5000 + b"}"),
              ("download",)),
        Trial("parquet that is none", _story("a.parquet", b"PAR1" * 100), ("download",)),
        Trial("import: no such folder", lambda clone: None, ("import_hf", _ODD, "--into", "out")),
        Trial("encode: no such tokenizer", lambda clone: None, ("encode", "--tokenizer", _ODD)),
        Trial("export into a file", _write("out", b""), ("export", "--into", "out")),
    ]  # fmt: skip
    for name, config in {
        "null": b"null",
        "a list": b"[]",
        "no kind": b"{}",
        "nested deeply": b"[" * 10**5,
        "layers": b'{"model_type": "llama", "num_hidden_layers": 1000000, "vocab_size": 9, '
        b'"hidden_size": 8, "num_attention_heads": 1, "intermediate_size": 8, '
        b'"max_position_embeddings": 8}',
        "of no numbers": b'{"model_type": "llama", "num_hidden_layers": [], "vocab_size": {}, '
        b'"hidden_size": null, "num_attention_heads": "x", "rope_parameters": 3}',
        "layer types": b'{"model_type": "llama", "layer_types": 7, "no_rope_layers": 7}',
    }.items():
        cases.append(Trial(f"import: config.json {name}", _write(f"{FOREIGN}/config.json", config),
                           ("import_hf", FOREIGN, "--into", "out")))  # fmt: skip
    return cases


def hostile_trials(clone: Clone, chosen: list[Trial]) -> Iterator[Outcome]:
    """Yield the outcome of each trial; the clone is as before after each."""
    safe = clone.folder.with_name(clone.folder.name + "-safe")
    shutil.rmtree(safe, ignore_errors=True)
    shutil.copytree(clone.folder, safe, symlinks=True)
    for trial in chosen:
        trial.change(clone)
        before = _results(clone)
        done = _bounded(clone, *trial.command)
        lost = "" if _results(clone) == before else "changed results"
        error = done.error() or ("" if done.code or trial.may_succeed else "taken as it is")
        if control := _CONTROL.search(done.output):
            error = error or f"wrote {control[0]!r} to the terminal"
        yield Outcome(trial.name, done.seconds, lost, error)
        shutil.rmtree(clone.folder)
        shutil.copytree(safe, clone.folder, symlinks=True)
    shutil.rmtree(safe)


def _results(clone: Clone) -> dict[str, bytes]:
    return clone.bytes_of(*RESULTS)  # pipes and sockets are left out: they are no files


def _bounded(clone: Clone, stage: str, *arguments: str) -> Done:
    """Run a stage with bounded memory, where the system can bound it."""
    if not sys.platform.startswith("linux"):
        return run_stage(clone, stage, *arguments)
    limit = f'ulimit -v {_MEMORY}; exec "$@"'
    command = [sys.executable, "-m", f"stages.{stage}", *arguments]
    return run(clone, "sh", "-c", limit, "sh", *command)
