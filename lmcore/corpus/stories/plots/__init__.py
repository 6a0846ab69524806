"""Every plot of the built-in stories. To add one, write it like its neighbours and list it here."""

from lmcore.corpus.stories.plots import (
    animals,
    brave,
    friends,
    honest,
    learning,
    lost_and_shared,
    toys,
)
from lmcore.corpus.stories.script import Plot

PLOTS: tuple[Plot, ...] = (
    *lost_and_shared.PLOTS,
    *brave.PLOTS,
    *friends.PLOTS,
    *learning.PLOTS,
    *honest.PLOTS,
    *animals.PLOTS,
    *toys.PLOTS,
)
