"""Which id stands for which bytes: the tokens of a tokenizer, and what they must be.

Tokens come from training, from a caller or from a file; those that do not fit
together are refused here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lmcore.common.errors import LmcoreError
from lmcore.tokenizer.bpe import Pair
from lmcore.tokenizer.file_formats import bytes_of
from lmcore.tokenizer.pretokenize import replace_surrogates

MAX_TOKENS = 2**16  # ids are uint16


def tokens_of(merges: list[Pair]) -> list[bytes]:
    """Return the bytes of each ordinary token by id: bytes, then what merges make."""
    merged = dict.fromkeys(left + right for left, right in merges)
    return [bytes([byte]) for byte in range(256)] + list(merged)


def ids_of_bytes(ids: dict[bytes, int]) -> list[int]:
    """Return the id of each of the 256 bytes; raises `LmcoreError` where one is no token."""
    for byte in range(256):
        if bytes([byte]) not in ids:
            raise LmcoreError(f"No token is the byte {byte:#04x}; all 256 must be tokens.")
    return [ids[bytes([byte])] for byte in range(256)]


def ranks_of(merges: list[Pair], ids: dict[bytes, int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return (rank, id of the token it makes) of each pair of ids that is merged.

    Raises `LmcoreError` where a merge's parts, or what it makes, are no tokens.
    """
    ranks: dict[tuple[int, int], tuple[int, int]] = {}
    for rank, (left, right) in enumerate(merges):
        for token in (left, right, left + right):
            if token not in ids:
                raise LmcoreError(f"Merge {rank}, {left!r} {right!r}, needs a token {token!r}.")
        ranks.setdefault((ids[left], ids[right]), (rank, ids[left + right]))
    return ranks


def special_names(special_tokens: Iterable[str]) -> list[str]:
    """Return the texts as a list; `LmcoreError` for a lone string, and for one given twice."""
    if isinstance(special_tokens, str):
        raise LmcoreError(f"special_tokens is {special_tokens!r}; it must be a list of strings.")
    names = list(special_tokens)
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise LmcoreError(f"special_tokens holds {repeated[0]!r} twice; each must be its own.")
    return names


def check_specials(special_tokens: dict[str, int], ids: dict[bytes, int]) -> None:
    """Raise `LmcoreError` for a special token that is empty, or an ordinary one as well."""
    for text in special_tokens:
        if not isinstance(text, str) or not text or replace_surrogates(text) != text:
            raise LmcoreError(f"special_tokens holds {text!r}; each must be some valid text.")
        if text.encode() in ids or _spells_one_of(text, ids):
            raise LmcoreError(
                f"The special token {text!r} is spelt as an ordinary token is; it must not be."
            )


def _spells_one_of(text: str, ids: dict[bytes, int]) -> bool:
    """Return whether the files, in their alphabet, would spell an ordinary token so."""
    try:
        return bytes_of(text) in ids
    except ValueError:
        return False


class _TokenBytes(dict[int, bytes]):
    """The bytes of each token; `LmcoreError` for an id that none has."""

    def __missing__(self, index: int) -> bytes:
        raise LmcoreError(f"{index} is not the id of a token; ids go from 0 to {len(self) - 1}.")


def bytes_by_id(ordinary: dict[int, bytes], special_tokens: dict[str, int]) -> dict[int, bytes]:
    """Return all tokens together; `LmcoreError` where ids are shared, missing or too many."""
    tokens = _TokenBytes(ordinary)
    for text, index in special_tokens.items():
        if index in tokens:
            raise LmcoreError(
                f"The special token {text!r} has the id {index}, which another token has too."
            )
        tokens[index] = text.encode()
    if len(tokens) > MAX_TOKENS:
        raise LmcoreError(
            f"There are {len(tokens)} tokens; there may be at most {MAX_TOKENS}, because ids "
            "are uint16."
        )
    for index in range(len(tokens)):
        if index not in tokens:
            raise LmcoreError(
                f"No token has the id {index}; {len(tokens)} tokens must have the ids 0 to "
                f"{len(tokens) - 1}."
            )
    return tokens
