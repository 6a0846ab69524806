"""The tables of the course are those of the committed results, and of nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="needs scipy (`make experiment` installs it)")
pytest.importorskip("matplotlib", reason="needs matplotlib (`make experiment` installs it)")

from experiments.test_results import cells

from lmcore.common.errors import LmcoreError
from lmcore.experiments.documents import documents, with_results, write_documents, write_times
from lmcore.experiments.results import summarise

MARKS = "<!-- experiment mine -->\nold\n<!-- end of experiment -->\n"


@pytest.fixture
def root(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one experiment, not run yet, which a chapter and the index show."""
    shutil.copytree(repository / "profiles", tmp_path / "profiles")
    folder = tmp_path / "experiments" / "mine"
    folder.mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    shutil.copy(repository / "experiments/quick/experiment.yaml", folder)
    (tmp_path / "README.md").write_text("# Ours\n")
    (tmp_path / "docs/chapter.md").write_text(f"Before.\n{MARKS}After.\n")
    index = MARKS.replace("mine", "all")
    (tmp_path / "experiments/README.md").write_text(index)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_committed_documents_are_as_the_committed_results(repository: Path) -> None:
    for path in documents(repository):
        text = path.read_text("utf-8")
        assert with_results(text, path, repository) == text, f"{path.name}: run `make docs`"


def test_what_was_not_run_says_so(root: Path) -> None:
    assert write_documents(root) == ["experiments/README.md", "docs/chapter.md"]
    chapter = (root / "docs/chapter.md").read_text()
    assert "Not run yet: `make experiment NAME=mine`." in chapter and "old" not in chapter
    assert chapter.startswith("Before.\n") and chapter.endswith("After.\n")
    assert "not run yet" in (root / "experiments/README.md").read_text()
    assert write_documents(root) == [], "a second time changes nothing"


def test_results_and_times_are_shown_where_they_are(root: Path) -> None:
    results = summarise("Which?", {"one": cells(0.0), "other": cells(0.1), "last": cells(0.0)})
    (root / "experiments/mine/results.json").write_text(json.dumps(results, sort_keys=True))
    timings = root / "data/.timings/experiments/mine"
    timings.mkdir(parents=True)
    for seed in (1, 2):
        text = json.dumps({"seconds": 60.0, "cpu_seconds": 20.5})
        (timings / f"one-{seed}.json").write_text(text)
    assert write_times(Path("experiments/mine"))["cpu_seconds"] == 41.0
    write_documents(root)
    chapter = (root / "docs/chapter.md").read_text()
    assert re.findall(r"^\| (one|other|last) \|", chapter, re.MULTILINE) == ["one", "other", "last"]
    assert "2 runs took 41 seconds of CPU time" in chapter
    (image,) = re.findall(r"\]\((\S+\.svg)\)", chapter)
    assert image == "../experiments/mine/results.svg"
    index = (root / "experiments/README.md").read_text()
    assert "(mine/results.svg)" in index and "| together | | 2 | 41 s |" in index


def test_a_chapter_that_shows_no_experiment_of_ours_is_refused(root: Path) -> None:
    (root / "docs/chapter.md").write_text(MARKS.replace("mine", "theirs"))
    with pytest.raises(LmcoreError, match="shows experiment theirs, which does not exist"):
        write_documents(root)
