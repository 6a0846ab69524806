"""A budget becomes a number of steps before a cell trains; common data are made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.shards import FACTS, write

from lmcore.common.errors import LmcoreError
from lmcore.common.params import Params, load_params
from lmcore.dataset.shards import TokenShards
from lmcore.experiments.cell import prepared_data, within_budget


@pytest.fixture
def params(repository: Path) -> Params:
    return load_params(repository / "profiles" / "laboratory.yaml")


@pytest.fixture
def shards(tmp_path: Path) -> TokenShards:
    """1,000 tokens of 10 bytes of text."""
    return write(tmp_path / "train", np.zeros(1000, np.uint16), 1000)


def test_a_budget_is_a_number_of_whole_steps(params: Params, shards: TokenShards) -> None:
    per_step = params.train.batch_size * params.model.context_length
    assert within_budget(params, "tokens", 40.9 * per_step, shards).train.steps == 40
    tokens_per_byte = 1000 / FACTS["bytes"]
    found = within_budget(params, "bytes", 60.5 * per_step / tokens_per_byte, shards)
    assert found.train.steps == 60
    assert found.model == params.model


def test_a_budget_below_the_warmup_is_refused(params: Params, shards: TokenShards) -> None:
    with pytest.raises(LmcoreError, match=r"^a budget of 5000 tokens: train.warmup_steps"):
        within_budget(params, "tokens", 5000, shards)


def test_the_data_of_a_folder_are_made_anew_when_a_file_changes(
    params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stories = tmp_path / "stories" / "some.txt"
    stories.parent.mkdir()
    stories.write_text("\n<|endoftext|>\n".join(f"The cat saw {n} dogs." for n in range(200)))
    data = params.data.model_copy(update={"source": "files", "folder": "stories"})
    tokenizer = params.tokenizer.model_copy(update={"vocab_size": 270})
    ours = params.model_copy(update={"data": data, "tokenizer": tokenizer})
    first = prepared_data(ours)
    (stories.parent / ".notes").write_text("not read")
    assert prepared_data(ours) == first
    stories.write_text(stories.read_text().replace("cat", "owl"))
    second = prepared_data(ours)
    assert second != first
    linked = tmp_path / "more"
    linked.mkdir()
    (linked / "more.txt").write_text("The owl slept.\n<|endoftext|>\nThe owl woke.")
    (stories.parent / "more").symlink_to(linked)
    assert prepared_data(ours) not in (first, second)
