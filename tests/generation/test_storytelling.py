"""Stories at the terminal and in data/samples, from a model with random weights."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lmcore.common.atomic_files import sha256_of, write_json
from lmcore.common.params import load_params
from lmcore.dataset.stories import SplitWriter
from lmcore.generation import storytelling
from lmcore.generation.sampling import SamplingParams
from lmcore.generation.storytelling import Generator
from lmcore.model import GPT, ModelConfig, load_model, save_model
from lmcore.samples.samples import save_samples
from lmcore.tokenizer.tokenizer import Tokenizer
from stages.sample import main

TEXTS = ["Once upon a time, a cat sat.", "Día und Straße: 猫が好き。🐈 One day, it ran away!"] * 5


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A folder with params.yaml, data/raw and data/model."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copyfile(repository / "profiles" / "quickstart.yaml", folder / "params.yaml")
    (folder / "data" / "raw").mkdir(parents=True)
    for split in ("train", "validation"):
        with SplitWriter(folder / "data" / "raw", split) as writer:
            for text in TEXTS:
                writer.add(text)
    raw = folder / "data" / "raw"
    files = {path.name: sha256_of(path) for path in sorted(raw.glob("*.parquet"))}
    splits = {
        split: {"files": {name: files[name] for name in files if name.startswith(split)}}
        for split in ("train", "validation")
    }
    write_json(raw / "manifest.json", {"source": "files", "splits": splits})
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


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens in which order: a batch of `n` begins, "step" by step, and text is written."""
    happened: list[str] = []
    generate, echo = storytelling.generate, storytelling.click.echo

    def generating(model, prompts, *rest):
        happened.append(f"batch of {len(prompts)}")
        for step in generate(model, prompts, *rest):
            happened.append("step")
            yield step

    def writing(text, **options):
        happened.append("write")
        echo(text, **options)

    monkeypatch.setattr(storytelling, "generate", generating)
    monkeypatch.setattr(storytelling.click, "echo", writing)
    return happened


def phases(events: list[str]) -> list[str]:
    """The events, each named once where it repeats."""
    return [event for event, before in zip(events, ["", *events], strict=False) if event != before]


@pytest.mark.parametrize("options", [(), ("--show-probs",)])
def test_more_stories_are_those_of_the_next_seeds(sample, options: tuple[str, ...]) -> None:
    several = told(sample, *options, "--seed", "3", "--number", "2", "--prompt", "The cat")
    alone = [told(sample, *options, "--seed", seed) for seed in "34"]
    for seed in "56":
        cat = sample("--prompt", "The cat", "--max-tokens", "40", *options, "--seed", seed)
        alone.append(cat.output)
    assert several == "".join(alone)


def test_several_stories_are_batches_and_written_as_each_is_done(sample, events: list[str]) -> None:
    together = told(sample, "--seed", "3", "--number", "18")
    assert phases(events) == ["batch of 16", "step", "write", "batch of 2", "step", "write"]
    assert together.startswith(told(sample, "--seed", "3", "--number", "2"))


def test_the_size_of_a_batch_changes_no_text(home: Path) -> None:
    params = load_params(home / "params.yaml").sample.with_options({"max_tokens": 20})
    generator = Generator.load(home / "data" / "model", params)
    prompts = ["One day", "", "The cat", "It ran", "Once"]
    texts = list(generator.generate(prompts))
    assert texts == list(generator.generate(prompts, batch_size=2))
    assert texts[0] == "".join(generator.stream("One day"))


@pytest.mark.parametrize("options", [(), ("--show-probs",)])
def test_a_single_story_is_written_as_it_comes_unless_at_once(
    sample, events: list[str], options: tuple[str, ...]
) -> None:
    streamed = told(sample, *options, "--seed", "3")
    assert len(phases(events)) > 20 and events[0] == "write"
    events.clear()
    assert told(sample, *options, "--seed", "3", "--no-stream") == streamed
    assert phases(events) == ["batch of 1", "step", "write"]


def test_a_batch_ends_when_every_story_has_met_its_stop(sample, events: list[str]) -> None:
    stories = told(sample, "--seed", "3", "--number", "2", "--stop", "e", "--stop", "a")
    assert not re.search("[ea]", stories.replace("One day", ""))
    assert events.count("step") < 40


def test_a_story_ends_before_a_stop(sample) -> None:
    whole = told(sample, "--seed", "3").rstrip("\n")
    stop = whole[20:22]
    assert told(sample, "--seed", "3", "--stop", stop).rstrip("\n") == (
        "One day" + whole[7:][: whole[7:].index(stop)]
    )


def drawn(line: str) -> str:
    """The token that a line of --show-probs is about."""
    return ast.literal_eval(line.rsplit(" | ", 1)[0].strip())


def test_a_story_ends_where_the_end_of_text_is_drawn(sample) -> None:
    ended = 0
    for seed in "01234":
        options = ("--seed", seed, "--max-tokens", "300")
        lines = told(sample, *options, "--show-probs").splitlines()[1:]
        ends = [drawn(line) == "<|endoftext|>" for line in lines]  # its step is shown, the last
        assert not any(ends[:-1]) and (ends[-1] or len(ends) == 300)
        assert "<|endoftext|>" not in told(sample, *options)
        ended += ends[-1]
    assert ended
    assert "<|endoftext|>" not in told(
        sample, "--seed", "0", "--max-tokens", "300", "--number", "5"
    )


@pytest.mark.parametrize("extreme", [("--top-p", "1e-50"), ("--temperature", "1e-45")])
def test_an_extreme_option_is_greedy(sample, extreme: tuple[str, str]) -> None:
    assert told(sample, *extreme) == told(sample, "--temperature", "0")


def test_a_model_with_more_ids_than_tokens_draws_none_of_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load_model(home / "data" / "model").config.model_copy(update={"vocab_size": 300})
    tokenizer = Tokenizer([], ["<|endoftext|>"])  # 257 tokens
    generator = Generator(GPT(config, 7), tokenizer, 60, SamplingParams(seed=3))
    assert len("".join(generator.stream("One day"))) > 20
    assert all(len(story) > 20 for story in generator.generate(["One day", "The cat"]))
    generator.write(["One day"], show_probs=True)
    assert len(capsys.readouterr().out.splitlines()) > 20


def test_a_prompt_that_is_not_utf8_is_read_as_far_as_it_is(sample, tmp_path: Path) -> None:
    """An argument's stray byte reaches Python as half a pair of UTF-16, which is no text."""
    stories = [sample("--prompt", prompt, "--max-tokens", "9") for prompt in ("caf\udce9", "caf�")]
    assert stories[0].exit_code == 0, stories[0].output
    assert stories[0].output == stories[1].output
    assert stories[0].output.startswith("caf�")
    params = load_params().sample.with_options({"max_tokens": 9})
    generator = Generator.load(Path("data/model"), params)
    save_samples(generator, ["caf\udce9"], Path("data/raw"), tmp_path / "told")
    assert json.loads((tmp_path / "told" / "samples.json").read_text())[0]["prompt"] == "caf�"


def test_candidates_are_shown_with_their_probabilities(sample) -> None:
    greedy = ("--temperature", "0", "--show-probs")
    prompt, *lines = told(sample, *greedy).splitlines()
    assert prompt == "One day" and 0 < len(lines) <= 40
    for line in lines:
        drawn, shown = line.split(" | ")
        pairs = [entry.rsplit(" ", 1) for entry in shown.split("  ") if entry[-5:-3] == "0."]
        chances = [float(chance) for _, chance in pairs]
        assert chances == sorted(chances, reverse=True) and 0 < sum(chances) <= 1.01
        assert shown.startswith(drawn.strip())  # greedy: the first candidate is drawn


def test_candidates_are_shown_to_the_step_that_completes_a_stop(sample) -> None:
    lines = told(sample, "--seed", "3", "--show-probs").splitlines()[1:]
    text = "".join(map(drawn, lines))
    stop = re.search("[ -~]{2}", text[8:])[0]
    shown = told(sample, "--seed", "3", "--show-probs", "--stop", stop).splitlines()[1:]
    assert shown == lines[: len(shown)]
    assert stop in "".join(map(drawn, shown)) and stop not in "".join(map(drawn, shown[:-1]))


def test_a_prompt_is_told_before_others_are_asked_for(sample) -> None:
    story = told(sample, "--seed", "3")
    both = sample(
        "--prompt", "One day", "--interactive", "--seed", "3", "--max-tokens", "40", typed="The\n\n"
    )
    assert both.output.startswith(story + "Prompt: The\nThe")


def test_interactive_ends_at_an_empty_line_and_at_the_end_of_input(sample) -> None:
    for typed in ("One day\nThe cat\n\n", "One day\nThe cat"):
        result = sample("--interactive", "--max-tokens", "5", typed=typed)
        assert result.exit_code == 0
        assert result.output.count("One day") == 2 and "The cat" in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--prompt", "a", "--temperature", "nan"],
            "--temperature is nan; it should be less than or equal to 1000",
        ),
        (["--prompt", "a", "--temperature", "-1"], "--temperature is -1.0; it should be greater"),
        (["--prompt", "a", "--top-p", "0"], "--top-p is 0.0; it should be greater than 0"),
        (
            ["--prompt", "a", "--max-tokens", "3000000000"],
            "should be less than or equal to 1000000",
        ),
        (["--prompt", "a", "--stop", "b", "--stop", ""], "--stop is ''; it should have at least 1"),
        (["--seed", "3"], "--seed needs --prompt or --interactive"),
        (["--min-p", "0.1"], "--min-p needs --prompt or --interactive"),
    ],
)
def test_mistakes_are_told_in_a_sentence(sample, options: list[str], message: str) -> None:
    result = sample(*options)
    assert result.exit_code != 0 and message in result.output
    assert not Path("data/samples").exists()


def test_a_missing_model_is_named(sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile("params.yaml", tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    result = sample("--prompt", "a")
    assert result.exit_code == 1
    assert "data/model is not a folder; `dvc repro` makes it." in result.output


@pytest.mark.parametrize(
    ("shipped", "changed", "options"),
    [
        ("min_p: 0.0", "min_p: 0.9", ("--min-p", "0.9")),
        ("repetition_penalty: 1.0", "repetition_penalty: 50", ("--repetition-penalty", "50")),
        ("stop: []", "stop: [e, a]", ("--stop", "e", "--stop", "a")),
    ],
)
def test_params_yaml_can_say_what_an_option_can(
    sample, tmp_path: Path, shipped: str, changed: str, options: tuple[str, ...]
) -> None:
    expected, plain = told(sample, "--seed", "3", *options), told(sample, "--seed", "3")
    shutil.copytree(".", tmp_path / "changed")
    os.chdir(tmp_path / "changed")
    text = Path("params.yaml").read_text()
    assert shipped in text
    Path("params.yaml").write_text(text.replace(shipped, changed))
    assert told(sample, "--seed", "3") == expected != plain
    params = load_params().sample
    assert sample().exit_code == 0
    stories = json.loads(Path("data/samples/samples.json").read_text())
    for seed, story in enumerate(stories, start=params.seed):
        same = sample("--prompt", story["prompt"], "--seed", str(seed)).output
        assert same == story["prompt"] + story["text"] + "\n"


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
        figures = json.loads(Path("data/samples/quality.json").read_text())
        assert figures["real"]["unknown_words"] == 0 < figures["samples"]["unknown_words"]
        assert sample().exit_code == 0
        assert Path("data/samples/samples.json").read_bytes() == written
    finally:
        shutil.rmtree("data/samples", ignore_errors=True)
