"""Textbook recipe against modern recipe: the same data, half the tokens.

    python -m benchmarks.recipes [--tokens 512000] [--seeds 3]

Trains profiles/textbook.yaml on `--tokens` tokens and profiles/modern.yaml on
half of them, each with its own schedule to its end, on the built-in stories
and on real text, with several seeds; and measures bits per byte on the whole
validation split. Slow (10 minutes on two cores), so `make bench` leaves it out.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.machine import describe, real_text
from lmcore import backend
from lmcore.common.params import Params, load_params
from lmcore.corpus.sources import prepare
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.train_tokenizer import train_tokenizer
from lmcore.planning.profiles import PROFILES

RESULTS = Path(__file__).parent / "results" / "recipes.md"

# Name: what of the profile's data section changes, and the size of the vocabulary.
SOURCES: dict[str, tuple[dict[str, str], int]] = {
    "builtin": ({"source": "builtin"}, 2048),
    "tinystories": ({"source": "files"}, 4096),
}
# The share of the tokens that each recipe is given.
RECIPES = {"textbook": 1.0, "modern": 0.5}


@dataclass(frozen=True)
class Run:
    """The outcome of one training run."""

    tokens: int
    parameters: int
    seconds: float  # of training
    bits_per_byte: float  # on the whole validation split


def tokens_of(source: str, folder: Path) -> Path:
    """Gathers, tokenizes and encodes a source; returns the folder of its shards."""
    changes, vocab_size = SOURCES[source]
    params = load_params(PROFILES / "textbook.yaml")
    if changes["source"] == "files":
        changes = changes | {"folder": str(real_text())}
    prepare(params.data.model_copy(update=changes), folder / "raw", folder / "downloads")
    tokenizer, _ = train_tokenizer(folder / "raw", vocab_size, params.tokenizer.pattern)
    tokenizer.save(folder)
    file = folder / "tokenizer.json"
    encode_corpus(folder / "raw", file, folder / "tokens", params.encode.shard_tokens)
    return folder / "tokens"


def recipe(name: str, tokens: int, seed: int) -> Params:
    """A profile with as many steps as the tokens allow, its warmup the same share of them."""
    params = load_params(PROFILES / f"{name}.yaml")
    train = params.train
    per_step = train.batch_size * train.gradient_accumulation * params.model.context_length
    steps = round(tokens / per_step)
    warmup = round(train.warmup_steps * steps / train.steps)
    # No look at the validation split on the way, and no checkpoint to resume from.
    changes = {"steps": steps, "warmup_steps": warmup, "seed": seed}
    changes |= {"eval_every": steps, "checkpoint_every": steps}
    return params.model_copy(update={"train": train.model_copy(update=changes)})


def trained(params: Params, tokens: Path) -> Run:
    """Trains as `params` says and measures."""
    from mlx.utils import tree_flatten

    from lmcore.common.units import LN2
    from lmcore.dataset.shards import TokenShards
    from lmcore.evaluation.losses import model_losses
    from lmcore.training.distributed import join
    from lmcore.training.trainer import train

    with tempfile.TemporaryDirectory() as checkpoints:
        outcome = train(params, tokens, Path(checkpoints), join(1))
    held_out = TokenShards(tokens / "validation")
    losses, _ = model_losses(outcome.model, held_out[:], held_out.end_of_text, 16, 0)
    return Run(
        outcome.tokens_seen,
        sum(array.size for _, array in tree_flatten(outcome.model.parameters())),
        outcome.seconds,
        float(losses.sum(dtype="float64")) / LN2 / held_out.bytes,
    )


def table(runs: dict[str, list[Run]]) -> list[str]:
    """One source's runs by recipe in Markdown, and whether the target is met."""
    lines = ["| recipe | parameters | tokens | seconds | bits per byte | each seed |"]
    lines.append("|---|---|---|---|---|---|")
    for name, of_recipe in runs.items():
        bits = [run.bits_per_byte for run in of_recipe]
        spread = f" ± {statistics.stdev(bits):.4f}" if len(bits) > 1 else ""
        lines.append(
            f"| {name} | {of_recipe[0].parameters:,} | {of_recipe[0].tokens:,} "
            f"| {statistics.median(run.seconds for run in of_recipe):.0f} "
            f"| {statistics.mean(bits):.4f}{spread} | {', '.join(f'{b:.4f}' for b in bits)} |"
        )
    textbook, modern = (
        statistics.mean(run.bits_per_byte for run in runs[name]) for name in RECIPES
    )
    verdict = "met" if modern <= textbook else "missed"
    return [*lines, "", f"Target {verdict}: modern / textbook is {modern / textbook:.3f}.", ""]


def measure(source: str, tokens: int, seeds: int) -> dict[str, list[Run]]:
    """All runs on one source, seed by seed, so that a busy machine disturbs both alike."""
    runs: dict[str, list[Run]] = {name: [] for name in RECIPES}
    with tempfile.TemporaryDirectory() as folder:
        shards = tokens_of(source, Path(folder))
        for seed in range(1, seeds + 1):
            for name, share in RECIPES.items():
                run = trained(recipe(name, round(tokens * share), seed), shards)
                runs[name].append(run)
                click.echo(f"{source}, {name}, seed {seed}: {run}", err=True)
    return runs


@click.command()
@click.option("--tokens", default=512_000, help="The textbook recipe's; the modern has half.")
@click.option("--seeds", default=3)
def main(tokens: int, seeds: int) -> None:
    """Measure and write benchmarks/results/recipes.md."""
    backend.setup()
    lines = ["## Recipes", "", describe("mlx", "numpy"), ""]
    lines += [
        f"profiles/textbook.yaml against profiles/modern.yaml, {seeds} seeds each; bits per byte "
        "of the whole validation split, mean ± standard deviation over seeds; seconds are the "
        "median. The target: the textbook recipe's bits per byte in at most half its tokens.",
        "",
    ]
    for source in SOURCES:
        lines += [f"### {source}", "", *table(measure(source, tokens, seeds))]
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text("\n".join(lines), "utf-8")  # after each: the next takes long
    click.echo("\n".join(lines))


if __name__ == "__main__":
    main(standalone_mode=False)
