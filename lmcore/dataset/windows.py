"""How a long text is cut into windows of the model's context, each token predicted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Window:
    """`length` targets of the text from `start` on. Only the last `scored` of them count."""

    start: int
    length: int
    scored: int


def windows(tokens: int, context_length: int, stride: int) -> list[Window]:
    """Return windows whose scored targets are all `tokens`, once and in order.

    With stride 0 they stand side by side. Otherwise each starts `stride` tokens
    after the one before, and the rest of the window is context for the new ones.
    The last one is as long as the others, if the text is.
    """
    stride, length = stride or context_length, min(context_length, tokens)
    cut = [Window(0, length, length)]
    end = length
    while end < tokens:
        scored = min(stride, tokens - end)
        cut.append(Window(end + scored - length, length, scored))
        end += scored
    return cut


def document_windows(ends: np.ndarray, context_length: int) -> list[Window]:
    """Return windows that begin where a document begins: its tokens see all of it before them.

    `ends` (documents,) are the places after the last token of each. A window holds as many
    whole documents as fit; a document that is longer than the context has `windows` of its own.
    """
    cut: list[Window] = []
    document = start = 0
    while document < len(ends):
        fit = int(np.searchsorted(ends, start + context_length, side="right"))
        if fit > document:
            length = int(ends[fit - 1]) - start
            cut.append(Window(start, length, length))
        else:
            fit = document + 1
            own = windows(int(ends[document]) - start, context_length, 0)
            cut += [Window(start + each.start, each.length, each.scored) for each in own]
        document, start = fit, int(ends[fit - 1])
    return cut
