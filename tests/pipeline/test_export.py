"""What a run made can be exported, and its card tells the run's own figures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from helpers.clone import Clone
from helpers.exported import exported


def test_a_run_is_exported_with_its_facts(finished: Clone, tmp_path: Path) -> None:
    done = finished.stage("export", "--into", str(tmp_path / "export"))
    assert done.returncode == 0, done.stdout + done.stderr
    card = (tmp_path / "export" / "README.md").read_text("utf-8")
    data = finished.folder / "data"
    evaluation = json.loads((data / "evaluation" / "figures.json").read_text())
    train = json.loads((data / "figures" / "train.json").read_text())
    assert f"| bits per byte | {evaluation['model']['bits_per_byte']:.3f} ± " in card
    assert f"| parameters | {train['parameters']:,} |" in card
    assert f"| tokens seen | {train['tokens_seen']:,} |" in card
    assert "| source | builtin |" in card and "| steps | 60 |" in card
    assert str(finished.folder) not in card


def test_only_what_was_trained_is_said_to_be(finished: Clone, tmp_path: Path) -> None:
    """Neither what was written into params.yaml since, nor a model that took the place of ours."""
    shutil.copytree(finished.folder, tmp_path / "copy")
    copy = Clone(tmp_path / "copy")
    card = copy.folder / "data" / "export" / "README.md"
    copy.set({"train.learning_rate": 0.5, "train.steps": 777, "train.optimizer": "adamw"})
    assert copy.stage("export").returncode == 0
    card_text = card.read_text("utf-8")
    assert (
        "| steps | 60 |" in card_text
        and "| optimizer | muon |" in card_text
        and "rate | 0.5 |" not in card_text
    )
    assert "## Held-out stories" in card_text
    exported("gpt2: biases", tmp_path / "other")
    assert copy.stage("import_hf", str(tmp_path / "other"), "--into", "data/model").returncode == 0
    assert copy.stage("export").returncode == 0
    card_text = card.read_text("utf-8")
    assert "`gpt2`" in card_text and "## The model" in card_text
    for claim in ("## Training", "## Held-out stories", "builtin", "tokens seen", "trained with"):
        assert claim not in card_text
