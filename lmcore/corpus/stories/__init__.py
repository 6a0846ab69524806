"""The built-in stories: their words, people, things and plots.

A story is one of the plots, all about equally likely.
"""

from __future__ import annotations

from functools import cache

from lmcore.corpus.grammar.derivation import Symbol
from lmcore.corpus.grammar.symbols import Alternatives
from lmcore.corpus.grammar.templates import Vocabulary
from lmcore.corpus.stories import cast, things, words
from lmcore.corpus.stories.plots import PLOTS
from lmcore.corpus.stories.script import ScriptCompiler, parse
from lmcore.corpus.stories.shared import SHARED


@cache
def compiler() -> ScriptCompiler:
    """Return the compiler that knows the stories' words, people and things."""
    variables = {**cast.VARIABLES, **things.VARIABLES}
    for plot in PLOTS:
        if taken := variables.keys() & plot.variables.keys():
            raise ValueError(f"the plot {plot.name!r} gives {sorted(taken)} a second meaning")
        variables |= plot.variables
    vocabulary = Vocabulary({**words.WORDS, **things.WORDS}, variables)
    return ScriptCompiler(vocabulary, SHARED)


@cache
def story() -> Symbol:
    """Return the grammar of a whole story: a plot, and what may stand after its moral."""
    return Alternatives(compiler().compile(parse(f"{plot.script}\n+ ending")) for plot in PLOTS)
