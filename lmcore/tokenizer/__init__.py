"""Text to token ids and back: pre-tokenisation, byte-pair encoding, vocabulary, files.

Imports `common` alone, and never mlx.
"""

from lmcore.tokenizer.tokenizer import Tokenizer

__all__ = ["Tokenizer"]
