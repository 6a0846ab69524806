"""The first validation story, token by token, with the model's surprise at each."""

from __future__ import annotations

from typing import Any

import numpy as np

from lmcore.tokenizer.tokenizer import Tokenizer

# Tokens that are shown: the page grows with them, and a story may be a whole book.
_MAX_SHOWN = 1000


def passage(tokens: np.ndarray, losses: np.ndarray, tokenizer: Tokenizer) -> dict[str, Any]:
    """Return the story that `tokens` (N,) begin with, or its beginning, and its losses in nats.

    An end of text stands before it. It is given, so it has no loss and does not
    count among the tokens of the story.
    """
    length = int(np.argmax(tokens == tokenizer.end_of_text))
    shown = min(length, _MAX_SHOWN)
    ids = [tokenizer.end_of_text, *tokens[:shown].tolist()]
    return {
        "ids": ids,
        "tokens": [tokenizer.decode([index]) for index in ids],
        "loss": [None, *(round(float(loss), 4) for loss in losses[:shown])],
        "story_tokens": length,
    }
