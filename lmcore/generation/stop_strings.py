"""Stop strings: a text that arrives in pieces is cut before the first of them."""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """A text that ends where the first of `stops` begins.

    What may be the beginning of a stop string is held back until that is known,
    so the cut does not depend on how the text is divided into pieces.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._ready, self._held = "", ""
        self.found = False  # whether the text has ended before a stop string

    def add(self, piece: str) -> None:
        """Append a piece of text; nothing may follow once a stop string is found."""
        self._held += piece
        begins = self._first_stop()
        # A stop string that the text breaks off may begin at its end.
        partial_lengths = (
            n for stop in self._stops for n in range(1, len(stop)) if self._held.endswith(stop[:n])
        )
        may_begin = len(self._held) - max(partial_lengths, default=0)
        # A stop string may be complete while one that begins before it is not yet.
        self.found = begins < may_begin
        certain = begins if self.found else may_begin
        self._ready += self._held[:certain]
        self._held = "" if self.found else self._held[certain:]

    def finish(self) -> None:
        """End the text: what was held back is part of it, up to a complete stop string."""
        self._ready += self._held[: self._first_stop()]
        self._held = ""

    def take(self) -> str:
        """Return the text that is certain and was not taken before."""
        text, self._ready = self._ready, ""
        return text

    def _first_stop(self) -> int:
        """Return where the first stop string begins; the length of the text if there is none."""
        positions = (self._held.find(stop) for stop in self._stops if stop in self._held)
        return min(positions, default=len(self._held))
