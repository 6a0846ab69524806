"""Stories at the terminal and in data/samples, from a model with random weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lmcore.corpus.store import SplitWriter
from lmcore.model import GPT, ModelConfig, save_model
from lmcore.params import load_params
from lmcore.tokenizer import Tokenizer
from stages.sample import main

TEXTS = ["Once upon a time, a cat sat.", "Día und Straße: 猫が好き。🐈 One day, it ran away!"] * 5


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A folder with params.yaml, data/raw and data/model."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copyfile(repository / "params.yaml", folder / "params.yaml")
    (folder / "data" / "raw").mkdir(parents=True)
    for split in ("train", "validation"):
        with SplitWriter(folder / "data" / "raw", split) as writer:
            for text in TEXTS:
                writer.add(text)
    tokenizer = Tokenizer.train(TEXTS, 290)
    tokenizer.save(folder)
    shape = load_params(folder / "params.yaml").model.model_dump()
    small = {"context_length": 64, "d_model": 16, "n_layers": 1, "n_heads": 2, "n_kv_heads": 2}
    model = GPT(ModelConfig(**shape | small | {"d_ff": 32}, vocab_size=tokenizer.vocab_size), 7)
    save_model(folder / "data" / "model", model, folder / "tokenizer.json")
    return folder


@pytest.fixture
def sample(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(home)

    def run(*options: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, [*options], input=typed)

    return run


def told(sample, *options: str) -> str:
    result = sample("--prompt", "One day", "--max-tokens", "40", *options)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_prompt_is_continued_the_same_for_the_same_seed(sample) -> None:
    story = told(sample, "--seed", "3")
    assert story.startswith("One day") and len(story) > 20
    assert story == told(sample, "--seed", "3") != told(sample, "--seed", "4")


def test_streaming_writes_what_is_written_at_once(sample) -> None:
    """Random weights cut characters in two: only whole ones may reach the terminal."""
    assert told(sample, "--seed", "3") == told(sample, "--seed", "3", "--no-stream")


def test_more_stories_are_those_of_the_next_seeds(sample) -> None:
    several = told(sample, "--seed", "3", "--number", "3")
    assert several == "".join(told(sample, "--seed", seed) for seed in "345")


def test_a_story_ends_before_a_stop(sample) -> None:
    whole = told(sample, "--seed", "3").rstrip("\n")
    stop = whole[20:22]
    assert told(sample, "--seed", "3", "--stop", stop).rstrip("\n") == (
        "One day" + whole[7:][: whole[7:].index(stop)]
    )


def test_candidates_are_shown_with_their_probabilities(sample) -> None:
    greedy = ("--temperature", "0", "--show-probs")
    lines = told(sample, *greedy).splitlines()
    assert 0 < len(lines) <= 40
    for line in lines:
        drawn, shown = line.split(" | ")
        pairs = [entry.rsplit(" ", 1) for entry in shown.split("  ") if entry[-5:-3] == "0."]
        chances = [float(chance) for _, chance in pairs]
        assert chances == sorted(chances, reverse=True) and 0 < sum(chances) <= 1.01
        assert shown.startswith(drawn.strip())  # greedy: the first candidate is drawn


def test_interactive_ends_at_an_empty_line_and_at_the_end_of_input(sample) -> None:
    for typed in ("One day\nThe cat\n\n", "One day\nThe cat"):
        result = sample("--interactive", "--max-tokens", "5", typed=typed)
        assert result.exit_code == 0
        assert result.output.count("One day") == 2 and "The cat" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--prompt", "a", "--temperature", "nan"], "nan is not finite"),
        (["--prompt", "a", "--temperature", "-1"], "-1.0 is not in the range"),
        (["--prompt", "a", "--top-p", "0"], "0.0 is not in the range"),
        (["--prompt", "a", "--stop", ""], "--stop is empty"),
        (["--seed", "3"], "--seed needs --prompt or --interactive"),
        (["--min-p", "0.1"], "--min-p needs --prompt or --interactive"),
    ],
)
def test_mistakes_are_told_in_a_sentence(sample, options: list[str], said: str) -> None:
    result = sample(*options)
    assert result.exit_code != 0 and said in result.output
    assert not Path("data/samples").exists()


def test_a_missing_model_is_named(sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile("params.yaml", tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    result = sample("--prompt", "a")
    assert result.exit_code == 1
    assert "data/model/config.json does not exist; `dvc repro` makes it." in result.output


def test_the_pipeline_writes_a_story_for_every_prompt_and_their_figures(sample) -> None:
    try:
        prompts = load_params().sample.prompts
        assert sample().exit_code == 0
        written = Path("data/samples/samples.json").read_bytes()
        stories = json.loads(written)
        assert [story["prompt"] for story in stories] == prompts
        assert all(story["text"] for story in stories)
        markdown = Path("data/samples/samples.md").read_bytes().decode()  # \r as it is
        assert all(story["text"] in markdown for story in stories)
        figures = json.loads(Path("data/metrics/samples.json").read_text())
        assert figures["real"]["unknown_words"] == 0 < figures["samples"]["unknown_words"]
        assert sample().exit_code == 0
        assert Path("data/samples/samples.json").read_bytes() == written
    finally:
        shutil.rmtree("data/samples", ignore_errors=True)
