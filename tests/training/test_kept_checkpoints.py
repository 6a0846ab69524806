"""The weights of a few steps survive interruptions and damage with the same bits."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.small_params import params
from mlx.utils import tree_flatten

from lmcore.common.atomic_files import sha256_of
from lmcore.common.errors import LmcoreError
from lmcore.common.json_files import read_json
from lmcore.model import checkpoint_steps, load_model
from lmcore.training import trainer
from lmcore.training.distributed import Workers
from lmcore.training.kept_checkpoints import steps_to_keep
from lmcore.training.trainer import TrainedModel, save_run, train

ALONE = Workers(0, 1)


@pytest.mark.parametrize(
    ("steps", "count", "expected"),
    [
        (1000, 8, [1, 3, 7, 19, 52, 139, 373, 1000]),
        (1000, 0, []),
        (1000, 1, [1000]),
        (1000, 2, [1, 1000]),
        (12, 8, [1, 2, 3, 4, 5, 6, 8, 12]),
        (5, 8, [1, 2, 3, 4, 5]),
        (1, 8, [1]),
    ],
)
def test_kept_steps_are_spaced_logarithmically(steps: int, count: int, expected: list[int]) -> None:
    assert steps_to_keep(steps, count) == expected


def test_any_number_of_kept_steps_is_what_was_asked_for() -> None:
    for steps in (2, 7, 40, 999):
        for count in range(2, steps + 1):
            kept = steps_to_keep(steps, count)
            assert len(kept) == count and kept == sorted(set(kept))
            assert kept[0] == 1 and kept[-1] == steps


def saved(outcome: TrainedModel, folder: Path) -> dict[int, str]:
    """Save a run and return the hash of the weights at each kept step."""
    tokenizer = folder / "tokenizer.json"
    folder.mkdir(exist_ok=True)
    tokenizer.write_text("{}")
    save_run(
        outcome, tokenizer, folder / "model", folder / "kept", folder / "plots", folder / "figures"
    )
    return {
        entry["step"]: entry["sha256"]
        for entry in read_json(folder / "kept" / "index.json")["checkpoints"]
    }


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9}])
def test_each_kept_step_is_loaded_as_a_model(
    repository: Path, tokens: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    config = params(repository, steps=12, kept_checkpoints=4, **changes)
    outcome = train(config, tokens, tmp_path / "checkpoints", ALONE)
    hashes = saved(outcome, tmp_path / "out")
    kept = tmp_path / "out" / "kept"
    assert checkpoint_steps(kept) == [1, 2, 5, 12] == list(hashes)
    assert len(set(hashes.values())) == 4
    assert hashes[12] == sha256_of(tmp_path / "out" / "model" / "model.safetensors")
    # The weights of step 5 are those of the same run when it has taken 5 steps.
    first = train(
        params(repository, steps=5, schedule="constant", **changes), tokens, tmp_path / "b", ALONE
    )
    constant = params(repository, steps=12, kept_checkpoints=4, schedule="constant", **changes)
    saved(train(constant, tokens, tmp_path / "c", ALONE), tmp_path / "out")
    at_five = dict(tree_flatten(load_model(kept, step=5).parameters()))
    for name, array in tree_flatten(first.model.parameters()):
        np.testing.assert_array_equal(at_five[name], array, err_msg=name)


def test_kept_weights_survive_interruptions(
    repository: Path, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = params(repository, steps=12, kept_checkpoints=6, checkpoint_every=3)
    whole = saved(train(config, tokens, tmp_path / "whole", ALONE), tmp_path / "a")
    save = trainer.CheckpointFolder.save
    for step in (3, 6, 12):

        def killed(self: Any, checkpoint: Any, best: bool = False, step: int = step) -> None:
            if checkpoint.step == step:
                raise KeyboardInterrupt
            save(self, checkpoint, best=best)

        monkeypatch.setattr(trainer.CheckpointFolder, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            train(config, tokens, tmp_path / "parts", ALONE)
    monkeypatch.undo()
    assert saved(train(config, tokens, tmp_path / "parts", ALONE), tmp_path / "b") == whole
    assert list(whole) == steps_to_keep(12, 6)


@pytest.mark.parametrize("damage", ["remove", "flip"])
def test_damaged_kept_weights_are_made_anew(
    repository: Path,
    tokens: Path,
    tmp_path: Path,
    damage: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = params(repository, steps=12, kept_checkpoints=4, checkpoint_every=3)
    whole = saved(train(config, tokens, tmp_path / "runs", ALONE), tmp_path / "a")
    (run,) = (tmp_path / "runs").iterdir()
    weights = run / "kept" / "step-00000005" / "model.safetensors"
    if damage == "remove":
        shutil.rmtree(weights.parent)
    else:
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    again = train(config, tokens, tmp_path / "runs", ALONE)
    assert "kept at step 5 are missing or damaged" in capsys.readouterr().err
    assert saved(again, tmp_path / "b") == whole


def test_without_kept_checkpoints_the_index_is_empty(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    config = params(repository, steps=5, kept_checkpoints=0)
    assert saved(train(config, tokens, tmp_path / "runs", ALONE), tmp_path / "a") == {}
    assert checkpoint_steps(tmp_path / "a" / "kept") == []


def test_a_damaged_output_is_refused(repository: Path, tokens: Path, tmp_path: Path) -> None:
    config = params(repository, steps=5, kept_checkpoints=1)
    saved(train(config, tokens, tmp_path / "runs", ALONE), tmp_path / "a")
    kept = tmp_path / "a" / "kept"
    with pytest.raises(LmcoreError, match=r"index\.json names no step 4"):
        load_model(kept, step=4)
    weights = kept / "step-00000005" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(
        LmcoreError, match=r"is damaged: its SHA-256 is not the one that .*index\.json states"
    ):
        load_model(kept, step=5)
    (kept / "index.json").write_text("[1]")
    with pytest.raises(LmcoreError, match=r"index\.json is damaged"):
        checkpoint_steps(kept)
