"""Byte-pair encoding (Sennrich et al., 2016, arXiv:1508.07909), over bytes as in GPT-2.

Training: begin with each word as its bytes; again and again join the pair of
neighbours that is commonest in the corpus, until there are enough tokens.
Encoding: join neighbours of a word in the order in which training learned them.

`train_naive` recounts everything after every merge: that is the algorithm.
`train_merges` gives the same merges and touches only what a merge changes.
"""

from __future__ import annotations

import gc
import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from lmcore.common.progress import progress

Pair = tuple[bytes, bytes]


def train_naive(words: dict[bytes, int], new_tokens: int) -> list[Pair]:
    """The pairs that BPE joins, in order, to make `new_tokens` tokens from words with counts.

    Of equally common pairs the lexicographically greatest is taken. No two
    pairs make the same token: bytes that no token straddles are cut as they
    alone would be, so what has been one token once is so everywhere. Stops
    early when no pair is left.
    """
    pieces = {word: [bytes([byte]) for byte in word] for word in words}
    learned: list[Pair] = []
    while len(learned) < new_tokens:
        pairs: Counter[Pair] = Counter()
        for word, parts in pieces.items():
            for pair in pairwise(parts):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        learned.append(best)
        pieces = {word: join_pair(parts, best) for word, parts in pieces.items()}
    return learned


def join_pair(parts: list[bytes], pair: Pair) -> list[bytes]:
    """`parts` with every occurrence of `pair`, from the left, made one."""
    joined: list[bytes] = []
    for part in parts:
        if joined and (joined[-1], part) == pair:
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def train_merges(words: dict[bytes, int], new_tokens: int) -> list[Pair]:
    """What `train_naive` returns, in time that grows with what the merges change.

    Pairs are counted once. A merge visits only the places of its pair and
    corrects the counts of the pairs next to them. The commonest pair comes
    from a heap whose entries may be out of date: one that is gets pushed back
    with its present count.
    """
    tokens = [bytes([byte]) for byte in range(256)]  # the bytes of each token id
    sort_keys = [_descending(token) for token in tokens]
    text = _TokenizedWords(words)
    counts = text.counts

    def entry(pair: tuple[int, int]) -> tuple[int, str, str, tuple[int, int]]:
        # heapq pops the smallest: the highest count, then the greatest bytes.
        return -counts[pair], sort_keys[pair[0]], sort_keys[pair[1]], pair

    heap = [entry(pair) for pair in counts]
    heapq.heapify(heap)
    learned: list[Pair] = []
    with progress(new_tokens, "merge", "token") as bar, _no_collection():
        while len(learned) < new_tokens and heap:
            count, _, _, pair = heapq.heappop(heap)
            if counts[pair] == 0:
                continue
            if counts[pair] != -count:
                heapq.heappush(heap, entry(pair))
                continue
            left, right = (tokens[part] for part in pair)
            learned.append((left, right))
            tokens.append(left + right)
            sort_keys.append(_descending(left + right))
            bar.update()
            for other in text.merge(pair):
                heapq.heappush(heap, entry(other))
    return learned


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keeps Python from looking for cycles: there are none in a million tuples.

    Looking through them again and again takes an eighth of the time of 32,000 merges.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _TokenizedWords:
    """Words in one row of bytes, cut into tokens, with the counts of neighbouring pairs.

    A token's id stands at its first and at its last byte, so the tokens before
    and after any place are found without a search. Tokens only ever grow:
    where a pair began once, looking there tells whether it still does.
    """

    def __init__(self, words: dict[bytes, int]) -> None:
        self.counts: defaultdict[tuple[int, int], int] = defaultdict(int)
        # Where each pair begins or began; as lists, the numbers would take several times as much.
        self._places: defaultdict[tuple[int, int], array[int]] = defaultdict(lambda: array("q"))
        self._lengths = [1] * 256  # of each token id, in bytes
        self._tokens = [_NO_TOKEN]  # at each byte; one place between words is left free
        self._amounts = [0]  # how often the word at this byte occurs
        for word, amount in words.items():
            start = len(self._tokens)
            self._tokens += [*word, _NO_TOKEN]
            self._amounts += [amount] * (len(word) + 1)
            for place, pair in enumerate(pairwise(word), start):
                self.counts[pair] += amount
                self._places[pair].append(place)

    def merge(self, pair: tuple[int, int]) -> set[tuple[int, int]]:
        """Joins `pair` to a new token everywhere, corrects counts, returns the pairs that grew."""
        tokens, lengths, counts, places = self._tokens, self._lengths, self.counts, self._places
        (left, right), joined = pair, len(lengths)
        to_middle, to_end = lengths[left], lengths[left] + lengths[right]
        lengths.append(to_end)
        grown = set()
        for start in sorted(places.pop(pair)):  # from the left: in `a a a` the first two join
            middle, end = start + to_middle, start + to_end
            if tokens[start] != left or tokens[middle] != right:
                continue
            before, after, amount = tokens[start - 1], tokens[end], self._amounts[start]
            if before != _NO_TOKEN:
                new = before, joined
                counts[before, left] -= amount
                counts[new] += amount
                places[new].append(start - lengths[before])
                grown.add(new)
            if after != _NO_TOKEN:
                new = joined, after
                counts[right, after] -= amount
                counts[new] += amount
                places[new].append(start)
                grown.add(new)
            tokens[middle - 1] = tokens[middle] = _NO_TOKEN
            tokens[start] = tokens[end - 1] = joined
        # Pairs of `left left` overlap, so what is left of the count says nothing.
        counts[pair] = 0
        return grown


def _descending(token: bytes) -> str:
    """A string that sorts the other way round than the token's bytes do."""
    # The end sorts last here because a prefix sorts first among bytes.
    return token.translate(_FROM_THE_END).decode("latin-1") + "\u0100"


_FROM_THE_END = bytes(range(255, -1, -1))


def merge_naive(word: bytes, merges: list[Pair]) -> list[bytes]:
    """A word's tokens by the definition: every merge in the order of learning."""
    parts = [bytes([byte]) for byte in word]
    for pair in merges:
        parts = join_pair(parts, pair)
    return parts


class WordEncoder(dict[bytes, tuple[int, ...]]):
    """Token ids of a word, `self[word]`, remembered once found unless the word is long.

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
            return tuple(self._merge_long(parts))
        if len(self) >= _REMEMBERED:  # names and numbers never end: bound the memory
            self.clear()
        ids = self[word] = tuple(self._merge(parts))
        return ids

    def _merge(self, parts: list[int]) -> list[int]:
        """Joins the earliest-learned pair, leftmost first, until none is left."""
        found = self._merges.get
        merges = [found(pair, _NO_MERGE) for pair in pairwise(parts)]  # one for each pair
        while merges and (best := min(merges)) is not _NO_MERGE:
            place, joined = merges.index(best), best[1]
            parts[place : place + 2] = [joined]
            del merges[place]
            if place > 0:
                merges[place - 1] = found((parts[place - 1], joined), _NO_MERGE)
            if place < len(merges):
                merges[place] = found((joined, parts[place + 1]), _NO_MERGE)
        return parts

    def _merge_long(self, parts: list[int]) -> list[int]:
        """The same in n log n steps, not n squared: a megabyte of one letter is a word, too.

        The parts are a linked list and the pairs that can merge a heap of
        rank * n + place, whose entries may be out of date.
        """
        found, end = self._merges.get, len(parts)
        after, before = list(range(1, end + 1)), list(range(-1, end))
        parts.append(_NO_TOKEN)  # what comes after the last part merges with nothing
        heap = [
            merge[0] * end + place
            for place, pair in enumerate(pairwise(parts))
            if (merge := found(pair)) is not None
        ]
        heapq.heapify(heap)
        while heap:
            rank, place = divmod(heapq.heappop(heap), end)
            follower = after[place]
            present, joined = found((parts[place], parts[follower]), _NO_MERGE)
            if present != rank:
                continue  # one of the two has been joined to something else since
            parts[place], parts[follower] = joined, _NO_TOKEN
            after[place] = following = after[follower]
            before[following] = place
            for start, pair in (
                (before[place], (parts[before[place]], joined)),
                (place, (joined, parts[following])),
            ):
                if (merge := found(pair)) is not None:
                    heapq.heappush(heap, merge[0] * end + start)
        return [part for part in parts if part != _NO_TOKEN]


_REMEMBERED = 1 << 17  # words; with their ids they take less than 100 MB
_LONG = 64  # bytes: longer words hardly ever come again, and a linked list pays for them
_NO_TOKEN = -1
_NO_MERGE = (1 << 62, _NO_TOKEN)  # ranks after every merge
