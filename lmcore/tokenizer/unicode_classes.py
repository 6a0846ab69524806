r"""Which Unicode characters are letters, numbers and white space.

Python, `regex` and the compiled tokenizers each carry the tables of another
Unicode version, so one is fixed here: Unicode 16.0, that of tiktoken 0.14 and
Hugging Face tokenizers 0.23, so that all three cut every text alike.
`python -m lmcore.tokenizer.unicode_classes` writes unicode_classes.txt anew from the
installed tiktoken; a test compares the two.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

OTHER, LETTER, NUMBER, SPACE = range(4)

_FILE = Path(__file__).with_suffix(".txt")
_CODE_POINTS = 0x110000


@cache
def class_table() -> np.ndarray:
    """Return the class of every code point, (0x110000,) uint8."""
    table = np.full(_CODE_POINTS, OTHER, np.uint8)
    for line in _FILE.read_text("ascii").splitlines():
        if line.startswith("#"):
            continue
        first, last, kind = line.split()
        table[int(first, 16) : int(last, 16) + 1] = int(kind)
    return table


def table_of_tiktoken() -> np.ndarray:
    r"""Return the same table as the installed tiktoken has it: \p{L}, \p{N} and \s."""
    import tiktoken

    table = np.full(_CODE_POINTS, OTHER, np.uint8)
    # Surrogates are no characters: they cannot stand in valid UTF-8.
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, _CODE_POINTS)]))
    bytes_alone = {bytes([byte]): byte for byte in range(256)}
    for kind, pattern in ((LETTER, r"\p{L}"), (NUMBER, r"\p{N}"), (SPACE, r"\s")):
        # It encodes what its pattern finds and leaves out the rest.
        finder = tiktoken.Encoding(
            "classes", pat_str=pattern, mergeable_ranks=bytes_alone, special_tokens={}
        )
        table[list(map(ord, finder.decode(finder.encode_ordinary(everything))))] = kind
    return table


def as_text(table: np.ndarray, version: str) -> str:
    """Return runs of equal class, `FIRST LAST CLASS` a line; what is not named is other."""
    starts = np.flatnonzero(np.diff(table, prepend=255))
    ends = np.append(starts[1:], len(table)) - 1
    lines = [
        f"{first:04X} {last:04X} {table[first]}"
        for first, last in zip(starts, ends, strict=True)
        if table[first] != OTHER
    ]
    head = f"# tiktoken {version}: 1 letter, 2 number, 3 white space"
    return "\n".join([head, *lines]) + "\n"


def main() -> None:
    """Write the table of the installed tiktoken."""
    from importlib.metadata import version

    _FILE.write_text(as_text(table_of_tiktoken(), version("tiktoken")), "ascii")


if __name__ == "__main__":
    main()
