"""Training batches that depend on (seed, step) and on nothing else.

The tokens are cut into windows of `context_length`, and each epoch takes every
window once, in an order of its own. The first window of an epoch begins at a
random offset, so that over epochs a token is seen at different places.

Such a window begins in the middle of a document, and most of its tokens lack the
context that tells, say, the hero's name. With `align_documents` every window begins
with the end of text that stands before a document, and goes on into the next ones. A
document longer than a window begins further windows, each where the one before ends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lmcore.common.errors import LmcoreError
from lmcore.dataset.shards import TokenShards


class Batches:
    """Batches of `batch_size` windows of `context_length` tokens.

    The tokens are those of shards, or any one-dimensional array or list of ids. `align_documents`
    with an array needs the id that ends a document, `end_of_text`. Raises `LmcoreError` where
    the tokens do not fill one window, and for what is no array of ids.
    """

    def __init__(
        self,
        tokens: TokenShards | ArrayLike,
        context_length: int,
        batch_size: int,
        seed: int,
        align_documents: bool = False,
        end_of_text: int | None = None,
    ) -> None:
        self._tokens = tokens if isinstance(tokens, TokenShards) else token_array(tokens)
        self._length, self._batch_size, self._seed = context_length, batch_size, seed
        # A window needs one token more than it has inputs; one whole window
        # is kept free for the epoch's offset, if there is more than one.
        count = len(self._tokens)
        whole = (count - 1) // context_length
        if whole < 1:
            source = tokens.folder if isinstance(tokens, TokenShards) else "the array"
            raise LmcoreError(
                f"model.context_length is {context_length}; it must be smaller than the number of "
                f"tokens in {source}, which is {count}."
            )
        self._aligned: np.ndarray | None = None  # where the windows begin, if that is fixed
        if align_documents:
            end = tokens.end_of_text if isinstance(tokens, TokenShards) else end_of_text
            if end is None:
                raise LmcoreError("end_of_text is missing: the id that ends a document is needed.")
            self._aligned = aligned_starts(self._tokens, context_length, end)
        self._windows = max(1, whole - 1) if self._aligned is None else len(self._aligned)
        self._offsets = min(context_length, count - self._windows * context_length)
        self._epoch, self._starts = -1, np.empty(0, np.int64)

    def micro_batch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and targets, (B, T) int32 each; targets are the inputs' next tokens."""
        window = step * self._batch_size + np.arange(self._batch_size)
        starts = [self._start(*divmod(int(index), self._windows)) for index in window]
        rows = np.stack([self._tokens[start : start + self._length + 1] for start in starts])
        rows = rows.astype(np.int32)
        return rows[:, :-1], rows[:, 1:]

    def _start(self, epoch: int, position: int) -> int:
        """Return where the window at a position in the epoch's order begins."""
        if epoch != self._epoch:
            random = np.random.default_rng((self._seed, epoch))
            if self._aligned is None:
                offset = random.integers(self._offsets)
                self._starts = offset + random.permutation(self._windows) * self._length
            else:
                self._starts = random.permutation(self._aligned)
            self._epoch = epoch
        return int(self._starts[position])


def token_array(tokens: ArrayLike) -> np.ndarray:
    """Return token ids as an array (N,) of integers, whatever holds them: NumPy, MLX, a list."""
    array = np.asarray(tokens)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise LmcoreError(
            f"The tokens are {array.dtype} of shape {array.shape}; they must be integers of "
            "shape (N,)."
        )
    if len(array) and not 0 <= array.min() <= array.max() < 2**31:
        raise LmcoreError(
            f"The tokens are {array.min()} to {array.max()}; ids are 0 or more, and below 2^31."
        )
    return array


def aligned_starts(
    tokens: TokenShards | np.ndarray, context_length: int, end_of_text: int
) -> np.ndarray:
    """Return where aligned windows begin, (windows,) int64, in order.

    The last windows of the tokens may be too short, and are left out.
    """
    block = 1 << 24  # tokens that are looked at together: bounded memory
    ends = [
        start + np.flatnonzero(tokens[start : start + block] == end_of_text)
        for start in range(0, len(tokens), block)
    ]
    # A window begins with the end of text before its document; the first document has none.
    firsts = np.concatenate([[0], *ends]).astype(np.int64)
    lengths = np.diff(firsts, append=len(tokens))
    counts = np.maximum(1, -(-lengths // context_length))  # windows of each document
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = np.repeat(firsts, counts) + within * context_length
    starts = starts[starts + context_length < len(tokens)]
    return starts if len(starts) else np.zeros(1, np.int64)


def batch_at_step(
    shards: TokenShards, context_length: int, batch_size: int, seed: int, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the batch of one step, for callers that need no other (`Batches.micro_batch`)."""
    return Batches(shards, context_length, batch_size, seed).micro_batch(step)
