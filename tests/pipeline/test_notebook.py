"""What a run made can be loaded in a notebook, and has there the figure of its evaluation."""

from __future__ import annotations

import pytest
from helpers.clone import Clone

import lmcore
from lmcore.common.json_files import read_json
from lmcore.dataset.stories import iter_texts


def test_the_bits_per_byte_of_a_run_are_those_of_its_evaluation(finished: Clone) -> None:
    data = finished.folder / "data"
    evaluated = read_json(data / "evaluation" / "figures.json")
    model = lmcore.load(data / "model")
    found = model.bits_per_byte(
        iter_texts(data / "raw", "validation"), evaluated["windows"]["stride"]
    )
    assert found == pytest.approx(evaluated["model"]["bits_per_byte"], rel=1e-5)
