"""Results that others have published for TinyStories, in bits per byte.

No two rows were measured on exactly our validation text, so each says how far
it compares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lmcore.common.units import LN2

_CS336 = "github.com/stanford-cs336/assignment1-basics"
_LLAMA2C = "github.com/karpathy/llama2.c"
_FOUNDING = "the project's founding document"


@dataclass(frozen=True)
class Published:
    """One result: whose, in nats per token of which tokenizer, and how it compares."""

    name: str
    source: str
    tokenizer: str
    bytes_per_token: float  # of that tokenizer, on TinyStories
    loss: float
    comparable: str

    @property
    def bits_per_byte(self) -> float:
        return self.loss / LN2 / self.bytes_per_token


_BPE_10K = ("BPE, 10,000", 4.10)
_LLAMA = ("Llama 2's, 32,000", 3.78)
_LLAMA_512 = ("SentencePiece, 512", 2.13)

_V2 = "roughly: V2 of the text"
_OTHER = "no: another split"
_BOUND = "a bound, no result (our trigram of 7 MB of real text: 1.16)"

PUBLISHED = [
    Published("Target, 328M tokens", _CS336, *_BPE_10K, 1.45, _V2),
    Published("Staff, laptop (M3 Max)", _CS336, *_BPE_10K, 1.80, _V2),
    Published("Target, 40M tokens", _CS336, *_BPE_10K, 2.00, _V2),
    Published("Perplexity 20", _FOUNDING, *_BPE_10K, math.log(20), _BOUND),
    Published("Perplexity 50", _FOUNDING, *_BPE_10K, math.log(50), _BOUND),
    Published("110M parameters", _LLAMA2C, *_LLAMA, 0.760, _OTHER),
    Published("42M parameters", _LLAMA2C, *_LLAMA, 0.847, _OTHER),
    Published("15M parameters", _LLAMA2C, *_LLAMA, 1.072, _OTHER),
    Published("260K parameters", _LLAMA2C, *_LLAMA_512, 1.297, _OTHER),
]
