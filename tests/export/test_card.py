"""The model card says what is known of the run, and nothing that is not."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.exported import model

from lmcore.export.card import model_card
from lmcore.export.provenance import UNKNOWN, Run

LLAMA = "llama: grouped queries"
FIGURES = {"loss": 2.0, "perplexity": 7.389, "bits_per_byte": 0.7391}
RUN = Run(
    settings={
        "optimizer": "muon",
        "learning_rate": 0.02,
        "schedule": "wsd",
        "steps": 1000,
        "batch_size": 8,
        "gradient_accumulation": 2,
    },
    metrics={"parameters": 1, "tokens_seen": 2048000},
    evaluation={
        "model": {**FIGURES, "bits_per_byte_standard_error": 0.0021},
        "baselines": {"kneser_ney_trigram": {**FIGURES, "bits_per_byte": 1.04}},
        "floor": {"bits_per_byte": 0.605},
    },
    manifest={"source": "tinystories", "license": "MIT"},
)


def test_the_card_holds_the_facts_of_the_run() -> None:
    card = model_card(model(LLAMA), RUN, gguf=True)
    assert card.startswith("---\nlibrary_name: transformers\n")
    assert "language: en\ndatasets: [roneneldan/TinyStories]\n" in card
    assert "# A language model trained with lmcore\n" in card
    for line in [
        "| bits per byte | 0.739 ± 0.002 (one standard error) |",
        "| perplexity per token | 7.39 |",
        "| Kneser-Ney trigram, bits per byte | 1.040 |",
        "| entropy of the source, bits per byte | 0.605 |",
        "| tokens seen | 2,048,000 |",
        "| source | tinystories |",
        "| licence | MIT |",
        "| optimizer | muon |",
        "| learning rate | 0.02 |",
        "| schedule | wsd |",
        "| steps | 1,000 |",
        "| sequences per step | 16 |",
        "| n_kv_heads | 2 |",
        "| tied_embeddings | yes |",
    ]:
        assert line + "\n" in card, line
    parameters = sum(array.size for array in _arrays())
    assert f"| parameters | {parameters:,} |" in card
    assert "`llama`; read by transformers, mlx_lm and llama.cpp." in card
    llama = model_card(model(LLAMA), UNKNOWN, gguf=False)
    assert "`llama`; read by transformers and mlx_lm." in llama


def _arrays() -> list:
    from mlx.utils import tree_flatten

    return [array for _, array in tree_flatten(model(LLAMA).parameters())]


@pytest.mark.parametrize(
    ("unknown", "absent"),
    [
        ("evaluation", ["## Held-out", "bits per byte"]),
        ("manifest", ["language:", "datasets:", "| source |", "| licence |"]),
        ("metrics", ["| tokens seen |"]),
    ],
)
def test_what_is_not_known_is_not_said(unknown: str, absent: list[str]) -> None:
    known: dict[str, Any] = {**vars(RUN), unknown: {}}
    whole, card = (model_card(model(LLAMA), run, gguf=False) for run in (RUN, Run(**known)))
    for part in absent:
        assert part in whole and part not in card
    assert "| optimizer | muon |" in card


def test_an_error_that_is_not_known_is_not_said() -> None:
    own = {**RUN.evaluation["model"], "bits_per_byte_standard_error": None}
    run = Run(evaluation={**RUN.evaluation, "model": own})
    assert "| bits per byte | 0.739 |\n" in model_card(model(LLAMA), run, gguf=False)


def test_of_an_unknown_run_nothing_is_said() -> None:
    card = model_card(model("arcee: gelu"), UNKNOWN, gguf=False)
    assert "# A language model exported with lmcore\n" in card
    assert "## The model" in card and "moe" not in card
    assert "trained" not in card.replace("from_pretrained", "") and "stories" not in card
    assert "## Training" not in card and "## Held-out" not in card
    assert "`arcee`; read by transformers." in card


def test_the_card_of_a_mixture_names_its_experts() -> None:
    assert "| moe.experts | 4 |" in model_card(model("mixtral: top 2"), UNKNOWN, gguf=False)
