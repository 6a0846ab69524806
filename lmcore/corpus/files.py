"""Stories from a folder of the user's own files (`file_readers` reads each format).

Files and folders named as validation text (`split_names`) are held out, and those named as test
text are left out. Where no file is named as validation text, `data.validation_fraction` decides:

* at least `FEW_DOCUMENTS` documents: the SHA-256 of each story decides whether it is held out, so
  that the split depends neither on the order of files nor on what else is in them;
* fewer, such as one book: the end of each document is held out.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import NamedTuple

from lmcore.common.errors import LmcoreError, listing, printable
from lmcore.common.params import DataParams
from lmcore.common.progress import progress
from lmcore.corpus.file_readers import COMPRESSIONS, READERS, cut_before
from lmcore.corpus.split_names import named_split
from lmcore.dataset.stories import SplitWriter

FEW_DOCUMENTS = 100
_FORMATS = f"{', '.join(READERS)}, but for .parquet also with {listing(COMPRESSIONS)}"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass
class InputFile:
    """A file of the folder, and what became of it."""

    path: Path
    name: str  # relative to the folder
    format: str = ""  # a key of READERS
    compression: str | None = None
    split: str | None = None  # that its name says
    skipped: str = ""  # why it is not read
    stories: Counter[str] = field(default_factory=Counter)  # written, by split
    cut: int = 0  # documents that were cut because they are long

    def row(self) -> dict[str, str | int]:
        """Return the file's row of the table: it, what it became, how many stories."""
        became = self.skipped or listing(sorted(self.stories) or ["nothing: no story"], "and")
        counts: dict[str, int] = {f"{split}_stories": n for split, n in self.stories.items()}
        if self.cut:
            counts["documents_cut"] = self.cut
        return {"file": printable(self.name), "became": became, **counts}


class Story(NamedTuple):
    """A document, or a part of one that is long."""

    text: str
    document: int  # its number in the file
    offset: int  # characters of the document before it


def write_stories(params: DataParams, raw: Path) -> tuple[list[InputFile], str]:
    """Write the stories of data.folder to `raw`; return its files and the rule of the split.

    Raises `LmcoreError` for a folder without stories, a split without any, and a file that cannot
    be read.
    """
    files = list_files(Path(params.folder))
    used = [file for file in files if not file.skipped]
    if not used:
        skipped = "".join(f"; {file.name} is {file.skipped}" for file in files[:3])
        raise LmcoreError(
            f"{params.folder} (data.folder) holds no file that is read ({_FORMATS}){skipped}."
        )
    rule, divide = _split_rule(used, params)
    sizes = {file.name: file.path.stat().st_size for file in used}
    with (
        SplitWriter(raw, "train") as train,
        SplitWriter(raw, "validation") as validation,
        progress(sum(sizes.values()), "read files", "B") as bar,
    ):
        writers = {"train": train, "validation": validation}
        for file in used:
            cut = set()
            for story in read_stories(file, params.text_column):
                if story.offset:
                    cut.add(story.document)
                for split, text in divide(file, story):
                    writers[split].add(text)
                    file.stories[split] += 1
                bar.update(0, f"story {file.stories.total():,} of {printable(file.name)}")
            file.cut = len(cut)
            bar.update(sizes[file.name])
    _refuse_empty_split(used, params)
    return files, rule


def read_stories(file: InputFile, column: str) -> Iterator[Story]:
    """Yield what is not empty of a file's documents, without white space around it."""
    number = offset = 0
    for part in READERS[file.format](file.path, file.compression, column):
        # Joined files have a byte order mark where the next one began.
        if text := part.text.strip().lstrip("\ufeff").lstrip():
            yield Story(text, number, offset)
            offset += len(text)
        if part.ends_document:
            number, offset = number + (offset > 0), 0


def _split_rule(files: list[InputFile], params: DataParams) -> tuple[str, Divide]:
    """Return how the split is made, in words and as a function."""
    fraction = params.validation_fraction
    if any(file.split == "validation" for file in files):
        rule = "The files named as validation text are held out."
        return rule, lambda file, story: [(file.split or "train", story.text)]
    # 1. Count documents, with their lengths, as far as needed.
    lengths: Counter[tuple[str, int]] = Counter()
    stories = ((file, story) for file in files for story in read_stories(file, params.text_column))
    for file, story in stories:
        lengths[file.name, story.document] += len(story.text)
        if len(lengths) == FEW_DOCUMENTS:
            rule = f"No file is named as validation text: {fraction:.2%} of the stories, chosen "
            rule += "by their SHA-256, are held out (data.validation_fraction)."
            return rule, lambda file, story: [(split_by_hash(story.text, fraction), story.text)]
    # 2. Few documents: their ends are held out.
    plural = "s, whose ends" if len(lengths) > 1 else ", whose end"
    rule = f"No file is named as validation text, and there are {len(lengths)} document{plural} "
    rule += f"({fraction:.2%} of the characters) are held out (data.validation_fraction)."

    def divide(file: InputFile, story: Story) -> list[tuple[str, str]]:
        text, length = story.text, lengths[file.name, story.document]
        end = math.ceil(length * (1 - fraction)) - story.offset  # of the training text
        if 0 < end < len(text):
            end = cut_before(text, end)
        end = max(0, end)
        pieces = [("train", text[:end].rstrip()), ("validation", text[end:].lstrip())]
        return [(split, piece) for split, piece in pieces if piece]

    return rule, divide


def split_by_hash(story: str, fraction: float) -> str:
    digest = hashlib.sha256(story.encode()).digest()
    return "validation" if int.from_bytes(digest[:8], "big") < fraction * 2**64 else "train"


def _refuse_empty_split(files: list[InputFile], params: DataParams) -> None:
    """Raise `LmcoreError`, with what helps, where a split has no story."""
    stories = sum((file.stories for file in files), Counter())
    held_out = [file.name for file in files if file.split == "validation"]
    names = listing(held_out[:3], "and") if held_out else ""
    fraction = f"data.validation_fraction is {params.validation_fraction}"
    if not stories:
        raise LmcoreError(f"{params.folder} (data.folder) gave no story: its files are empty.")
    if not stories["train"]:
        raise LmcoreError(
            f"{params.folder} (data.folder) gave no train story: "
            + (
                f"add files beside {names}, which is held out."
                if names
                else f"{fraction}; 0.5 is enough."
            )
        )
    if not stories["validation"]:
        raise LmcoreError(
            f"{params.folder} (data.folder) gave no validation story: "
            + (
                f"{names} is empty; add stories to it, or remove it."
                if names
                else f"{fraction}; {min(0.5, 10 / stories['train']):.2g} is enough."
            )
        )


def list_files(folder: Path) -> list[InputFile]:
    """Return everything in `folder` and the folders linked in it, in the order of names."""
    if not folder.is_dir():
        raise LmcoreError(f"data.folder is {str(folder)!r}; there is no such folder.")
    files: list[InputFile] = []
    seen = {folder.resolve()}
    for root, folders, names in os.walk(folder, followlinks=True):
        for name in sorted(folders):
            path = Path(root, name)
            reason = "a hidden folder" if name.startswith(".") else ""
            reason = "what an archiver added" if name == "__MACOSX" else reason
            if not reason and path.resolve() in seen:
                reason = "a link to a folder that is read already"
            if reason:
                files.append(InputFile(path, f"{path.relative_to(folder)}/", skipped=reason))
                folders.remove(name)
            seen.add(path.resolve())
        folders.sort()
        files += [_input_file(Path(root, name), folder) for name in names]
    return sorted(files, key=lambda file: PurePath(file.name).parts)


def _input_file(path: Path, folder: Path) -> InputFile:
    """Return a file with its format and split, or why it is skipped."""
    file = InputFile(path, str(path.relative_to(folder)))
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        file.compression = COMPRESSIONS[suffixes.pop()]
    file.format = suffixes[-1] if suffixes else ""
    if path.name.startswith("."):
        file.skipped = "a hidden file"
    elif path.is_symlink() and not path.exists():
        file.skipped = "a link to nothing"
    elif not path.is_file():
        file.skipped = "not a file"
    elif file.format not in READERS or (file.compression and file.format == ".parquet"):
        file.skipped = "of a format that is not read"
    elif is_lfs_pointer(path):
        file.skipped = "a pointer of git-lfs, not the file; `git lfs pull` fetches it"
    else:
        end = sum(map(len, path.suffixes[-2 if file.compression else -1 :]))
        named = PurePath(file.name[:-end])
        file.split = named_split(named, str(path))
        if file.split == "test":
            file.skipped = "left out: its name says test"
    return file


def is_lfs_pointer(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_LFS_POINTER)) == _LFS_POINTER


Divide = Callable[[InputFile, Story], list[tuple[str, str]]]
