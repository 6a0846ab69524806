"""dvc.yaml says what is true: each stage's dependencies are the files it imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.clone import REPOSITORY, STAGES
from helpers.imports import files_of
from ruamel.yaml import YAML

from lmcore.common import params, paths

PIPELINE = YAML(typ="safe").load((REPOSITORY / "dvc.yaml").read_text())


def test_the_stages_are_the_pipeline() -> None:
    assert list(PIPELINE["stages"]) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_code_dependencies_are_exactly_the_imported_files(stage: str) -> None:
    deps = PIPELINE["stages"][stage]["deps"]
    named = [path for path in deps if path.startswith(("lmcore/", "stages/"))]
    assert named == sorted(files_of(f"stages.{stage}", REPOSITORY))


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_described_and_runs_its_entrypoint(stage: str) -> None:
    definition = PIPELINE["stages"][stage]
    assert definition["desc"]
    assert definition["cmd"] == f"exec python -m stages.{stage}"


@pytest.mark.parametrize("stage", STAGES)
def test_tracked_parameters_are_sections(stage: str) -> None:
    assert set(PIPELINE["stages"][stage]["params"]) <= set(params.Params.model_fields)


def test_outputs_lie_where_the_library_puts_them() -> None:
    places = [
        paths.RAW, paths.TOKENIZER, paths.TOKENS, paths.MODEL,
        paths.EVALUATION, paths.SAMPLES, paths.REPORT,
    ]  # fmt: skip
    outs = [out for stage in PIPELINE["stages"].values() for out in stage["outs"]]
    assert [Path(out) for out in outs if isinstance(out, str)] == places


def test_figures_are_not_cached_so_that_git_can_show_them() -> None:
    for stage in PIPELINE["stages"].values():
        kinds = (("outs", paths.METRICS), ("metrics", paths.METRICS), ("plots", paths.PLOTS))
        for kind, folder in kinds:
            for entry in (entry for entry in stage.get(kind, []) if isinstance(entry, dict)):
                ((path, options),) = entry.items()
                assert Path(path).parent == folder
                assert options == {"cache": False}
