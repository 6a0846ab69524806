"""A small finished run, made up by hand, with text that would break a careless page."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from lmcore.common import paths
from lmcore.common.atomic_files import write_json, write_text
from lmcore.common.params import Params, load_params
from lmcore.model import GPT, ModelConfig
from lmcore.report.page import write_report
from lmcore.tokenizer.tokenizer import Tokenizer

HOSTILE = '</script><img src="https://example.com/x.png" onerror="throw 1"> & "quotes" <!--MAIN-->'
STORIES = [f"Once upon a time Lily said: {HOSTILE}\nThe end.", "The old cat was sad."] * 4
TEXT = "Once upon a time </script> Lily was sad."


def figures_of_run(source: str, experts: int, large: bool) -> dict[str, Any]:
    """Return what the evaluation measured."""
    figures: dict[str, Any] = {
        "model": {
            "bits_per_byte": 0.8,
            "bits_per_byte_standard_error": 0.01,
            "loss": 2.015,
            "loss_standard_error": 0.025,
            "perplexity": 7.5,
            "perplexity_standard_error": 0.1875,
        },
        "windows": {"context_length": 64, "stride": 32},
        "baselines": {
            "uniform": {"bits_per_byte": 3.0, "perplexity": 300.0},
            "unigram": {"bits_per_byte": 2.0, "perplexity": 200.0},
            "bigram": {"bits_per_byte": 1.4, "perplexity": 40.0},
            "kneser_ney_trigram": {"bits_per_byte": 1.0, "perplexity": 20.0},
            "xz": {"bits_per_byte": 1.9},
        },
    }
    if source == "builtin":
        figures["floor"] = {"bits_per_byte": 0.64}
    if experts:
        figures["experts"] = {
            "layer_2": {
                "load": {f"expert_{n + 1}": 1 / experts for n in range(experts)},
                "entropy": 1.25,
                "dead_experts": 0,
                "imbalance": 1.0,
                "specialisation": 0.375,
            }
        }
    if large:
        figures["n_grams"] = {"tokens_counted": 20_000_000, "train_tokens": 470_000_000}
    return figures


_SPLIT = {"documents": 8, "bytes": 4321, "tokens": 1234, "bytes_per_token": 3.5}
_QUALITY = {
    "words": 1234,
    "distinct_1": 0.4,
    "distinct_2": 0.8,
    "repetition": 0.01,
    "unknown_words": 0.0,
    "longest_overlap": 9,
}
_TRAIN = {
    "parameters": 12_345,
    "tokens_seen": 67_890,
    "best_validation_loss": 2.5,
    "final_validation_loss": 2.75,
}
_PASSAGE = {
    "ids": [299, 79, 110, 99, 101, 10],
    "tokens": ["<|endoftext|>", "Once", " upon", HOSTILE, "\n", "end"],
    "loss": [None, *(math.log(2) * bits for bits in (1.0, 0.0, 20.0, 3.0, 2.0))],
    "story_tokens": 5,
}


def write_run(
    root: Path, *, source: str = "builtin", experts: int = 0, large: bool = False
) -> None:
    """Write all that the report reads below `root`; `large`: not all text counted and searched."""
    searched = {"stories": 2_119_719 if large else 8, "stories_searched": 8}
    files = {
        paths.METRICS / "evaluation.json": {"bits_per_byte": 0.8, "trigram": 1.0},
        paths.EVALUATION / "figures.json": figures_of_run(source, experts, large),
        paths.FIGURES / "train.json": _TRAIN,
        paths.FIGURES / "tokens.json": {"train": _SPLIT, "validation": _SPLIT},
        paths.FIGURES / "tokenizer.json": {"vocab_size": 300, "merges": 43},
        paths.SAMPLES / "quality.json": {
            "samples": _QUALITY,
            "real": _QUALITY,
            "training": searched,
        },
        paths.RAW / "manifest.json": {"source": source, "license": "MIT", "splits": {}},
        paths.EVALUATION / "passage.json": _PASSAGE,
        paths.EVALUATION / "experts.json": {"layer_2": [[" the", HOSTILE]] * experts},
        paths.SAMPLES / "samples.json": [{"prompt": "Once <b>", "text": HOSTILE}],
    }
    write_text(root / "params.yaml", "train:\n  steps: 1500\n  learning_rate: 0.003\n")
    for path, value in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_json(root / path, value)
    _write_curves(root)


def _write_curves(root: Path) -> None:
    """Write the curves of training, and the loss by position."""
    rows = [f"{n},{n * 64},{8 / n + 2},{n / 1e5},{1 / n}" for n in range(1, 1501)]
    head = "step,tokens,loss,learning_rate,gradient_norm"
    write_text(root / paths.PLOTS / "training.csv", "\n".join([head, *rows]) + "\n")
    write_text(
        root / paths.PLOTS / "validation.csv",
        "step,tokens,loss,bits_per_byte\n750,1,3.0,1.0\n1500,2,2.75,0.9\n",
    )
    rows = [f"{n},{3 + 1 / (n + 1)},0.01" for n in range(64)]
    head = "position,loss,standard_error"
    write_text(root / paths.EVALUATION / "position_loss.csv", "\n".join([head, *rows]) + "\n")


def write_coherence(root: Path, coherence: dict[str, Any]) -> None:
    """Write what the coherence check found, beside the rest of a run."""
    (root / paths.EVALUATION).mkdir(parents=True, exist_ok=True)
    write_json(root / paths.EVALUATION / "coherence.json", coherence)


def write_inside(root: Path) -> dict[str, Any]:
    """Write, and return, what was measured inside a model of two layers of two heads."""

    def scores(size: float) -> dict[str, Any]:
        maps = {
            name: [[size, 0.125], [0.25, 0.5 * size]]
            for name in ("previous_token", "duplicate_token", "induction")
        }
        return maps | {"copying_nats": [6.0, 6.0 - 5 * size]}

    inside: dict[str, Any] = {
        "ablation": {
            "bits_per_byte": 0.75,
            "heads": [[1.0, 0.75], [0.5, 0.875]],
            "feed_forwards": [2.75, 1.0],
        },
        "head_scores": scores(0.75),
        "logit_lens": [5.0, 2.0, 0.75],
        "patching": {
            "pairs": 40,
            "logit_difference": {"own_story": 5.25, "other_story": -5.5},
            "recovered": [[0.0, 0.625], [-0.125, 0.25]],
        },
    }
    inside["checkpoints"] = [
        {**inside, "step": step, "head_scores": scores(size), "text": text}
        for step, size, text in ((1, 0.0625, f"Once {HOSTILE}"), (1000, 0.75, "Once upon."))
    ]
    (root / paths.DATA / "inside").mkdir(parents=True, exist_ok=True)
    write_json(root / paths.DATA / "inside" / "inside.json", inside)
    return inside


def small_model(params: Params, tokenizer: Tokenizer) -> GPT:
    """Two layers of two heads, fresh."""
    small = {"context_length": 64, "d_model": 16, "n_layers": 2, "n_heads": 2, "n_kv_heads": 2}
    config = params.model.model_dump() | small | {"d_ff": 32, "vocab_size": tokenizer.vocab_size}
    return GPT(ModelConfig(**config))


def make_report(
    root: Path,
    *,
    source: str = "builtin",
    experts: int = 0,
    without: Path | None = None,
    text: str = TEXT,
    live_model_mb: float = 3.5,
    large: bool = False,
) -> str:
    """Writes a run below `root`, which is the working folder, and reports on it."""
    params = load_params(Path(__file__).resolve().parents[2] / "profiles" / "quickstart.yaml")
    params = params.model_copy(
        update={
            "report": params.report.model_copy(
                update={"attention_text": text, "live_model_mb": live_model_mb}
            )
        }
    )
    write_run(root, source=source, experts=experts, large=large)
    if without is not None:
        (root / without).unlink()
    tokenizer = Tokenizer.train(STORIES, 300, ["<|endoftext|>"])
    model = small_model(params, tokenizer)
    write_report(params, model, tokenizer, root / paths.REPORT)
    return (root / paths.REPORT / "index.html").read_text("utf-8")
