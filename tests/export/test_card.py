"""The model card says what is known of the run, and nothing that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from export.exported import model

from lmcore.artifacts import write_json
from lmcore.export.card import UNKNOWN, Run, model_card
from lmcore.params import Params, load_params

LLAMA = "llama: grouped queries"


@pytest.fixture
def params(repository: Path) -> Params:
    """Parameters whose model is the one of `LLAMA`."""
    params = load_params(repository / "params.yaml")
    shape = model(LLAMA).config.model_dump(include=set(params.model.model_dump()))
    return Params(**{**params.model_dump(), "model": shape})


def write_run(folder: Path, source: str) -> None:
    """The facts of a run, as the stages write them."""
    write_json(folder / "raw" / "manifest.json", {"source": source, "license": "MIT"})
    write_json(folder / "metrics" / "train.json", {"parameters": 1, "tokens_seen": 2048000})
    figures = {"loss": 2.0, "perplexity": 7.389, "bits_per_byte": 0.7391}
    write_json(
        folder / "metrics" / "evaluation.json",
        {
            "model": {**figures, "bits_per_byte_standard_error": 0.0021},
            "baselines": {"kneser_ney_trigram": {**figures, "bits_per_byte": 1.04}},
            "floor": {"bits_per_byte": 0.605},
        },
    )


def test_the_card_holds_the_facts_of_the_run(tmp_path: Path, params: Params) -> None:
    write_run(tmp_path, "tinystories")
    run = Run.read(tmp_path / "raw", tmp_path / "metrics", params, model(LLAMA))
    card = model_card(model(LLAMA), run, gguf=True)
    assert card.startswith("---\nlibrary_name: transformers\n")
    assert "datasets: [roneneldan/TinyStories]\n" in card
    for line in [
        "| bits per byte | 0.739 ± 0.002 (one standard error) |",
        "| perplexity per token | 7.39 |",
        "| Kneser-Ney trigram, bits per byte | 1.040 |",
        "| entropy of the source, bits per byte | 0.605 |",
        "| tokens seen | 2,048,000 |",
        "| source | tinystories |",
        "| licence | MIT |",
        f"| optimizer | {params.train.optimizer} |",
        f"| steps | {params.train.steps:,} |",
        "| n_kv_heads | 2 |",
        "| tied_embeddings | yes |",
    ]:
        assert line + "\n" in card, line
    parameters = sum(array.size for array in _arrays())
    assert f"| parameters | {parameters:,} |" in card
    assert "`llama`; read by transformers, mlx_lm and llama.cpp." in card


def _arrays() -> list:
    from mlx.utils import tree_flatten

    return [array for _, array in tree_flatten(model(LLAMA).parameters())]


def test_the_training_of_another_model_is_not_claimed(tmp_path: Path, params: Params) -> None:
    write_run(tmp_path, "builtin")
    wider = params.model.model_copy(update={"d_ff": 999})
    edited = params.model_copy(update={"model": wider})
    run = Run.read(tmp_path / "raw", tmp_path / "metrics", edited, model(LLAMA))
    card = model_card(model(LLAMA), run, gguf=False)
    assert "optimizer" not in card and "datasets" not in card
    assert "read by transformers and mlx_lm." in card


def test_of_an_unknown_run_nothing_is_said(tmp_path: Path) -> None:
    card = model_card(model("arcee: gelu"), UNKNOWN, gguf=False)
    assert "## The model" in card and "moe" not in card
    assert "## Training" not in card and "## Held-out" not in card
    assert "`arcee`; read by transformers." in card


def test_the_card_of_a_mixture_names_its_experts() -> None:
    assert "| moe.experts | 4 |" in model_card(model("mixtral: top 2"), UNKNOWN, gguf=False)
