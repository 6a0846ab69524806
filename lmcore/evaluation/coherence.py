"""Coherence: whether the stories that the model writes are consistent.

The grammar of the built-in stories can parse (lmcore/corpus/validity.py), so
every sampled story either is one that it can tell, or has a first violation of
a known kind and place. No other model judges. For text without a grammar only
one sign is left: whether the first name that a story mentions occurs again.

Stories are sampled from the empty prompt, that is after an end of text.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from lmcore.common.json_files import read_json
from lmcore.common.params import EvaluateParams
from lmcore.corpus.grammar.derivation import word_start
from lmcore.corpus.validity import KINDS, Validity, check
from lmcore.dataset.stories import iter_texts
from lmcore.evaluation.checkpoints import kept_models
from lmcore.generation.sampling import SamplingParams
from lmcore.generation.storytelling import Generator
from lmcore.model import GPT, load_model
from lmcore.tokenizer.tokenizer import Tokenizer

SEED = 0  # story r is sampled with seed r
MAX_TOKENS = 1024  # of a sample, also where the stories to compare with are longer

_EXAMPLES = 3  # of every kind of violation
_SHOWN = 12  # samples that are kept whole and unselected
_CACHE_BYTES = 2**31  # of keys and values: how many stories are sampled at once

_SENTENCE_END = re.compile(r"[.!?]+[\"'”’]?(?=\s|$)")
# A capitalised word that does not begin a sentence or a speech, and is not "I".
_NAME = re.compile(r"(?<=[a-z,;] )(?!I\b)[A-Z][A-Za-z]*")


@dataclass(frozen=True)
class Sampler:
    """How stories are sampled, and whether the grammar can judge them."""

    tokenizer: Tokenizer
    params: EvaluateParams
    max_tokens: int
    is_builtin: bool

    def sample(self, model: GPT, count: int) -> tuple[list[str], list[Validity] | None]:
        """Return `count` stories from the empty prompt, and what the parser says of each."""
        c = model.config
        length = min(c.context_length, self.max_tokens + 1)
        row_bytes = 2 * c.n_layers * c.n_kv_heads * c.head_dim * length * 4
        rows = max(1, min(count, _CACHE_BYTES // row_bytes))
        sampling = SamplingParams(
            temperature=self.params.coherence_temperature,
            top_p=self.params.coherence_top_p,
            seed=SEED,
        )
        generator = Generator(model, self.tokenizer, self.max_tokens, sampling)
        texts = list(generator.generate([""] * count, rows))
        return texts, [check(text) for text in texts] if self.is_builtin else None


def evaluate_coherence(
    folder: Path, checkpoints: Path, raw: Path, params: EvaluateParams
) -> dict[str, Any] | None:
    """Return how coherent the stories of the model in `folder` are, and at its checkpoints.

    None where the parameters ask for no stories.
    """
    count = params.coherence_stories
    if not count:
        return None
    # 1. Real stories tell how long a story may be, and how often a name recurs.
    source = read_json(raw / "manifest.json", {"source": str})["source"]
    tokenizer = Tokenizer.load(folder)
    real = list(islice(iter_texts(raw, "validation"), count))
    longest = max(len(tokenizer.encode(text)) + 1 for text in real)  # with its end of text
    sampler = Sampler(tokenizer, params, min(longest, MAX_TOKENS), source == "builtin")
    # 2. The final model.
    texts, checks = sampler.sample(load_model(folder), count)
    result: dict[str, Any] = {
        "sampling": {
            "stories": count,
            "temperature": params.coherence_temperature,
            "top_p": params.coherence_top_p,
            "max_tokens": sampler.max_tokens,
            "seed": SEED,
        },
        "final": coherence_figures(texts, checks),
        "reference": {source: coherence_figures(real, None)},
        "samples": first_samples(texts, checks),
    }
    if checks is not None:
        result |= {"kinds": list(KINDS), "examples": examples(texts, checks)}
    # 3. Earlier states of the model, by fewer stories.
    result["checkpoints"] = []
    few = min(count, params.coherence_checkpoint_stories)
    for step, earlier in kept_models(folder, checkpoints) if few else ():
        if earlier is None:  # the final model
            samples = texts[:few], checks[:few] if checks is not None else None
        else:
            samples = sampler.sample(earlier, few)
        result["checkpoints"].append({"step": step, **coherence_figures(*samples)})
    return result


def name_recurs(text: str) -> bool:
    """Return whether the first name in the text occurs in it again.

    A name is a capitalised word within a sentence: a rule that needs no grammar,
    so it is the same for samples, built-in stories and real ones.
    """
    name = _NAME.search(text)
    return name is not None and re.search(rf"\b{name[0]}\b", text[name.end() :]) is not None


def coherence_figures(texts: Sequence[str], checks: Sequence[Validity] | None) -> dict[str, Any]:
    """Return how coherent texts are; without `checks` only in how many the first name recurs.

    `progress` and `sentences` tell how far a text that is not valid is valid: the
    medians of its share of characters and of its whole sentences before the first
    violation. They are None where all texts are valid.
    """
    recurs = sum(map(name_recurs, texts)) / len(texts)
    if checks is None:
        return {"stories": len(texts), "name_recurs": recurs}
    pairs = zip(texts, checks, strict=True)
    broken = [(text, check) for text, check in pairs if not check.valid]
    valid = 1 - len(broken) / len(texts)
    progress = [check.offset / max(1, len(text)) for text, check in broken]
    sentences = [len(_SENTENCE_END.findall(text[: check.offset])) for text, check in broken]
    return {
        "stories": len(texts),
        "valid": valid,
        "valid_standard_error": (valid * (1 - valid) / len(texts)) ** 0.5,
        "progress": statistics.median(progress) if broken else None,
        "sentences": statistics.median(sentences) if broken else None,
        "violations": {kind: sum(check.kind == kind for check in checks) for kind in KINDS},
        "name_recurs": recurs,
    }


def examples(texts: Sequence[str], checks: Sequence[Validity]) -> list[dict[str, Any]]:
    """Return the first few texts of every kind of violation, the violation marked."""
    marked_texts = []
    for kind in KINDS:
        of_kind = [pair for pair in zip(texts, checks, strict=True) if pair[1].kind == kind]
        marked_texts += [marked(text, check) for text, check in of_kind[:_EXAMPLES]]
    return marked_texts


def first_samples(texts: Sequence[str], checks: Sequence[Validity] | None) -> list[dict[str, Any]]:
    """Return the first few texts, unselected, marked where there are `checks`."""
    if checks is None:
        return [{"text": text} for text in texts[:_SHOWN]]
    return [marked(*pair) for pair in zip(texts[:_SHOWN], checks[:_SHOWN], strict=True)]


def marked(text: str, check: Validity) -> dict[str, Any]:
    """Return a text with its first violation: `length` characters from `offset` do not fit."""
    if check.valid:
        return {"text": text, "valid": True}
    # A wrong word may begin as the right one does: "Kitty" in place of "Kate".
    begun = text[word_start(text, check.offset) : check.offset]
    return {
        "text": text,
        "valid": False,
        "kind": check.kind,
        "offset": check.start,
        "length": check.end - check.start,
        "found": text[check.start : check.end],
        "expected": begun + check.expected,
    }
