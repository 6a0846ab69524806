"""The depth dial: sizes that fit together, and rates by the rules that it names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers.small_params import quickstart

from lmcore.common.params import Params, load_params
from lmcore.planning.depth import at_depth
from lmcore.planning.profiles import choose


def with_changes(**sections: dict) -> Params:
    values = quickstart().model_dump()
    for name, changes in sections.items():
        values[name] |= changes
    return Params(**values)


def test_twice_the_depth_by_hand() -> None:
    """Eight times the matrices: batch 4 * 8^0.383 = 8.87, so 9 micro-batches and 8 / 2.25 steps."""
    model = {"n_layers": 4, "d_model": 128, "n_heads": 4, "n_kv_heads": 2, "d_ff": 344}
    model |= {"copying_blocks": 2}
    train = {"steps": 900, "warmup_steps": 20, "gradient_accumulation": 4}
    train |= {"learning_rate": 0.01, "weight_decay": 0.1}
    found = at_depth(with_changes(model=model, train=train), 8)
    assert found == {
        "model.n_layers": 8,
        "model.d_model": 256,
        "model.n_heads": 8,
        "model.n_kv_heads": 4,
        "model.d_ff": 688,
        "model.value_embeddings": 0,
        "model.copying_blocks": 2,
        "train.steps": 3200,
        "train.warmup_steps": 71,
        "train.batch_warmup_steps": 0,
        "train.gradient_accumulation": 9,
        "train.learning_rate": 0.0106,  # 0.01 sqrt(2.25 / 2)
        "train.weight_decay": 0.0265,  # 0.1 * 0.01 * 900 / (0.0106 * 3200)
    }


def test_a_profiles_own_depth_changes_nothing() -> None:
    assert at_depth(quickstart(), quickstart().model.n_layers) == {}


@pytest.mark.parametrize("profile", ["quickstart", "modern", "tinystories", "3b"])
def test_every_depth_gives_parameters_that_are_allowed(
    profile: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repository / "profiles", tmp_path / "profiles")
    monkeypatch.chdir(tmp_path)
    Path("data/input").mkdir(parents=True)
    whole = load_params(Path("profiles") / f"{profile}.yaml")
    for depth in (1, 3, 2 * whole.model.n_layers + 1):
        params = choose(profile, None, depth)
        assert params.model.n_layers == depth and load_params() == params
        assert params.model.head_dim == whole.model.head_dim
    assert Path("params.yaml").read_text().count("#") > 50  # the comments stay
