"""A probabilistic attribute grammar that generates text and parses it, with exact probabilities.

Knows no story: lmcore/corpus/stories is written in it.
"""

from lmcore.corpus.grammar.derivation import Derivation, Symbol
from lmcore.corpus.grammar.symbols import (
    Alternatives,
    Assignment,
    Concatenation,
    Conditional,
    Sentence,
    Terminal,
    derivations,
    score,
)
from lmcore.corpus.grammar.templates import Variable, Vocabulary

__all__ = [
    "Alternatives",
    "Assignment",
    "Concatenation",
    "Conditional",
    "Derivation",
    "Sentence",
    "Symbol",
    "Terminal",
    "Variable",
    "Vocabulary",
    "derivations",
    "score",
]
