"""dvc.yaml says what is true: each stage depends on the code that it imports, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.clone import REPOSITORY, STAGES
from helpers.stage_deps import code_deps, with_code_deps
from ruamel.yaml import YAML

from lmcore.common import params, paths

PIPELINE = YAML(typ="safe").load((REPOSITORY / "dvc.yaml").read_text())


def test_the_stages_are_the_pipeline() -> None:
    assert list(PIPELINE["stages"]) == STAGES


def test_code_dependencies_are_the_coarsest_exact_cover_of_the_imports() -> None:
    text = (REPOSITORY / "dvc.yaml").read_text()
    right = with_code_deps(text, REPOSITORY)
    assert text == right, f"`make deps` rewrites dvc.yaml with these lists:\n\n{right}"


def test_a_folder_stands_for_its_files_where_all_are_imported(tmp_path: Path) -> None:
    def module(path: str, *imports: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("".join(f"import {name}\n" for name in imports))

    module("stages/__init__.py")
    module("stages/sample.py")
    module("stages/train.py", "lmcore.whole.one", "lmcore.part.one", "numpy")
    module("lmcore/__init__.py")
    module("lmcore/whole/__init__.py", "lmcore.whole.inner.two")
    module("lmcore/whole/one.py")
    module("lmcore/whole/one.c")
    module("lmcore/whole/inner/__init__.py")
    module("lmcore/whole/inner/two.py")
    module("lmcore/part/__init__.py")
    module("lmcore/part/one.py", "lmcore.part.inner.two")
    module("lmcore/part/other.py")
    module("lmcore/part/inner/__init__.py")
    module("lmcore/part/inner/two.py")
    module("lmcore/whole/__pycache__/one.pyc")
    assert code_deps("train", tmp_path) == [
        "lmcore/__init__.py",
        "lmcore/part/__init__.py",
        "lmcore/part/inner",
        "lmcore/part/one.py",
        "lmcore/whole",
        "stages/__init__.py",
        "stages/train.py",
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_described_and_runs_its_entrypoint(stage: str) -> None:
    definition = PIPELINE["stages"][stage]
    assert definition["desc"]
    assert definition["cmd"] == f"exec python -m stages.{stage}"


@pytest.mark.parametrize("stage", STAGES[1:])
def test_tracked_parameters_are_sections(stage: str) -> None:
    named = PIPELINE["stages"][stage].get("params", [])
    assert set(named) <= set(params.Params.model_fields)


def test_every_stage_comes_after_the_check_of_the_whole_params_file() -> None:
    assert PIPELINE["stages"]["check_params"]["params"] == [{"params.yaml": None}]
    made = {paths.PARAMS_CHECKED.as_posix()}
    for stage in STAGES[1:]:
        definition = PIPELINE["stages"][stage]
        assert any(dep.startswith(tuple(made)) for dep in definition["deps"]), stage
        made |= {out for out in definition.get("outs", []) if isinstance(out, str)}


def test_outputs_lie_where_the_library_puts_them() -> None:
    expected = [
        paths.PARAMS_CHECKED, paths.RAW, paths.TOKENIZER, paths.FIGURES / "tokenizer.json",
        paths.TOKENS, paths.FIGURES / "tokens.json", paths.MODEL, paths.KEPT,
        paths.FIGURES / "train.json", paths.FIGURES / "curves.json", paths.EVALUATION,
        paths.SAMPLES, paths.INSIDE, paths.REPORT,
    ]  # fmt: skip
    outs = [out for stage in PIPELINE["stages"].values() for out in stage.get("outs", [])]
    assert [Path(out) for out in outs if isinstance(out, str)] == expected


def test_headline_figures_are_not_cached_so_that_git_can_show_them() -> None:
    for stage in PIPELINE["stages"].values():
        kinds = (("outs", paths.METRICS), ("metrics", paths.METRICS), ("plots", paths.PLOTS))
        for kind, folder in kinds:
            for entry in (entry for entry in stage.get(kind, []) if isinstance(entry, dict)):
                ((path, options),) = entry.items()
                assert Path(path).parent == folder
                assert options == {"cache": False}


def test_the_file_fits_a_screen() -> None:
    assert len((REPOSITORY / "dvc.yaml").read_text().splitlines()) <= 130
