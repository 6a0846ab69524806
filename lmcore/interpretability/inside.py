"""What the `inside` stage measures: the parts of the model, and when they came to be."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from lmcore.common.json_files import read_json
from lmcore.common.params import InsideParams
from lmcore.common.progress import progress
from lmcore.corpus.validity import minimal_pair
from lmcore.dataset.shards import TokenShards
from lmcore.generation.decoding import generate
from lmcore.generation.sampling import SamplingParams
from lmcore.interpretability.ablation import ablation
from lmcore.interpretability.head_scores import head_scores, repeated_tokens
from lmcore.interpretability.logit_lens import logit_lens
from lmcore.interpretability.patching import aligned, patching
from lmcore.model import GPT, checkpoint_steps, load_model
from lmcore.tokenizer import Tokenizer


def measure(
    model_folder: Path, checkpoints: Path, raw: Path, tokens: Path, params: InsideParams
) -> dict[str, Any]:
    """Return what the parts of the trained model do, and the same for each kept checkpoint.

    Patching needs minimal pairs, which only the built-in grammar makes: else it is absent.
    """
    model, tokenizer = load_model(model_folder), Tokenizer.load(model_folder)
    sizes = np.array([len(tokenizer.token_bytes(i)) for i in range(tokenizer.vocab_size)])
    sizes[tokenizer.end_of_text] = 0
    # 1. What is read: the first windows (B, T + 1) of the validation tokens, repeated random
    # tokens, and minimal pairs.
    shards = TokenShards(tokens / "validation")
    length = min(model.config.context_length, shards.tokens - 1)
    starts = length * np.arange(min(params.windows, (shards.tokens - 1) // length))
    windows = np.stack([shards[start : start + length + 1] for start in starts]).astype(np.int32)
    repeated = repeated_tokens(model, tokenizer.end_of_text, tokenizer.vocab_size)
    pairs = None
    if read_json(raw / "manifest.json", {"source": str})["source"] == "builtin" and params.pairs:
        pairs = minimal_pairs(model, tokenizer, params.pairs)

    def parts(model: GPT) -> dict[str, Any]:
        figures = {
            "ablation": ablation(model, windows, sizes),
            "head_scores": head_scores(model, repeated),
            "logit_lens": logit_lens(model, windows, sizes),
        }
        return figures if pairs is None else figures | {"patching": patching(model, pairs)}

    steps = checkpoint_steps(checkpoints)
    with progress(1 + len(steps), "inside", "model") as bar:
        inside: dict[str, Any] = {**parts(model), "checkpoints": []}
        bar.update()
        for step in steps:
            earlier = load_model(checkpoints, step=step)
            text = greedy_continuation(earlier, tokenizer, params)
            inside["checkpoints"].append({"step": step, **parts(earlier), "text": text})
            bar.update()
    return inside


def minimal_pairs(
    model: GPT, tokenizer: Tokenizer, count: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return `count` minimal pairs as tokens; names of unequal lengths are passed over."""
    start = [tokenizer.end_of_text]

    def encoded() -> Any:
        for seed in range(20 * count):
            one, other, _ = minimal_pair(seed)
            yield tuple(
                np.concatenate([start, tokenizer.encode(text)]).astype(np.int32)
                for text in (one, other)
            )

    return list(islice(aligned(encoded(), model.config.context_length), count))


def greedy_continuation(model: GPT, tokenizer: Tokenizer, params: InsideParams) -> str:
    """Return the likeliest continuation of the prompt, token by token."""
    prompt = np.append(tokenizer.end_of_text, tokenizer.encode(params.prompt))
    steps = generate(
        model,
        [prompt],
        params.prompt_tokens,
        SamplingParams(temperature=0.0),
        tokenizer.end_of_text,
        tokenizer.vocab_size,
    )
    ids = [int(step.tokens[0]) for step in steps]
    return params.prompt + tokenizer.decode([i for i in ids if i != tokenizer.end_of_text])
