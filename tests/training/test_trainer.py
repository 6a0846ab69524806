"""Training learns, resumes to the bit, and says what went wrong."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.shards import write
from helpers.small_params import params
from mlx.utils import tree_flatten

from lmcore.common.errors import LmcoreError
from lmcore.training import trainer
from lmcore.training.distributed import Workers
from lmcore.training.trainer import TrainedModel, train

ALONE = Workers(0, 1)


def weights(outcome: TrainedModel) -> dict[str, np.ndarray]:
    return {name: np.array(array) for name, array in tree_flatten(outcome.model.parameters())}


def same(one: TrainedModel, other: TrainedModel) -> bool:
    ours, theirs = weights(one), weights(other)
    return one.curves == other.curves and all((ours[n] == theirs[n]).all() for n in ours)


def test_the_loss_falls_and_the_curves_are_complete(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    outcome = train(params(repository), tokens, tmp_path / "checkpoints", ALONE)
    losses = [row["loss"] for row in outcome.curves.training]
    assert losses[0] == pytest.approx(math.log(300), abs=0.2)  # an untrained model guesses
    assert losses[-1] < 0.6 * losses[0]
    assert [row["step"] for row in outcome.curves.training] == list(range(1, 41))
    assert [row["step"] for row in outcome.curves.validation] == [10, 20, 30, 40]
    assert outcome.tokens_seen == 40 * 8 * 16


def test_an_interruption_at_any_step_changes_no_bit(
    repository: Path, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = params(repository, checkpoint_every=3)
    whole = train(config, tokens, tmp_path / "whole", ALONE)
    take_step = trainer.Trainer._take_step

    taken: list[int] = []

    def crash_at(step: int) -> None:
        def crashing(self: trainer.Trainer, stop: Any) -> Any:
            taken.append(self.step)
            if self.step == step:
                raise KeyboardInterrupt
            return take_step(self, stop)

        monkeypatch.setattr(trainer.Trainer, "_take_step", crashing)

    began = []
    for step in (2, 7, 25, 39):
        crash_at(step)
        with pytest.raises(KeyboardInterrupt):
            train(config, tokens, tmp_path / "parts", ALONE)
        began.append(taken[0])
        taken.clear()
    assert began == [0, 0, 6, 24]  # from the last checkpoint each time
    crash_at(-1)
    assert same(train(config, tokens, tmp_path / "parts", ALONE), whole)
    assert taken == [39]
    assert same(train(config, tokens, tmp_path / "parts", ALONE), whole)
    assert taken == [39]  # a finished run takes no step again


@pytest.mark.parametrize(
    "changes",
    [
        {
            "ema_decay": 0.9,
            "gradient_checkpointing": True,
            "muon": {"momentum_warmup_steps": 10, "normalize_rows": True},
            "weight_decay_schedule": "linear",
            "cautious_weight_decay": True,
            "gradient_accumulation": 3,
            "batch_warmup_steps": 7,
        },
        {"precision": "float16"},
        {"precision": "bfloat16", "mask_documents": True},
    ],
)
def test_every_way_to_train_learns_and_resumes_to_the_bit(
    repository: Path, tokens: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    config = params(repository, **changes, checkpoint_every=3, steps=20)
    whole = train(config, tokens, tmp_path / "whole", ALONE)
    assert whole.curves.training[-1]["loss"] < whole.curves.training[0]["loss"] - 1
    (run,) = (tmp_path / "whole").iterdir()
    shutil.rmtree(run / "step-00000020")
    assert [kept.name for kept in run.glob("step-*")] == ["step-00000018"]
    assert same(train(config, tokens, tmp_path / "whole", ALONE), whole)


def test_checkpointing_activations_changes_no_bit(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    plain, recomputed = (
        train(params(repository, gradient_checkpointing=value, steps=12), tokens, tmp_path, ALONE)
        for value in (False, True)
    )
    assert same(plain, recomputed)


def test_a_loss_out_of_proportion_stops_the_run(
    repository: Path, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_at = trainer.Batches.micro_batch

    def micro_batch(self: trainer.Batches, step: int) -> tuple[np.ndarray, np.ndarray]:
        inputs, targets = batch_at(self, step)
        return inputs, (targets + 100 if step == 36 else targets)  # tokens it never saw

    monkeypatch.setattr(trainer.Batches, "micro_batch", micro_batch)
    train(params(repository), tokens, tmp_path / "a", ALONE)  # without a limit it goes on
    limited = params(repository, max_loss_spike=2.0)
    with pytest.raises(LmcoreError, match=r"diverged at step 37: the loss is .*max_loss_spike"):
        train(limited, tokens, tmp_path / "b", ALONE)
    (run,) = (tmp_path / "b").iterdir()
    assert sorted(kept.name for kept in run.glob("step-*"))[-1] == "step-00000030"
    # The limit does not decide the result: without it the run goes on from there.
    (one, other) = (train(params(repository), tokens, tmp_path / name, ALONE) for name in "ab")
    assert same(one, other) and len(list((tmp_path / "b").iterdir())) == 1


@pytest.mark.parametrize(("spoilt", "kept"), [("batch", 35), ("weights", 30)])
def test_a_validated_state_outlives_the_step_that_diverges_unless_it_is_to_blame(
    repository: Path,
    tokens: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoilt: str,
    kept: int,
) -> None:
    """Step 36 finds the spike: in a batch of tokens never seen, or by what step 35 did."""
    batch_at, rate = trainer.Batches.micro_batch, trainer.learning_rate_at

    def micro_batch(self: trainer.Batches, step: int) -> tuple[np.ndarray, np.ndarray]:
        inputs, targets = batch_at(self, step)
        return inputs, (targets + 100 if step == 35 else targets)

    if spoilt == "batch":
        monkeypatch.setattr(trainer.Batches, "micro_batch", micro_batch)
    else:
        monkeypatch.setattr(
            trainer, "learning_rate_at", lambda c, step: 1.0 if step == 34 else rate(c, step)
        )
    config = params(repository, checkpoint_every=5, eval_every=5, max_loss_spike=2.0)
    with pytest.raises(
        LmcoreError, match=rf"diverged at step 36: .*max_loss_spike.* step {kept} is kept"
    ):
        train(config, tokens, tmp_path, ALONE)


def test_accumulation_equals_the_large_batch(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    # One epoch's batches of 4, two by two, are its batches of 8.
    large = train(params(repository, steps=12), tokens, tmp_path / "a", ALONE)
    small = params(repository, steps=12, batch_size=4, gradient_accumulation=2)
    accumulated = train(small, tokens, tmp_path / "b", ALONE)
    for name, array in weights(large).items():
        np.testing.assert_allclose(weights(accumulated)[name], array, atol=2e-4, err_msg=name)


@pytest.mark.parametrize("accumulation", [1, 2])
def test_any_split_of_a_batch_drops_the_same_activations(
    repository: Path, tokens: Path, tmp_path: Path, accumulation: int
) -> None:
    def gradients(batch_size: int, index: int, workers: Workers) -> dict[str, np.ndarray]:
        config = params(repository, batch_size=batch_size)
        model = config.model.model_copy(update={"dropout": 0.3})
        config = config.model_copy(update={"model": model})
        data = {split: trainer.TokenShards(tokens / split) for split in ("train", "validation")}
        one = trainer.Trainer(config, data, trainer.CheckpointFolder(tmp_path), workers)
        return {
            name: np.array(array)
            for name, array in one.train_step.gradients(*one.micro_batch(index))[1].items()
        }

    whole = gradients(8, 1, ALONE)
    parts = [
        gradients(8 // accumulation, accumulation + micro, Workers(rank, 2))
        for micro in range(accumulation)
        for rank in range(2)
    ]
    for name, array in whole.items():
        mean = np.mean([part[name] for part in parts], axis=0)
        np.testing.assert_allclose(mean, array, atol=1e-6, err_msg=name)


def test_another_seed_or_parameter_is_another_run(
    repository: Path, tokens: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "checkpoints"
    one = train(params(repository, steps=12), tokens, folder, ALONE)
    assert not same(one, train(params(repository, steps=12, seed=2), tokens, folder, ALONE))
    assert len(list(folder.iterdir())) == 2
    assert same(one, train(params(repository, steps=12), tokens, folder, ALONE))


def test_divergence_is_named_and_the_last_checkpoint_kept(
    repository: Path, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = trainer.learning_rate_at
    monkeypatch.setattr(
        trainer, "learning_rate_at", lambda config, step: rate(config, step) if step < 22 else 1e38
    )
    with pytest.raises(LmcoreError, match=r"diverged at step 2\d: .*train\.learning_rate"):
        train(params(repository), tokens, tmp_path / "checkpoints", ALONE)
    (run,) = (tmp_path / "checkpoints").iterdir()
    kept = sorted(run.glob("step-*"))
    assert kept[-1].name == "step-00000020"
    arrays = mx.load(str(kept[-1] / "arrays.safetensors"))
    assert all(np.isfinite(np.array(array)).all() for array in arrays.values())


@pytest.mark.parametrize("again", [1, 2])
def test_a_state_that_diverged_before_its_loss_was_seen_is_not_kept(
    repository: Path, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: int
) -> None:
    """Step 8 makes weights whose loss is no number, and saves them."""
    rate = trainer.learning_rate_at
    monkeypatch.setattr(
        trainer, "learning_rate_at", lambda config, step: rate(config, step) if step < 7 else 1e38
    )
    config = params(repository, checkpoint_every=1, eval_every=40)
    for _ in range(again):
        with pytest.raises(LmcoreError, match=r"diverged at step 9: .* checkpoint of step 7 is"):
            train(config, tokens, tmp_path / "checkpoints", ALONE)
    (run,) = (tmp_path / "checkpoints").iterdir()
    assert max(kept.name for kept in run.glob("step-*")) == "step-00000007"


def test_a_validation_loss_that_is_no_number_is_a_divergence(
    repository: Path, tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "learning_rate_at", lambda config, step: math.inf)
    config = params(repository, steps=1, warmup_steps=0)
    with pytest.raises(
        LmcoreError, match=r"diverged at step 1: the validation loss is nan\. No ch"
    ):
        train(config, tokens, tmp_path / "checkpoints", ALONE)
    (run,) = (tmp_path / "checkpoints").iterdir()
    assert list(run.glob("*step*")) == []


def test_saving_at_other_steps_is_the_same_run(
    repository: Path, tokens: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    often, seldom = (params(repository, steps=12, checkpoint_every=n) for n in (1, 12))
    one = train(often, tokens, tmp_path, ALONE)
    assert same(one, train(seldom, tokens, tmp_path, ALONE))
    assert "begins at step 0" not in capsys.readouterr().err
    train(params(repository, steps=12, eval_every=6), tokens, tmp_path, ALONE)
    assert f"begins at step 0: the checkpoints in {tmp_path} are" in capsys.readouterr().err


@pytest.mark.parametrize("transport", ["[ring] connection", "[nccl] failed"])
def test_a_lost_worker_is_one_sentence(
    repository: Path,
    tokens: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    transport: str,
) -> None:
    def gone(self: trainer.Trainer, stop: Any) -> Any:
        raise RuntimeError(transport)

    monkeypatch.setattr(trainer.Trainer, "_take_step", gone)
    with pytest.raises(LmcoreError, match="worker 0 lost the others"):
        train(params(repository), tokens, tmp_path, ALONE)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
@pytest.mark.parametrize("balance", ["loss", "bias"])
def test_mixtures_train_with_either_optimizer(
    repository: Path, tokens: Path, tmp_path: Path, optimizer: str, balance: str
) -> None:
    config = params(repository, optimizer=optimizer, steps=30)
    moe = config.model.moe.model_copy(update={"experts": 4, "top_k": 2, "balance": balance})
    config = config.model_copy(update={"model": config.model.model_copy(update={"moe": moe})})
    outcome = train(config, tokens, tmp_path / "checkpoints", ALONE)
    assert outcome.curves.training[-1]["loss"] < outcome.curves.training[0]["loss"] - 0.5


def test_data_shorter_than_a_window_is_one_sentence(repository: Path, tmp_path: Path) -> None:
    for split in ("train", "validation"):
        write(tmp_path / split, np.zeros(10, np.uint16), 100)
    with pytest.raises(LmcoreError, match=r"model\.context_length is 16"):
        train(params(repository), tmp_path, tmp_path / "checkpoints", ALONE)
