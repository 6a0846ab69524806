"""What each part of the architecture is worth: a model with one thing changed.

    python -m benchmarks.ablations [--steps 250]

The model is the quickstart's with GELU in place of SwiGLU, of as many parameters.
Every variant is trained from the same seed on the same batches of the built-in
stories, and judged by bits per byte on the same validation batches. One
learning rate serves all but those that say so; a variant might do better at
one of its own.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe
from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params, load_params
from lmcore.corpus.builtin import stories
from lmcore.corpus.sources import prepare
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.planning.profiles import PROFILES

RESULTS = Path(__file__).parent / "results" / "ablations.md"

DEEP = {"n_layers": 12}
POST, NO_NORM = {"norm_placement": "post"}, {"norm_placement": "none"}
NO_RESIDUAL = {"residual": False}
SLOW = {"learning_rate": 0.001}
GELU = {"feed_forward": "gelu", "d_ff": 512}
# Section: variant: what differs from the rest, in its model or its training.
ABLATIONS: dict[str, dict[str, dict[str, Any]]] = {
    "Norms and residuals, 12 layers": {
        "pre": DEEP,
        "post": {**DEEP, **POST},
        "post, a third of the rate": {**DEEP, **POST, **SLOW},
        "no norm": {**DEEP, **NO_NORM},
        "pre, no residual": {**DEEP, **NO_RESIDUAL},
        "no norm, no residual": {**DEEP, **NO_NORM, **NO_RESIDUAL},
    },
    "Norms and residuals, 4 layers": {
        "pre, RMSNorm (as the rest)": {},
        "pre, LayerNorm": {"norm": "layernorm"},
        "post": POST,
        "post, a third of the rate": {**POST, **SLOW},
        "no norm": NO_NORM,
        "pre, no residual": NO_RESIDUAL,
        "no norm, no residual": {**NO_NORM, **NO_RESIDUAL},
    },
    "Positions": {
        "rope (as the rest)": {},
        "alibi": {"positions": "alibi"},
        "learned": {"positions": "learned"},
        "sinusoidal": {"positions": "sinusoidal"},
        "none": {"positions": "none"},
    },
    "Feed-forward": {
        "gelu (as the rest)": {},
        "relu": {"feed_forward": "relu"},
        "relu2": {"feed_forward": "relu2"},
        "swiglu, as many parameters": {"feed_forward": "swiglu", "d_ff": 344},
    },
    "Heads, projections and chance": {
        "4 key heads (as the rest)": {},
        "1 key head": {"n_kv_heads": 1},
        "normalised queries and keys": {"qk_norm": True},
        "untied output": {"tied_embeddings": False},
        "another seed": {"seed": 1},
        "a third seed": {"seed": 2},
    },
}


@dataclass(frozen=True)
class Result:
    """How a variant did."""

    parameters: int
    bits_per_byte: float | None  # None: it diverged
    first_norm: float  # of the gradient, at the first step
    largest_norm: float  # at any later one
    diverged_at: int = 0


def settings(steps: int) -> Params:
    """The quickstart with GELU and AdamW for `steps` steps, and one good look at the end."""
    params = load_params(PROFILES / "quickstart.yaml")
    train = params.train.model_copy(
        update={
            "optimizer": "adamw", "steps": steps, "warmup_steps": min(50, steps // 2),
            "eval_every": steps, "eval_batches": 32, "checkpoint_every": steps,
        }
    )  # fmt: skip
    return params.model_copy(update={"model": params.model.model_copy(update=GELU), "train": train})


def make_tokens(params: Params, folder: Path) -> Path:
    """The first three stages of the pipeline, in `folder`."""
    prepare(params.data, folder / "raw", folder / "downloads")
    tokenizer, _ = train_tokenizer(
        folder / "raw", params.tokenizer.vocab_size, params.tokenizer.pattern
    )
    tokenizer.save(folder)
    shards = params.encode.shard_tokens
    encode_corpus(folder / "raw", folder / "tokenizer.json", folder / "tokens", shards)
    return folder / "tokens"


def floor(params: Params) -> float:
    """Bits per byte of the validation stories under the grammar that tells them."""
    told = list(stories(params.data.seed, "validation", params.data.validation_stories))
    bits = -sum(story.log2_probability for story in told)
    return bits / sum(len(story.text.encode()) for story in told)


def trained(params: Params, changes: dict[str, Any], tokens: Path) -> Result:
    """Trains one variant; a divergence is a result as well."""
    from mlx.utils import tree_flatten

    from lmcore.dataset.shards import TokenShards
    from lmcore.training.checkpoints import CheckpointFolder
    from lmcore.training.distributed import Workers
    from lmcore.training.trainer import Trainer

    for section in ("model", "train"):
        part = getattr(params, section)
        own = {key: value for key, value in changes.items() if key in type(part).model_fields}
        params = params.model_copy(update={section: part.model_copy(update=own)})
    data = {split: TokenShards(tokens / split) for split in ("train", "validation")}
    with tempfile.TemporaryDirectory() as scratch:
        run = Trainer(params, data, CheckpointFolder(Path(scratch)), Workers(0, 1))
        size = sum(array.size for _, array in tree_flatten(run.model.parameters()))
        bits, diverged_at = None, 0
        try:
            bits = run.run().curves.validation[-1]["bits_per_byte"]
        except LmcoreError as error:
            if not (found := re.search(r"diverged at step (\d+)", error.message)):
                raise
            diverged_at = int(found[1])
    norms = [row["gradient_norm"] for row in run.curves.training]
    return Result(size, bits, norms[0], max(norms[1:], default=norms[0]), diverged_at)


def table(results: dict[str, Result]) -> list[str]:
    """One section's rows in Markdown."""
    lines = ["| | parameters | bits per byte | gradient norm: first step | largest later |"]
    lines.append("|---|---|---|---|---|")
    for name, result in results.items():
        bits = f"diverged at step {result.diverged_at}"
        if result.bits_per_byte is not None:
            bits = f"{result.bits_per_byte:.3f}"
        lines.append(
            f"| {name} | {result.parameters:,} | {bits} "
            f"| {result.first_norm:.3g} | {result.largest_norm:.3g} |"
        )
    return [*lines, ""]


@click.command()
@click.option("--steps", default=250, help="Optimizer steps of each variant.")
def main(steps: int) -> None:
    """Train all variants and write benchmarks/results/ablations.md."""
    from lmcore import backend

    backend.setup()
    params = settings(steps)
    tokens_seen = steps * params.train.batch_size * params.model.context_length
    lines = [
        "## Ablations", "",
        f"The quickstart's model and data, GELU and AdamW, {steps} steps ({tokens_seen:,} tokens), "
        "the same seed and batches. Bits per byte of the same validation batches; the grammar "
        f"itself, which none can beat, has {floor(params):.3f} on its validation stories.", "",
        describe("mlx", "numpy"), "",
    ]  # fmt: skip
    done: dict[str, Result] = {}  # by what was changed: one stands in every section
    with tempfile.TemporaryDirectory() as scratch:
        tokens = make_tokens(params, Path(scratch))
        for section, variants in ABLATIONS.items():
            for name, changes in variants.items():
                if str(changes) not in done:
                    done[str(changes)] = trained(params, changes, tokens)
                click.echo(f"{section}, {name}: {done[str(changes)]}", err=True)
            results = {name: done[str(changes)] for name, changes in variants.items()}
            lines += [f"### {section}", "", *table(results)]
            RESULTS.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
