"""The commands: a folder is written whole, or nothing is, and nothing of yours is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.exported import exported, model, tokenizer
from helpers.variants import model_of, tokens_of

from lmcore.common.errors import LmcoreError
from lmcore.model import load_model, save_model
from stages import export, import_hf


@pytest.fixture
def project(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with params.yaml and a model, as after `dvc repro`."""
    shutil.copyfile(repository / "profiles" / "quickstart.yaml", tmp_path / "params.yaml")
    tokenizer().save(tmp_path)
    model_folder = tmp_path / "data" / "model"
    model_folder.parent.mkdir()
    save_model(model_folder, model("llama: grouped queries"), tmp_path / "tokenizer.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_export_and_import_from_the_command_line(project: Path) -> None:
    pytest.importorskip("gguf", reason="pip install gguf")
    result = CliRunner().invoke(export.main, ["--gguf"])
    assert result.output == "data/export: llama, for transformers, mlx_lm and llama.cpp.\n"
    assert sorted(path.name for path in (project / "data/export").iterdir()) == [
        "README.md",
        "config.json",
        "generation_config.json",
        "merges.txt",
        "model.gguf",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    result = CliRunner().invoke(import_hf.main, ["data/export", "--into", "again"])
    assert result.exit_code == 0, result.output
    tokens = tokens_of(model("llama: grouped queries"))
    np.testing.assert_array_equal(
        load_model(project / "again")(tokens), load_model(project / "data/model")(tokens)
    )


def test_a_model_without_counterpart_is_one_sentence_and_no_folder(project: Path) -> None:
    alibi = model_of(positions="alibi", vocab_size=tokenizer().vocab_size)
    save_model(project / "data" / "model", alibi, project / "tokenizer.json")
    result = CliRunner().invoke(export.main, [])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1 and "(it is alibi)" in result.output
    assert not (project / "data" / "export").exists()


def test_an_export_replaces_an_export_and_nothing_else(tmp_path: Path) -> None:
    exported("qwen3: untied", tmp_path / "export")
    exported("llama: grouped queries", tmp_path / "export")
    assert '"llama"' in (tmp_path / "export" / "config.json").read_text()
    (tmp_path / "export" / "thesis.tex").write_text("years of work")
    with pytest.raises(LmcoreError, match=r"export holds thesis.tex, which would be lost"):
        exported("llama: grouped queries", tmp_path / "export")
    assert (tmp_path / "export" / "thesis.tex").read_text() == "years of work"
    assert (tmp_path / "export" / "model.safetensors").exists()


def refused(arguments: list[str], folder: Path) -> str:
    """What a command says that must leave a folder as it is."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    command, *arguments = arguments
    result = CliRunner().invoke({"export": export, "import_hf": import_hf}[command].main, arguments)
    assert result.exit_code == 1 and result.output.count("\n") == 1, result.output
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return result.output


@pytest.mark.parametrize("into", ["data/model", "data/../data/model", "link"])
def test_an_export_does_not_replace_the_model(into: str, project: Path) -> None:
    (project / "link").symlink_to(project / "data" / "model")
    message = refused(["export", "--into", into], project / "data" / "model")
    assert message == (
        f"Error: {into} holds checksums.json, which would be lost; name another folder.\n"
    )


def test_an_export_does_not_replace_a_tokenizer(project: Path) -> None:
    tokenizer().save(project / "data" / "tokenizer")
    message = refused(["export", "--into", "data/tokenizer"], project / "data" / "tokenizer")
    assert "data/tokenizer holds a merges.txt that this command did not write" in message


def test_an_export_does_not_replace_a_model_of_another_hand(project: Path) -> None:
    CliRunner().invoke(export.main, ["--into", "theirs"])
    (project / "theirs" / "README.md").write_text("# Llama")
    assert "holds a README.md" in refused(["export", "--into", "theirs"], project / "theirs")


def test_an_import_does_not_replace_its_source(project: Path) -> None:
    CliRunner().invoke(export.main, [])
    for file in (project / "data" / "export").iterdir():  # as few files as a model may have
        if file.name not in ("config.json", "model.safetensors", "tokenizer.json"):
            file.unlink()
    message = refused(
        ["import_hf", "data/export", "--into", "data/export"], project / "data/export"
    )
    assert "data/export holds a config.json that this command did not write" in message


def test_the_current_folder_is_not_replaced(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CliRunner().invoke(export.main, [])
    (project / "empty").mkdir()
    monkeypatch.chdir(project / "empty")
    message = refused(["import_hf", "../data/export", "--into", "."], project / "empty")
    assert message == "Error: . is where the command runs; name a folder in it.\n"


@pytest.mark.parametrize("into", ["absent/../..", "..", "absent/../../inner/.."])
def test_a_path_over_a_folder_that_is_not_there_leads_to_the_same_refusal(
    into: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the parents of such a path are made, it names a folder that was not found before."""
    CliRunner().invoke(export.main, ["--into", "theirs"])
    (project / "inner").mkdir()
    (project / "thesis.tex").write_text("years of work")
    monkeypatch.chdir(project / "inner")
    result = CliRunner().invoke(import_hf.main, ["../theirs", "--into", into])
    assert result.exit_code == 1 and "would be lost; name another folder" in result.output
    assert (project / "thesis.tex").read_text() == "years of work"
    assert not (project / "inner" / "absent").exists()


def test_an_import_replaces_a_model_of_ours_and_not_a_tokenizer(project: Path) -> None:
    CliRunner().invoke(export.main, [])
    result = CliRunner().invoke(import_hf.main, ["data/export", "--into", "data/model"])
    assert result.exit_code == 0, result.output
    (project / "tokens").mkdir()
    shutil.copyfile("tokenizer.json", "tokens/tokenizer.json")
    assert "tokenizer.json" in refused(
        ["import_hf", "data/export", "--into", "tokens"], project / "tokens"
    )


def test_a_file_is_not_replaced_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "export").write_text("years of work")
    with pytest.raises(LmcoreError, match="is a file; name a folder"):
        exported("llama: grouped queries", tmp_path / "export")
    assert (tmp_path / "export").read_text() == "years of work"
