"""Byte-pair encoding (Sennrich et al., 2016, arXiv:1508.07909), over bytes as in GPT-2.

Training: begin with each word as its bytes; again and again join the pair of
neighbours that is commonest in the corpus, until there are enough tokens.
Encoding: join neighbours of a word in the order in which training learned them.

`train_naive` recounts everything after every merge: that is the algorithm.
`train_merges` gives the same merges and touches only what a merge changes.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from itertools import pairwise

from lmcore.progress import progress

Pair = tuple[bytes, bytes]


def train_naive(words: dict[bytes, int], new_tokens: int) -> list[Pair]:
    """The pairs that BPE joins, in order, to make `new_tokens` tokens from words with counts.

    Of equally common pairs the lexicographically greatest is taken. Two pairs
    may make the same token, so there can be more pairs than tokens. Stops
    early when no pair is left.
    """
    pieces = {word: [bytes([byte]) for byte in word] for word in words}
    learned: list[Pair] = []
    while len({left + right for left, right in learned}) < new_tokens:
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

    Pairs are counted once. A merge visits only the words that hold its pair
    and corrects the counts of the pairs next to it. The commonest pair comes
    from a heap whose entries may be out of date: one that is gets pushed back
    with its present count.
    """
    tokens = [bytes([byte]) for byte in range(256)]  # the bytes of each token id
    ids = {token: index for index, token in enumerate(tokens)}
    sort_keys = [_descending(token) for token in tokens]
    pieces, amounts = [list(word) for word in words], list(words.values())
    counts, where = _count_pairs(pieces, amounts)

    def entry(pair: tuple[int, int]) -> tuple[int, str, str, tuple[int, int]]:
        # heapq pops the smallest: the highest count, then the greatest bytes.
        return -counts[pair], sort_keys[pair[0]], sort_keys[pair[1]], pair

    heap = [entry(pair) for pair in counts]
    heapq.heapify(heap)
    learned: list[Pair] = []
    with progress(new_tokens, "merge", "token") as bar:
        while len(tokens) - 256 < new_tokens and heap:
            count, _, _, pair = heapq.heappop(heap)
            if counts[pair] == 0:
                continue
            if counts[pair] != -count:
                heapq.heappush(heap, entry(pair))
                continue
            left, right = (tokens[part] for part in pair)
            learned.append((left, right))
            joined = ids.setdefault(left + right, len(tokens))
            if joined == len(tokens):
                tokens.append(left + right)
                sort_keys.append(_descending(left + right))
                bar.update()
            grown = _merge_everywhere(pair, joined, pieces, amounts, counts, where)
            for other in grown:
                heapq.heappush(heap, entry(other))
    return learned


def _count_pairs(
    pieces: list[list[int]], amounts: list[int]
) -> tuple[defaultdict[tuple[int, int], int], defaultdict[tuple[int, int], set[int]]]:
    """How often each pair of neighbours occurs, and in which words."""
    counts: defaultdict[tuple[int, int], int] = defaultdict(int)
    where: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for index, (parts, amount) in enumerate(zip(pieces, amounts, strict=True)):
        for pair in pairwise(parts):
            counts[pair] += amount
            where[pair].add(index)
    return counts, where


def _merge_everywhere(
    pair: tuple[int, int],
    joined: int,
    pieces: list[list[int]],
    amounts: list[int],
    counts: defaultdict[tuple[int, int], int],
    where: defaultdict[tuple[int, int], set[int]],
) -> set[tuple[int, int]]:
    """Joins `pair` in all words, corrects the counts, returns the pairs that grew."""
    left, right = pair
    grown = set()
    for index in where.pop(pair):
        parts, amount = pieces[index], amounts[index]
        place = 0
        while place < len(parts) - 1:
            if parts[place] != left or parts[place + 1] != right:
                place += 1
                continue
            if place > 0:
                before = parts[place - 1]
                counts[before, left] -= amount
                counts[before, joined] += amount
                where[before, joined].add(index)
                grown.add((before, joined))
            if place + 2 < len(parts):
                after = parts[place + 2]
                counts[right, after] -= amount
                counts[joined, after] += amount
                where[joined, after].add(index)
                grown.add((joined, after))
            parts[place : place + 2] = [joined]
            place += 1
    # Pairs of `left left` overlap, so what is left of the count says nothing.
    counts[pair] = 0
    return grown


def _descending(token: bytes) -> str:
    """A string that sorts the other way round than the token's bytes do."""
    # The end sorts last here because a prefix sorts first among bytes.
    return "".join(map(chr, (255 - byte for byte in token))) + "\u0100"


def merge_naive(word: bytes, merges: list[Pair]) -> list[bytes]:
    """A word's tokens by the definition: every merge in the order of learning."""
    parts = [bytes([byte]) for byte in word]
    for pair in merges:
        parts = join_pair(parts, pair)
    return parts


class WordEncoder(dict[bytes, tuple[int, ...]]):
    """Token ids of a word, `self[word]`, remembered once found.

    `ids_of_bytes[b]` is the id of byte b, and `merges[(left, right)]` a pair's
    (rank, id of the token it makes). The parts of a word are a linked list and
    its mergeable pairs a heap, so a word of n bytes takes n log n steps: a
    megabyte of one letter is a word, too.
    """

    def __init__(
        self, ids_of_bytes: list[int], merges: dict[tuple[int, int], tuple[int, int]]
    ) -> None:
        super().__init__()
        self._ids_of_bytes, self._merges = ids_of_bytes, merges

    def __missing__(self, word: bytes) -> tuple[int, ...]:
        ids = tuple(self._merge([self._ids_of_bytes[byte] for byte in word]))
        if len(self) >= _REMEMBERED:  # names and numbers never end: bound the memory
            self.clear()
        self[word] = ids
        return ids

    def _merge(self, parts: list[int]) -> list[int]:
        """Joins the earliest-learned pair, leftmost first, until none is left."""
        merges, end = self._merges, len(parts)
        after, before = list(range(1, end + 1)), list(range(-1, end - 1))
        heap: list[tuple[int, int, int, int]] = []  # rank, place, left, right

        def offer(place: int) -> None:
            if place >= 0 and after[place] < end:
                pair = parts[place], parts[after[place]]
                if pair in merges:
                    heapq.heappush(heap, (merges[pair][0], place, *pair))

        for place in range(end):
            offer(place)
        while heap:
            _, place, left, right = heapq.heappop(heap)
            follower = after[place]
            if parts[place] != left or follower >= end or parts[follower] != right:
                continue  # one of the two has been joined to something else since
            parts[place], parts[follower] = merges[left, right][1], _GONE
            after[place] = after[follower]
            if after[place] < end:
                before[after[place]] = place
            offer(place)
            offer(before[place])
        return [part for part in parts if part != _GONE]


_REMEMBERED = 1 << 18  # words
_GONE = -1
