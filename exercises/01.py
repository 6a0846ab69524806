"""Chapter 1, docs/01-tokenization.md: byte-pair encoding. `python -m stages.check 01`"""

Pair = tuple[bytes, bytes]


def merge_pair(parts: list[bytes], pair: Pair) -> list[bytes]:
    """Return `parts` with every occurrence of `pair`, from the left, merged to one part.

    [l, o, w, e, r] and the pair (o, w) give [l, ow, e, r].
    """
    raise NotImplementedError


def first_merge(words: dict[bytes, int]) -> Pair:
    """Return the commonest pair of neighbouring bytes in words that occur so many times.

    Of equally common pairs it is the lexicographically greatest.
    """
    raise NotImplementedError


def train_bpe(words: dict[bytes, int], new_tokens: int) -> list[Pair]:
    """Return the first `new_tokens` merges of byte-pair encoding, in order.

    Count all pairs, merge the commonest one in every word, and again. Stop early when no
    pair is left.
    """
    raise NotImplementedError


def encode_word(word: bytes, merges: list[Pair]) -> list[bytes]:
    """Return the tokens of a word: its bytes, after every merge in the order of learning."""
    raise NotImplementedError


def cut_words(text: str) -> list[str]:
    """Return the pieces that GPT-2's rule cuts a text into; joined, they are the text.

    At each place the first of these that fits is the next piece:

    * a contraction, in lower case: 's 't 're 've 'm 'll 'd
    * letters, with or without one space before them
    * numbers (characters of Unicode's category N), with or without one space before them
    * other characters that are not white space, with or without one space before them
    * white space, except for the last character of it if something follows
    * white space

    The package `regex` knows \\p{L} and \\p{N}.
    """
    raise NotImplementedError


def decode(ids: list[int], tokens: list[bytes]) -> str:
    """Return the text of token ids, where `tokens[i]` are the bytes of id i.

    What is not UTF-8 becomes U+FFFD. A letter may be cut in two by tokens.
    """
    raise NotImplementedError
