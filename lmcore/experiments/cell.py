"""One cell of an experiment: a whole run, from stories to the bits of each validation story.

Stories, tokenizer and tokens are the same for most cells. They are made once and kept in
`data/.experiments/KEY/`, where the key hashes what decides them: parameters, code, the user's
files. No stage owns that folder, and a cell makes what it does not find.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
from mlx.utils import tree_flatten

import lmcore
from lmcore.common.atomic_files import atomic_directory, sha256_of, write_json
from lmcore.common.json_files import read_json
from lmcore.common.params import Params, parse_params
from lmcore.common.paths import DOWNLOADS, EXPERIMENTS, TIMINGS
from lmcore.common.units import LN2
from lmcore.corpus.files import list_files
from lmcore.corpus.sources import prepare
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.shards import TokenShards
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.evaluation.bits_per_byte import entropy_floor, story_sizes
from lmcore.evaluation.losses import StoryLosses, model_losses
from lmcore.experiments.definition import (
    TUNING_SEED,
    Experiment,
    cell_budget,
    cell_params,
    tuning_changes,
)
from lmcore.experiments.pipeline import cell_file
from lmcore.model import GPT
from lmcore.planning.budget import BUDGETS
from lmcore.planning.flops_and_memory import cost_of
from lmcore.training.checkpoints import lock_folder
from lmcore.training.distributed import Workers
from lmcore.training.trainer import train

_DATA_CODE = ("common", "tokenizer", "dataset", "corpus")


def run_cell(
    params: Params,
    context_factors: list[int],
    budget: tuple[str, float] | None,
    checkpoints: Path,
) -> dict[str, Any]:
    """Train and evaluate one model; return its figures as plain JSON values.

    `story_bits` are the bits of each validation story, `story_bytes` its size in UTF-8,
    `floor` the grammar's bits per byte of them (None of other sources).
    A killed cell goes on from the newest of its `checkpoints`, as every training does.
    """
    data = prepared_data(params)
    if budget is not None:
        params = within_budget(params, *budget, TokenShards(data / "tokens" / "train"))
    outcome = train(params, data / "tokens", checkpoints, Workers(0, 1))
    model, shards = outcome.model, TokenShards(data / "tokens" / "validation")
    batch_size = params.evaluate.batch_size
    tokens = np.asarray(shards[:])
    losses, _ = model_losses(model, tokens, shards.end_of_text, batch_size, params.evaluate.stride)
    stories = StoryLosses.of(
        losses, tokens, shards.end_of_text, story_sizes(data / "raw", shards.documents)
    )
    cost = cost_of(model.config, params.train)
    curve = [[row["tokens"], round(row["bits_per_byte"], 5)] for row in outcome.curves.validation]
    return {
        "bits_per_byte": float(stories.nats.sum() / LN2 / stories.bytes.sum()),
        "story_bits": [round(bits, 3) for bits in (stories.nats / LN2).tolist()],
        "story_bytes": stories.bytes.tolist(),
        "floor": entropy_floor(data / "raw", shards.bytes),
        "steps": params.train.steps,
        "parameters": sum(array.size for _, array in tree_flatten(model.parameters())),
        "active_parameters": cost.active_parameters,
        "tokens_seen": outcome.tokens_seen,
        "flops": cost.flops_per_token * outcome.tokens_seen,
        "learning_rate": params.train.learning_rate,
        "curve": curve,
        "longer_contexts": {
            str(factor): bits_at_context(model, factor, tokens, shards)
            for factor in ([1, *context_factors] if context_factors else [])
        },
    }


def within_budget(params: Params, unit: str, amount: float, shards: TokenShards) -> Params:
    """Return the parameters with as many steps as a budget allows.

    `shards` are the tokens to learn from: they say how many tokens the bytes of text are.
    """
    if unit == "bytes":
        unit, amount = "tokens", amount * shards.tokens / shards.bytes
    values = params.model_dump()
    values["train"]["steps"] = BUDGETS[unit](params, amount)
    return parse_params(values, f"a budget of {amount:g} {unit.replace('_', ' ')}")


def bits_at_context(
    model: GPT, factor: int, tokens: np.ndarray, shards: TokenShards
) -> float | None:
    """Return bits per byte with windows of `factor` times the context that was trained.

    Only the second half of each window's targets is scored where there is one before it,
    so that each token has at least half a window of context.
    None where the model has no positions beyond its context (learned ones).
    """
    if model.config.positions == "learned" and factor > 1:
        return None
    length = factor * model.config.context_length
    longer = GPT(model.config.model_copy(update={"context_length": length}))
    longer.update(model.parameters())
    losses, _ = model_losses(longer, tokens, shards.end_of_text, 4, length // 2)
    return float(losses.sum(dtype=np.float64) / LN2 / shards.bytes)


def prepared_data(params: Params) -> Path:
    """Return a folder with `raw`, `tokenizer` and `tokens` of these parameters, made once."""
    sections = [params.data, params.tokenizer, params.encode]
    decided_by: list[Any] = [*(section.model_dump() for section in sections), _code_hash()]
    if params.data.source == "files":
        inputs = [file for file in list_files(Path(params.data.folder)) if not file.skipped]
        decided_by += [[file.name, sha256_of(file.path)] for file in inputs]
    decides = json.dumps(decided_by, sort_keys=True)
    folder = EXPERIMENTS / hashlib.sha256(decides.encode()).hexdigest()[:16]
    with lock_folder(EXPERIMENTS / f"{folder.name}.lock", patience=3600):
        if not folder.is_dir():
            with atomic_directory(folder) as partial:
                prepare(params.data, partial / "raw", DOWNLOADS)
                tokenizer, _ = train_tokenizer(
                    partial / "raw", params.tokenizer.vocab_size, params.tokenizer.pattern
                )
                with atomic_directory(partial / "tokenizer") as files:
                    tokenizer.save(files)
                encode_corpus(
                    partial / "raw",
                    partial / "tokenizer" / "tokenizer.json",
                    partial / "tokens",
                    params.encode.shard_tokens,
                )
    return folder


def _code_hash() -> str:
    root = Path(lmcore.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for name in _DATA_CODE for path in (root / name).rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_cell(
    folder: Path, experiment: Experiment, variant: str, seed: int, choice: int | None
) -> None:
    """Run one cell and write its result; where values are tuned, with the variant's best.

    `choice` numbers the value that a tuning run tries. The best is that of the tuning
    run with the fewest bits per byte, the first of equals.
    """
    choices = tuning_changes(experiment)
    number = choice
    if choices and choice is None:
        files = [cell_file(folder, variant, TUNING_SEED, n) for n in range(len(choices))]
        number = int(np.argmin([read_json(Path(file))["bits_per_byte"] for file in files]))
    tuned = {} if number is None else choices[number]
    params = cell_params(folder, experiment, variant, seed, tuned)
    started = time.perf_counter(), time.process_time()
    path = Path(cell_file(folder, variant, seed, choice))
    checkpoints = EXPERIMENTS / "checkpoints" / folder.name / path.stem
    budget = cell_budget(experiment, variant)
    figures = run_cell(params, experiment.context_factors, budget, checkpoints)
    write_json(path, {"variant": variant, "seed": seed, "tuned": tuned, **figures}, checksum=True)
    shutil.rmtree(checkpoints)
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    write_json(
        TIMINGS / "experiments" / folder.name / path.name,
        {"seconds": round(seconds[0], 2), "cpu_seconds": round(seconds[1], 2)},
    )
