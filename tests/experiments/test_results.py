"""A null experiment says so, a planted effect is named, and one seed claims nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs scipy (`make experiment` installs it)")

from lmcore.experiments.definition import Experiment
from lmcore.experiments.results import as_markdown, edge_warnings, summarise

SIZES = [100] * 50


def cells(effect: float, seeds: int = 3, sizes: list[int] = SIZES) -> list[dict[str, Any]]:
    """Runs whose bits are `effect` bits per byte above those of the same seeds without it."""
    runs = []
    for seed in range(1, seeds + 1):
        random = np.random.default_rng(seed)
        bits = random.normal(70, 10, len(sizes)) + 100 * (effect + random.normal(0, 0.002))
        runs.append(
            {
                "seed": seed,
                "bits_per_byte": float(bits.sum() / sum(sizes)),
                "story_bits": bits.tolist(),
                "story_bytes": sizes,
                "parameters": 10,
                "active_parameters": 10,
                "tokens_seen": 100,
                "flops": 1000,
                "learning_rate": 0.1,
                "longer_contexts": {},
            }
        )
    return runs


def test_the_same_variant_under_two_names_is_not_distinguishable() -> None:
    (sentence,) = summarise("Null?", {"one": cells(0.0), "same": cells(0.0)})["verdicts"]
    assert sentence.startswith("same and one are not distinguishable: +0.0000")


def test_an_interval_without_0_that_the_correction_refuses_says_so() -> None:
    """The same two variants are told apart alone, and not among 20 that show nothing."""
    other = [cells(effect)[n] for n, effect in enumerate((0.0075, 0.01, 0.0125))]
    pair = {"one": cells(0.0), "other": other}
    assert summarise("Alone?", pair)["variants"]["other"]["against_first"]["distinguishable"]
    many = summarise("Many?", pair | {f"same{n}": cells(0.0) for n in range(20)})
    assert many["verdicts"][0].startswith("other and one are not distinguishable: +0.0100")
    assert many["verdicts"][0].endswith(
        "; the interval excludes 0, but not after correction for 21 comparisons."
    )
    assert "after correction" not in many["verdicts"][1]


@pytest.mark.parametrize(("effect", "word"), [(0.1, "worse"), (-0.1, "better")])
def test_a_planted_effect_is_named(effect: float, word: str) -> None:
    results = summarise("Effect?", {"one": cells(0.0), "other": cells(effect)})
    assert results["verdicts"][0].startswith(f"other is {word} than one: {effect:+.1f}")
    row = results["variants"]["other"]["against_first"]
    assert row["distinguishable"] and row["paired_by_story"]
    assert row["bits_per_byte"]["mean"] == pytest.approx(effect, abs=0.01)
    table = as_markdown(results)
    assert "| other |" in table and "not distinguishable" not in table


def test_one_seed_claims_nothing() -> None:
    results = summarise("One?", {"one": cells(0.0, 1), "other": cells(1.0, 1)})
    assert "one seed does not tell" in results["verdicts"][0]
    assert results["variants"]["other"]["against_first"] is None


def test_other_stories_are_not_paired_by_story() -> None:
    results = summarise("Data?", {"one": cells(0.0), "other": cells(0.2, sizes=[100] * 60)})
    assert not results["variants"]["other"]["against_first"]["paired_by_story"]


def test_a_value_tuned_to_the_edge_is_named() -> None:
    experiment = Experiment(
        question="Tuned?",
        profile="laboratory",
        variants={"one": {}, "other": {}},
        seeds=[1],
        tune={"train.learning_rate": [0.1, 0.2, 0.3]},
    )
    runs = {
        name: [cells(0.0)[0] | {"tuned": {"train.learning_rate": value}}]
        for name, value in (("one", 0.2), ("other", 0.3))
    }
    (sentence,) = edge_warnings(experiment, runs)
    assert sentence.startswith(
        "other chose train.learning_rate 0.3, at the edge of the values tried"
    )
