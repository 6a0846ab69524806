"""How a long text is cut into windows of the model's context, each token predicted once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """A window of the text. Only its last `scored` targets count; the rest is context."""

    start: int
    scored: int


def windows(tokens: int, context_length: int, stride: int) -> list[Window]:
    """Return windows whose scored targets are all `tokens`, once and in order.

    With stride 0 they stand side by side. Otherwise each starts `stride` tokens
    after the one before, and the rest of the window is context for the new ones.
    """
    stride = stride or context_length
    cut = [Window(0, min(context_length, tokens))]
    end = cut[0].scored
    while end < tokens:
        scored = min(stride, tokens - end)
        cut.append(Window(end + scored - context_length, scored))
        end += scored
    return cut
