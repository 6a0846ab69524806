"""What a run made can be exported, and its card tells the run's own figures."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.clone import Clone


def test_a_run_is_exported_with_its_facts(finished: Clone, tmp_path: Path) -> None:
    done = finished.stage("export", "--into", str(tmp_path / "export"))
    assert done.returncode == 0, done.stdout + done.stderr
    card = (tmp_path / "export" / "README.md").read_text("utf-8")
    metrics = finished.folder / "data" / "metrics"
    evaluation = json.loads((metrics / "evaluation.json").read_text())
    train = json.loads((metrics / "train.json").read_text())
    assert f"| bits per byte | {evaluation['model']['bits_per_byte']:.3f} ± " in card
    assert f"| parameters | {train['parameters']:,} |" in card
    assert f"| tokens seen | {train['tokens_seen']:,} |" in card
    assert "| source | builtin |" in card and "| steps | 60 |" in card
    assert str(finished.folder) not in card
