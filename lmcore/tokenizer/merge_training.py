"""The merges of byte-pair encoding learned fast: the result of `bpe.train_naive`.

All words stand in one array, and many merges are made at once. Three facts keep the
result exact:

1. A pair of neighbours first occurs when the newer of its two tokens is made. Later
   merges only remove occurrences. So the positions of a pair are written once, and a
   count made earlier is an upper bound.
2. So the commonest pair is found lazily: pairs wait in a heap by their upper bounds, and
   those at its top are counted again if one of their tokens has been merged since.
3. The commonest pairs are merged together as far as no merge changes another's count and
   their order is certain: no two of them can overlap, and no pair that they make is as
   common as the last of them.
"""

from __future__ import annotations

import gc
import heapq
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from lmcore.common.progress import progress
from lmcore.tokenizer.bpe import Pair

# A pair in the heap, which pops the smallest: minus the count, so that the commonest comes
# first; the sort keys of both tokens, so that of equals the greatest bytes do; its index.
_Entry = tuple[int, str, str, int]

_NO_TOKEN = -1
_WAITING = 4096  # pairs to begin the heap with; the rarer ones stay in the arrays
_BUCKETS = 1 << 13  # of a hash: with more, fewer pairs share one
_SPREAD = 3093  # odd, so that it reaches all buckets


def train_merges(words: dict[bytes, int], new_tokens: int) -> list[Pair]:
    """Return what `train_naive` returns, in time that grows with what the merges change."""
    training = _MergeTraining(words, new_tokens)
    at_once = 1
    with progress(new_tokens, "merge", "token") as bar, _garbage_collection_off():
        while (missing := new_tokens - len(training.merges)) > 0:
            # 1. Take the commonest pairs, in order, with their exact counts.
            candidates = training.commonest(min(at_once, missing))
            if not candidates:
                break
            # 2. Merge the first ones of them, as far as their order is certain.
            merged = training.merge_first(candidates)
            bar.update(merged)
            at_once = 3 * merged + 16
    return training.merges


class _MergeTraining:
    """The words in one array, cut into tokens; every pair, and where it began when it was made.

    A token's id stands at its first and at its last byte, so the tokens before
    and after any position are known without a search. Tokens only ever grow:
    where a pair once began, looking there shows whether it still does.
    """

    def __init__(self, words: dict[bytes, int], new_tokens: int) -> None:
        self.merges: list[Pair] = []
        self._token_bytes = [bytes([byte]) for byte in range(256)]
        self._sort_keys = [_descending(token) for token in self._token_bytes]
        self._lengths = np.ones(256 + new_tokens, np.int64)  # of each token, in bytes
        self._merged_at = np.zeros(256 + new_tokens, np.int32)  # merges there were, see _recount
        # 1. The words as bytes, with one free position before and after each.
        joined = np.frombuffer(b"\0" + b"".join(word + b"\0" for word in words), np.uint8)
        sizes = np.array([1, *(len(word) + 1 for word in words)])
        self._tokens = joined.astype(np.int32)  # at each byte
        self._tokens[np.cumsum(sizes) - 1] = _NO_TOKEN
        self._weights = np.repeat([0, *words.values()], sizes)  # how often the byte's word occurs
        # 2. Room for all pairs and positions: one for each two bytes, and at most two for each
        # merged occurrence. Memory is used only where it is written.
        room = 3 * len(joined)
        self._left, self._right = np.empty(room, np.int32), np.empty(room, np.int32)
        self._counts, self._counted_at = np.empty(room, np.int64), np.empty(room, np.int32)
        self._positions = np.empty(room, np.int64)
        self._firsts = np.zeros(room + 1, np.int64)  # of a pair's positions; the next's is the end
        self._pairs = 0
        # 3. The pairs of bytes.
        self._heap: list[_Entry] = []
        self._threshold = np.iinfo(np.int64).max  # the heap has the pairs at least as common
        starts = np.flatnonzero((self._tokens[:-1] >= 0) & (self._tokens[1:] >= 0))
        self._add_pairs(starts, self._tokens[starts], self._tokens[starts + 1])

    def commonest(self, number: int) -> list[_Entry]:
        """Return the commonest pairs, in order, with exact counts: `number` or fewer."""
        entries: list[_Entry] = []
        while not entries and (self._heap or self._refill()):
            # 1. Take those with the greatest upper bounds.
            size = min(number, len(self._heap))
            entries = [heapq.heappop(self._heap) for _ in range(size)]
            # 2. Count again what may be out of date. What is too rare now for the heap stays in
            # the arrays.
            stale = self._recount(np.array([pair for *_, pair in entries]))
            if len(stale):
                out_of_date = set(stale.tolist())
                entries = [entry for entry in entries if entry[3] not in out_of_date]
                entries += self._entries(stale[self._counts[stale] >= self._threshold])
                entries.sort()
            # 3. Others in the heap may come before the last of them: those go back.
            while entries and self._heap and entries[-1] > self._heap[0]:
                heapq.heappush(self._heap, entries.pop())
        return entries

    def merge_first(self, candidates: list[_Entry]) -> int:
        """Merge as many of the first `candidates` as can be at once; return how many."""
        pairs = np.array([pair for *_, pair in candidates])
        pairs = pairs[: _without_overlap(self._left[pairs].tolist(), self._right[pairs].tolist())]
        starts, which = self._occurrences(pairs)
        if self._left[pairs[0]] == self._right[pairs[0]]:
            starts = _every_second(starts, self._lengths[self._left[pairs[0]]])
            which = which[: len(starts)]
        number = self._in_certain_order(pairs, starts, which)
        for entry in candidates[number:]:
            heapq.heappush(self._heap, entry)
        pairs, made = pairs[:number], len(self._token_bytes)
        left, right = self._left[pairs], self._right[pairs]
        for pair in zip(left.tolist(), right.tolist(), strict=True):
            first, second = self._token_bytes[pair[0]], self._token_bytes[pair[1]]
            self.merges.append((first, second))
            self._token_bytes.append(first + second)
            self._sort_keys.append(_descending(first + second))
        self._lengths[made : made + number] = self._lengths[left] + self._lengths[right]
        self._merged_at[left] = self._merged_at[right] = len(self.merges)
        self._counts[pairs] = 0
        occurs = which < number
        self._merge_at(starts[occurs], pairs[which[occurs]], made + which[occurs], made)
        return number

    def _in_certain_order(self, pairs: np.ndarray, starts: np.ndarray, which: np.ndarray) -> int:
        """Return how many of the first pairs are commoner than all pairs that those before make.

        `which[i]` is the index of the pair that begins at `starts[i]`. The neighbours of each
        pair are counted in buckets of a hash, which makes no count too small. Nor does it that
        earlier merges of the batch are still to come: they may only divide what is counted here.
        """
        pair = pairs[which]
        ends = starts + self._lengths[self._left[pair]] + self._lengths[self._right[pair]]
        firsts = np.searchsorted(which, np.arange(len(pairs)))
        made = np.zeros(len(pairs))  # the greatest count of a pair that each merge makes
        for neighbours in (self._tokens[starts - 1], self._tokens[ends]):
            buckets = (neighbours + _SPREAD * which) % _BUCKETS
            weights = np.where(neighbours == _NO_TOKEN, 0, self._weights[starts])
            counts = np.bincount(buckets, weights, _BUCKETS)[buckets]
            made = np.maximum(made, np.maximum.reduceat(counts, firsts))
        uncertain = self._counts[pairs[1:]] <= np.maximum.accumulate(made[:-1])
        return 1 + int(np.argmax(np.append(uncertain, True)))

    def _merge_at(
        self, starts: np.ndarray, pair: np.ndarray, merged: np.ndarray, made: int
    ) -> None:
        """Write the tokens `merged`, of ids from `made` on, over the pairs at `starts`."""
        tokens = self._tokens
        middles = starts + self._lengths[self._left[pair]]
        ends = middles + self._lengths[self._right[pair]]
        tokens[middles - 1] = tokens[middles] = _NO_TOKEN
        tokens[starts] = tokens[ends - 1] = merged
        # The pairs with the neighbours are new. Where two new tokens meet, it is one pair.
        before, after = tokens[starts - 1], tokens[ends]
        has_before, has_after = (before != _NO_TOKEN) & (before < made), after != _NO_TOKEN
        self._add_pairs(
            np.append((starts - self._lengths[before])[has_before], starts[has_after]),
            np.append(before[has_before], merged[has_after]),
            np.append(merged[has_before], after[has_after]),
        )

    def _add_pairs(self, starts: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
        """Add the pairs of `left` and `right`, all new, which begin at `starts`."""
        if not len(starts):
            return
        # 1. Bring the occurrences of each pair together.
        keys = (left.astype(np.int64) << 32) | right
        order = np.argsort(keys)
        starts, keys = starts[order], keys[order]
        firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        # 2. Write them behind those that there are.
        used = self._firsts[self._pairs]
        new = slice(self._pairs, self._pairs + len(firsts))
        self._positions[used : used + len(starts)] = starts
        self._firsts[new], self._firsts[new.stop] = used + firsts, used + len(starts)
        self._left[new], self._right[new] = keys[firsts] >> 32, keys[firsts]
        self._counts[new] = np.add.reduceat(self._weights[starts], firsts)
        self._counted_at[new] = len(self.merges)
        self._pairs = new.stop
        # 3. The common ones belong in the heap.
        for entry in self._entries(
            new.start + np.flatnonzero(self._counts[new] >= self._threshold)
        ):
            heapq.heappush(self._heap, entry)

    def _refill(self) -> bool:
        """Fill the empty heap with the commonest pairs of the arrays; return whether any is."""
        counts = self._counts[: self._pairs]
        waiting = counts[counts > 0]
        if not len(waiting):
            return False
        rank = max(0, len(waiting) - _WAITING)
        self._threshold = int(np.partition(waiting, rank)[rank])
        self._heap = self._entries(np.flatnonzero(counts >= self._threshold))
        heapq.heapify(self._heap)
        return True

    def _entries(self, pairs: np.ndarray) -> list[_Entry]:
        """Return the pairs as the heap has them."""
        left, right = (
            [self._sort_keys[token] for token in tokens[pairs].tolist()]
            for tokens in (self._left, self._right)
        )
        return list(zip((-self._counts[pairs]).tolist(), left, right, pairs.tolist(), strict=True))

    def _recount(self, pairs: np.ndarray) -> np.ndarray:
        """Make the counts of `pairs` exact; return those that merges since may have changed."""
        left, right = self._left[pairs], self._right[pairs]
        merged_at = np.maximum(self._merged_at[left], self._merged_at[right])
        stale = pairs[self._counted_at[pairs] < merged_at]
        if len(stale):
            starts, which = self._occurrences(stale)
            # Float64 adds whole numbers exactly below 2^53.
            self._counts[stale] = np.bincount(which, self._weights[starts], len(stale))
            self._counted_at[stale] = len(self.merges)
        return stale

    def _occurrences(self, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where `pairs` begin now, and the index in `pairs` for each of these positions."""
        firsts, left, right = self._firsts[pairs], self._left[pairs], self._right[pairs]
        sizes = self._firsts[pairs + 1] - firsts
        which = np.repeat(np.arange(len(pairs)), sizes)
        starts = self._positions[np.arange(len(which)) + (firsts + sizes - np.cumsum(sizes))[which]]
        there = self._tokens[starts] == left[which]
        there &= self._tokens[starts + self._lengths[left][which]] == right[which]
        return starts[there], which[there]


def _without_overlap(left: list[int], right: list[int]) -> int:
    """Return how many of the first pairs cannot overlap: `a b` can with `b c` and with `c a`."""
    lefts: set[int] = set()
    rights: set[int] = set()
    for number, (first, second) in enumerate(zip(left, right, strict=True)):
        if first == second:  # it overlaps with itself, so it is merged alone
            return max(1, number)
        if first in rights or second in lefts:
            return number
        lefts.add(first)
        rights.add(second)
    return len(left)


def _every_second(starts: np.ndarray, length: int) -> np.ndarray:
    """Return the occurrences of a pair `a a` to merge: of `a a a a` the first and the third."""
    starts = np.sort(starts)
    index = np.arange(len(starts))
    begins_run = np.append(True, np.diff(starts) != length)
    return starts[(index - np.maximum.accumulate(index * begins_run)) % 2 == 0]


def _descending(token: bytes) -> str:
    """Return a string that sorts the other way round than the token's bytes do."""
    # The end sorts last here because a prefix sorts first among bytes.
    return token.translate(_FROM_THE_END).decode("latin-1") + "\u0100"


_FROM_THE_END = bytes(range(255, -1, -1))


@contextmanager
def _garbage_collection_off() -> Iterator[None]:
    """Keep Python from looking for cycles, of which there are none among the many tuples."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
