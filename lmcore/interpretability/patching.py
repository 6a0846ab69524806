"""Which heads carry the hero's name: activation patching on minimal pairs (Meng et al. 2022).

Two stories are the same except for one name (or thing), A in one, B in the other. Wherever
the name comes again, the model of story A should prefer A. The logit difference

    d = logit(A) - logit(B)

is high in story A (d_A) and low in story B (d_B). Now story B is read again with the output
of one head taken from story A. What it brings back of the difference,

    recovered = (d_patched - d_B) / (d_A - d_B),

is 0 for a head that does not carry the name and 1 for one that does so alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import mlx.core as mx
import numpy as np

from lmcore.interpretability.hooks import replacing_head, run_with_cache, run_with_hooks
from lmcore.model import GPT

Pair = tuple[np.ndarray, np.ndarray]  # token ids (T,) of both stories


def aligned(pairs: Iterable[Pair], context_length: int) -> Iterator[Pair]:
    """Yield the pairs that differ at least twice within the context and in equal places.

    Names of unequal numbers of tokens shift all that follows, so such pairs are left out.
    """
    for one, other in pairs:
        if len(one) != len(other):
            continue
        one, other = one[:context_length], other[:context_length]
        if np.count_nonzero(one != other) >= 2:
            yield one, other


def patching(model: GPT, pairs: list[Pair]) -> dict[str, Any]:
    """Return what each head recovers, `[layer][head]`: a ratio of means over the pairs.

    The difference of a pair is the mean over all places where the stories differ, except
    the first: that one cannot be foreseen.
    """
    layers, heads = range(model.config.n_layers), range(model.config.n_heads)
    names = [f"blocks.{layer}.attention.heads" for layer in layers]
    high, low = np.zeros(len(pairs)), np.zeros(len(pairs))
    patched = np.zeros((len(pairs), len(layers), len(heads)))
    for number, (one, other) in enumerate(pairs):
        at = np.flatnonzero(one != other)[1:]
        prefer = partial(logit_difference, places=at, own=one[at], others=other[at])
        twin = mx.array(other[None])
        logits, cache = run_with_cache(model, mx.array(one[None]), names)
        high[number], low[number] = prefer(logits), prefer(run_with_hooks(model, twin, {}))
        for layer, name in enumerate(names):
            for head in heads:
                hook = replacing_head(head, cache[name])
                patched[number, layer, head] = prefer(run_with_hooks(model, twin, {name: hook}))
    recovered = (patched - low[:, None, None]).mean(axis=0) / (high - low).mean()
    return {
        "pairs": len(pairs),
        "logit_difference": {
            "own_story": round(float(high.mean()), 4),
            "other_story": round(float(low.mean()), 4),
        },
        "recovered": recovered.round(4).tolist(),
    }


def logit_difference(
    logits: mx.array, places: np.ndarray, own: np.ndarray, others: np.ndarray
) -> float:
    """Return the mean of logit(own) - logit(others) where the tokens at `places` are predicted."""
    rows = np.array(logits[0].astype(mx.float32))[places - 1]  # (places, V)
    index = np.arange(len(places))
    return float((rows[index, own] - rows[index, others]).mean())
