"""Text from a model: sampling filters, decoding with a cache, stop strings.

Imports `model`, `tokenizer`, `backend` and `common`.
"""

from lmcore.generation.sampling import generate

__all__ = ["generate"]
