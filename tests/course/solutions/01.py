from collections import Counter
from itertools import pairwise

import regex


def merge_pair(parts, pair):
    merged = []
    while parts:
        size = 2 if tuple(parts[:2]) == pair else 1
        merged.append(b"".join(parts[:size]))
        parts = parts[size:]
    return merged


def _commonest(tokens, words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(tokens[word]):
            counts[pair] += times
    return max(counts, key=lambda pair: (counts[pair], pair), default=None)


def _bytes(word):
    return [word[i : i + 1] for i in range(len(word))]


def first_merge(words):
    return _commonest({word: _bytes(word) for word in words}, words)


def train_bpe(words, new_tokens):
    tokens, merges = {word: _bytes(word) for word in words}, []
    while len(merges) < new_tokens and (pair := _commonest(tokens, words)):
        merges.append(pair)
        tokens = {word: merge_pair(parts, pair) for word, parts in tokens.items()}
    return merges


def encode_word(word, merges):
    parts = _bytes(word)
    for pair in merges:
        parts = merge_pair(parts, pair)
    return parts


def cut_words(text):
    return regex.findall(
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", text
    )


def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
