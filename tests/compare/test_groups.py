"""Groups of runs are compared by the statistics of experiments, and open with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs scipy (`make experiment` installs it)")

from experiments.test_results import cells

from lmcore.common.atomic_files import write_json
from lmcore.common.errors import LmcoreError
from lmcore.compare import groups
from lmcore.compare.groups import compare_groups, open_group
from lmcore.compare.revision import is_group
from lmcore.compare.show import as_text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three seeds of variants `good` and `bad`, one tuning run, and four revisions."""
    monkeypatch.chdir(tmp_path)
    for name, effect in (("good", 0.0), ("bad", 0.1)):
        for run in cells(effect):
            write_json(Path(f"data/experiments/mine/{name}-{run['seed']}.json"), run)
    write_json(Path("data/experiments/mine/good-0-choice1.json"), cells(5.0)[0])

    @contextmanager
    def revision(name: str) -> Iterator[SimpleNamespace]:
        kind, seed = name[0], int(name[1])
        run = cells(0.1 if kind == "B" else 0.0)[seed - 1]
        path = tmp_path / f"{name}.csv"
        nats = np.array(run["story_bits"]) * np.log(2)
        rows = zip(run["story_bytes"], nats.tolist(), strict=True)
        path.write_text("bytes,nats\n" + "".join(f"{size},{cost}\n" for size, cost in rows))
        params = {"train.seed": seed, "model.norm": "post" if kind == "B" else "pre"}
        yield SimpleNamespace(path=lambda name: path, params=params)

    monkeypatch.setattr(groups, "open_revision", revision)
    return tmp_path


def test_what_a_group_is() -> None:
    assert is_group("A1,A2") and is_group("experiments/quick/gelu")
    assert not any(map(is_group, ("HEAD~1", "workspace", "experiments/quick", "feature/x")))


def test_revisions_and_cells_of_the_same_runs_give_the_same_answer(folder: Path) -> None:
    told = []
    for a, b in (("A3,A1,A2", "B1,B2,B3"), ("experiments/mine/good", "experiments/mine/bad")):
        text = as_text(compare_groups(open_group(a), open_group(b)))
        assert text.startswith(f"Answer\n------\n{b} is worse than {a}: ")
        assert ", distinguishable." in text and "paired by seed and validation story" in text
        told.append(text.replace(a, "A").replace(b, "B").split("Parameters")[0])
        if a.startswith("A3"):
            assert "model.norm  pre" in text.split("Parameters")[1]
            assert "train.seed" not in text
    assert " ".join(told[0].split()) == " ".join(told[1].split())


def test_equal_groups_are_not_distinguishable(folder: Path) -> None:
    one = open_group("experiments/mine/good")
    text = as_text(compare_groups(one, one))
    assert "not distinguishable" in text.splitlines()[2]


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ("A1,A2,A3", "B1,B2", "A1,A2,A3 has 3 and B1,B2 2 runs; groups are paired by seed"),
        ("A1,A2", "experiments/mine/other", "experiments/mine/other has no runs in"),
    ],
)
def test_groups_that_do_not_pair_are_refused(folder: Path, a: str, b: str, sentence: str) -> None:
    with pytest.raises(LmcoreError, match=sentence):
        compare_groups(open_group(a), open_group(b))
