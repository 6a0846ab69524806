"""Byte-pair encoding (Sennrich et al., 2016, arXiv:1508.07909), over bytes as in GPT-2.

Training: begin with each word as its bytes; again and again merge the pair of
neighbours that is commonest in the corpus, until there are enough tokens.
Encoding: merge neighbours of a word in the order in which training learned them.

`train_naive` recounts everything after every merge: that is the algorithm.
`merge_training.train_merges` gives the same merges and visits only what a merge changes.
"""

from __future__ import annotations

import heapq
from collections import Counter
from itertools import pairwise

Pair = tuple[bytes, bytes]


def train_naive(words: dict[bytes, int], new_tokens: int) -> list[Pair]:
    """Return the pairs that BPE merges, in order, to make `new_tokens` tokens from counted words.

    Of equally common pairs the lexicographically greatest is taken. No two
    pairs make the same token: bytes that no token straddles are cut as they
    alone would be, so what has been one token once is so everywhere. Stops
    early when no pair is left.
    """
    # 1. Each word begins as its bytes.
    tokens = {word: [bytes([byte]) for byte in word] for word in words}
    merges: list[Pair] = []
    while len(merges) < new_tokens:
        # 2. Count the pairs of neighbours, each as often as its word occurs.
        counts: Counter[Pair] = Counter()
        for word, parts in tokens.items():
            for pair in pairwise(parts):
                counts[pair] += words[word]
        if not counts:
            break
        # 3. The commonest pair is the next merge; ties go to the greatest bytes.
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        # 4. Merge it in every word.
        tokens = {word: merge_pair(parts, best) for word, parts in tokens.items()}
    return merges


def merge_pair(parts: list[bytes], pair: Pair) -> list[bytes]:
    """Return `parts` with every occurrence of `pair`, from the left, merged to one."""
    merged: list[bytes] = []
    for part in parts:
        if merged and (merged[-1], part) == pair:
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def merge_naive(word: bytes, merges: list[Pair]) -> list[bytes]:
    """Return a word's tokens by the definition: every merge in the order of learning."""
    parts = [bytes([byte]) for byte in word]
    for pair in merges:
        parts = merge_pair(parts, pair)
    return parts


class WordEncoder(dict[bytes, tuple[int, ...]]):
    """Token ids of a word, `self[word]`, cached unless the word is long.

    `ids_of_bytes[b]` is the id of byte b, and `merges[(left, right)]` a pair's
    (rank, id of the token it makes).
    """

    def __init__(
        self, ids_of_bytes: list[int], merges: dict[tuple[int, int], tuple[int, int]]
    ) -> None:
        super().__init__()
        self._ids_of_bytes, self._merges = ids_of_bytes, merges

    def __missing__(self, word: bytes) -> tuple[int, ...]:
        parts = [self._ids_of_bytes[byte] for byte in word]
        if len(word) > _LONG:
            return tuple(self.merge_long(parts))
        if len(self) >= _MAX_CACHED:  # names and numbers never end: bound the memory
            self.clear()
        ids = self[word] = tuple(self.merge(parts))
        return ids

    def merge(self, parts: list[int]) -> list[int]:
        """Merge the pair of lowest rank, leftmost first, until none is left."""
        merge_of = self._merges.get
        # 1. Look up the merge of each pair of neighbours.
        merges = [merge_of(pair, _NO_MERGE) for pair in pairwise(parts)]
        # 2. Take the lowest rank.
        while merges and (best := min(merges)) is not _NO_MERGE:
            # 3. Merge there.
            position, merged = merges.index(best), best[1]
            parts[position : position + 2] = [merged]
            del merges[position]
            # 4. The pairs with the neighbours are new.
            if position > 0:
                merges[position - 1] = merge_of((parts[position - 1], merged), _NO_MERGE)
            if position < len(merges):
                merges[position] = merge_of((merged, parts[position + 1]), _NO_MERGE)
        return parts

    def merge_long(self, parts: list[int]) -> list[int]:
        """Do the same in n log n steps, not n squared: a megabyte of one letter is a word, too.

        The parts are a linked list and the pairs that can merge a heap of
        rank * n + position, whose entries may be out of date.
        """
        merge_of, end = self._merges.get, len(parts)
        after, before = list(range(1, end + 1)), list(range(-1, end))
        parts.append(_NO_TOKEN)  # what comes after the last part merges with nothing
        heap = [
            merge[0] * end + position
            for position, pair in enumerate(pairwise(parts))
            if (merge := merge_of(pair)) is not None
        ]
        heapq.heapify(heap)
        while heap:
            rank, position = divmod(heapq.heappop(heap), end)
            follower = after[position]
            present_rank, merged = merge_of((parts[position], parts[follower]), _NO_MERGE)
            if present_rank != rank:
                continue  # one of the two has been merged with something else since
            parts[position], parts[follower] = merged, _NO_TOKEN
            after[position] = following = after[follower]
            before[following] = position
            for start, pair in (
                (before[position], (parts[before[position]], merged)),
                (position, (merged, parts[following])),
            ):
                if (merge := merge_of(pair)) is not None:
                    heapq.heappush(heap, merge[0] * end + start)
        return [part for part in parts if part != _NO_TOKEN]


_MAX_CACHED = 1 << 17  # words; with their ids they take less than 100 MB
_LONG = 64  # bytes: longer words hardly ever come again, and a linked list pays for them
_NO_TOKEN = -1
_NO_MERGE = (1 << 62, _NO_TOKEN)  # ranks after every merge
