"""Stories that hold together, and what is said of those that do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import mlx.core as mx
import mlx.optimizers as optim
import numpy as np
import pytest
from helpers.variants import config_of

from lmcore.common.atomic_files import write_json
from lmcore.common.params import EvaluateParams
from lmcore.corpus.validity import KINDS, Validity, check
from lmcore.dataset.encode import encode_corpus
from lmcore.dataset.stories import SplitWriter
from lmcore.evaluation.checkpoints import kept_models
from lmcore.evaluation.coherence import (
    Sampler,
    coherence_figures,
    evaluate_coherence,
    examples,
    first_samples,
    marked,
    name_recurs,
)
from lmcore.evaluation.copying import evaluate_copying
from lmcore.evaluation.run import evaluate_run
from lmcore.model import GPT, save_model
from lmcore.model.io import save_checkpoint_index
from lmcore.tokenizer.tokenizer import Tokenizer
from lmcore.training.cross_entropy import next_token_loss


@pytest.mark.parametrize(
    ("text", "recurs"),
    [
        ("Once there was a cat named Tom. Tom was happy.", True),
        ("Once there was a cat named Tom. He was happy.", False),
        ("One day, Lily saw Tom. Tom ran.", False),  # Lily is the first
        ("The cat ran. The cat sat.", False),  # no word within a sentence has a capital
        ('"No," said Tom. "I want it, and I am Tom!"', True),
        ("Then I sat, and I ran.", False),
        ("She met Tom. Tommy ran.", False),
        ("", False),
    ],
)
def test_whether_the_first_name_recurs(text: str, recurs: bool) -> None:
    assert name_recurs(text) is recurs


def test_built_in_stories_are_wholly_valid(built_in: list[str]) -> None:
    figures = coherence_figures(built_in, [check(text) for text in built_in])
    assert figures["valid"] == 1 and figures["valid_standard_error"] == 0
    assert figures["progress"] is None and figures["sentences"] is None
    assert figures["violations"] == dict.fromkeys(KINDS, 0)
    assert figures["name_recurs"] > 0.8


def test_figures_of_broken_stories(built_in: list[str]) -> None:
    """One cut in the middle, one with a word that is none, and one as it is."""
    whole, cut, misspelt = built_in[:3]
    cut = cut[: cut.index(".", len(cut) // 2) + 1]
    place = misspelt.index(" ", len(misspelt) // 3) + 1
    misspelt = misspelt[:place] + "zorp" + misspelt[misspelt.index(" ", place) :]
    texts = [whole, cut, misspelt, misspelt]
    checks = [check(text) for text in texts]
    figures = coherence_figures(texts, checks)
    assert figures["stories"] == 4 and figures["valid"] == 0.25
    assert figures["valid_standard_error"] == pytest.approx((0.25 * 0.75 / 4) ** 0.5)
    assert figures["violations"] == dict.fromkeys(KINDS, 0) | {"word": 2, "unfinished": 1}
    assert figures["progress"] == pytest.approx(place / len(misspelt), abs=0.01)
    shown = examples(texts, checks)
    assert [example["kind"] for example in shown] == ["word", "word", "unfinished"]
    start, length = shown[0]["offset"], shown[0]["length"]
    assert misspelt[start : start + length] == shown[0]["found"] == "zorp"
    assert shown[0]["expected"]
    assert [sample["valid"] for sample in first_samples(texts, checks)] == [True] + [False] * 3


def test_of_a_wrong_word_that_begins_as_the_right_one_the_whole_is_told() -> None:
    violation = Validity(False, "name", 7, 6, 11, "ate", 7)
    shown = marked("I saw Kitty.", violation)
    assert (shown["found"], shown["expected"]) == ("Kitty", "Kate")


def test_of_a_sentence_out_of_place_the_word_that_fits_is_whole() -> None:
    shown = marked("He sang to me.", Validity(False, "order", 5, 0, 14, "w", 5))
    assert (shown["found"], shown["expected"]) == ("He sang to me.", "saw")


def test_without_a_grammar_only_the_name_is_known() -> None:
    texts = ["A cat named Tom. Tom ran.", "A cat named Tom."]
    assert coherence_figures(texts, None) == {"stories": 2, "name_recurs": 0.5}
    assert first_samples(texts, None) == [{"text": text} for text in texts]


PARAMS = {
    "coherence_stories": 6,
    "coherence_checkpoint_stories": 2,
    "coherence_temperature": 0.8,
    "coherence_top_p": 0.95,
    "copying_stories": 3,
    "batch_size": 2,
    "stride": 0,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, built_in: list[str]) -> Path:
    """A folder with a model that has learned one built-in story by heart, and an earlier state."""
    root = tmp_path_factory.mktemp("run")
    story = min(built_in, key=len)
    for split in ("train", "validation"):
        with SplitWriter(root, split) as writer:
            for _ in range(4):
                writer.add(story, log2_probability=-100.0)
    write_json(root / "manifest.json", {"source": "builtin"})
    tokenizer = Tokenizer.train([story], 400)
    tokenizer.save(root)
    encode_corpus(root, root / "tokenizer.json", root / "tokens", 1024)
    ids = np.concatenate([[tokenizer.end_of_text], tokenizer.encode(story)]).astype(np.int32)
    model = GPT(config_of(context_length=len(ids), vocab_size=tokenizer.vocab_size, d_model=32), 1)
    steps: list[int] = []

    def keep(step: int) -> None:
        save_model(root / "model", model, root / "tokenizer.json")
        folder = root / "kept" / f"step-{step:08d}"
        folder.mkdir(parents=True)
        shutil.copy(root / "model" / "model.safetensors", folder)
        steps.append(step)

    keep(1)
    optimizer = optim.Adam(learning_rate=5e-3, bias_correction=True)
    inputs, targets = mx.array(ids[None]), mx.array(np.append(ids[1:], ids[0])[None])

    def loss(parameters: dict) -> mx.array:
        model.update(parameters)
        return next_token_loss(model, inputs, targets)[0]

    parameters = model.trainable_parameters()
    for _ in range(150):
        value, gradients = mx.value_and_grad(loss)(parameters)
        parameters = optimizer.apply_gradients(gradients, parameters)
        mx.eval(parameters, optimizer.state)
    assert value.item() < 0.02
    model.update(parameters)
    keep(150)
    save_checkpoint_index(root / "kept", steps, model.config, root / "model" / "tokenizer.json")
    return root


def params(**changes: float) -> EvaluateParams:
    return EvaluateParams(**{**PARAMS, **changes})


def test_a_story_learned_by_heart_is_wholly_valid(run: Path) -> None:
    found = evaluate_coherence(run / "model", run / "kept", run, params())
    assert found["final"]["valid"] == 1 and found["final"]["stories"] == 6
    assert found["examples"] == [] and len(found["samples"]) == 6
    assert found["reference"]["builtin"]["name_recurs"] == found["final"]["name_recurs"]
    first, last = found["checkpoints"]
    assert (first["step"], first["valid"], first["stories"]) == (1, 0, 2)
    assert first["violations"]["word"] == 2  # random weights do not even spell
    assert (last["step"], last["valid"]) == (150, 1)
    again = evaluate_coherence(run / "model", run / "kept", run, params())
    assert again == found


def test_the_last_checkpoint_is_the_first_samples_of_the_model(run: Path) -> None:
    few = evaluate_coherence(run / "model", run / "kept", run, params(coherence_stories=2))
    assert few["checkpoints"][-1] == {"step": 150} | few["final"]


def test_what_was_learned_by_heart_costs_no_bits(run: Path) -> None:
    found = evaluate_copying(run / "model", run / "kept", run, params())
    assert found["stories"] == 3
    for when in ("first", "later"):
        assert found["final"]["names"][when]["mentions"] % 3 == 0
        assert found["final"]["names"][when]["bits"] < 0.5
        assert found["checkpoints"][0]["names"][when]["bits"] > 5
    assert found["checkpoints"][-1] == {"step": 150} | found["final"]
    assert found["context"][-1]["loss"] < 0.1


def test_the_headline_is_a_few_rounded_numbers_that_fit_100_columns(run: Path) -> None:
    evaluation = evaluate_run(run / "model", run / "kept", run, run / "tokens", params())
    assert evaluation.headline().keys() == {
        "bits_per_byte",
        "above_floor_%",
        "trigram",
        "valid_%",
        "name_recurs_%",
    }
    assert evaluation.headline()["valid_%"] == 100.0
    evaluation.save(run / "evaluation", run / "metrics.json", Tokenizer.load(run))
    assert {path.name for path in (run / "evaluation").iterdir()} >= {
        "figures.json",
        "coherence.json",
        "copying.json",
    }


def test_checkpoints_of_another_model_are_left_out(run: Path, tmp_path: Path) -> None:
    steps = [step for step, _ in kept_models(run / "model", run / "kept")]
    assert steps == [1, 150]
    (tmp_path / "model.safetensors").write_bytes(b"another")
    assert list(kept_models(tmp_path, run / "kept")) == []


def test_what_is_asked_for_by_zero_is_left_out(run: Path) -> None:
    none = params(coherence_stories=0, copying_stories=0)
    assert evaluate_coherence(run / "model", run / "kept", run, none) is None
    assert evaluate_copying(run / "model", run / "kept", run, none) is None
    no_checkpoints = params(coherence_checkpoint_stories=0)
    found = evaluate_coherence(run / "model", run / "kept", run, no_checkpoints)
    assert found["checkpoints"] == []


def test_other_stories_are_not_judged(run: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(run, raw, ignore=shutil.ignore_patterns("model", "kept", "tokens"))
    write_json(raw / "manifest.json", {"source": "files"})
    found = evaluate_coherence(run / "model", run / "kept", raw, params())
    assert "valid" not in found["final"] and "kinds" not in found
    assert 0 <= found["final"]["name_recurs"] <= 1
    assert evaluate_copying(run / "model", run / "kept", raw, params()) is None


def test_every_story_has_a_seed_of_its_own(run: Path) -> None:
    """Rows of a batch are the stories of the seeds 0, 1, 2 ... however many are asked for."""
    model = GPT(config_of(vocab_size=Tokenizer.load(run).vocab_size), 3)
    sampler = Sampler(Tokenizer.load(run), params(), 30, True)
    texts, checks = sampler.sample(model, 5)
    assert len(set(texts)) == 5 and len(checks) == 5
    assert sampler.sample(model, 2)[0] == texts[:2]
