"""Results that others have published for TinyStories, in bits per byte.

bits per byte = loss / (ln 2 * bytes per token). No two rows were measured on
exactly our validation text, so each says how far it compares.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One result: who, with which vocabulary, nats per token, and how it compares."""

    name: str
    vocabulary: int
    loss: float
    bits_per_byte: float
    comparable: str


_V2 = "roughly: V2 of the text"
_OTHER = "no: another split"
_BOUND = "a bound, no result: n-grams reach it"

# https://github.com/stanford-cs336/assignment1-basics and
# https://github.com/karpathy/llama2.c (README, table of models).
PUBLISHED = [
    Published("CS336 target, 328M tokens", 10_000, 1.45, 0.51, _V2),
    Published("CS336 staff, laptop (M3 Max)", 10_000, 1.80, 0.63, _V2),
    Published("CS336 target, 40M tokens", 10_000, 2.00, 0.70, _V2),
    Published("Perplexity 20", 10_000, 3.00, 1.05, _BOUND),
    Published("Perplexity 50", 10_000, 3.91, 1.38, _BOUND),
    Published("llama2.c 110M", 32_000, 0.760, 0.29, _OTHER),
    Published("llama2.c 42M", 32_000, 0.847, 0.32, _OTHER),
    Published("llama2.c 15M", 32_000, 1.072, 0.41, _OTHER),
    Published("llama2.c 260K", 512, 1.297, 0.88, _OTHER),
]
