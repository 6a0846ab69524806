"""Text from a model: sampling filters, decoding with a KV cache, stop strings.

Imports `model`, `tokenizer`, `backend` and `common`.
"""

from lmcore.generation.decoding import generate, generate_naive
from lmcore.generation.sampling import SamplingParams, sample

__all__ = ["SamplingParams", "generate", "generate_naive", "sample"]
