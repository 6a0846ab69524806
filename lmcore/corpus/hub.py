"""Data sets of stories from the Hugging Face Hub: TinyStories and SimpleStories.

The revision is pinned, so everyone gets the same bytes, and every file's size
and SHA-256 are compared with what the Hub states. A download that breaks off
goes on where it stopped, in the same run or the next: the parts lie in a
folder of their own, because DVC clears a stage's outs before it runs. Every
byte that arrives is kept, and a connection that brings next to nothing counts
as broken; after a few in a row the stage gives up. A timer looks at what arrived,
because a server can keep a client waiting in any part of its answer: each byte of a
header or of the length of a chunk begins the client's own timeout anew.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lmcore.common.atomic_files import sha256_of
from lmcore.common.errors import LmcoreError
from lmcore.common.parent_process import ABANDONED, parent_died
from lmcore.common.progress import Progress, progress
from lmcore.corpus.file_readers import read_parquet
from lmcore.dataset.stories import SPLITS, TEXT, SplitWriter


@dataclass(frozen=True)
class HubDataSet:
    """A data set of parquet files; `files` maps the name on the Hub to the name in data/raw."""

    repository: str
    revision: str
    licence: str
    column: str  # that holds the stories
    files: dict[str, str]


_TRAIN = [f"train-{index:05d}-of-00007.parquet" for index in range(7)]
DATA_SETS = {
    # Eldan and Li, 2023, arXiv:2305.07759.
    "tinystories": HubDataSet(
        repository="roneneldan/TinyStories",
        revision="f54c09fd23315a6f9c86f9dc80f725de7d8f9c64",
        licence="CDLA-Sharing-1.0",
        column="text",
        files={
            f"data/{name}-{suffix}.parquet": f"{name}.parquet"
            for name, suffix in (
                ("train-00000-of-00004", "2d5a1467fff1081b"),
                ("train-00001-of-00004", "5852b56a2bd28fd9"),
                ("train-00002-of-00004", "a26307300439e943"),
                ("train-00003-of-00004", "d243063613e5a057"),
                ("validation-00000-of-00001", "869c898b519ad725"),
            )
        },
    ),
    # Finke et al., 2025, arXiv:2504.09184. It calls what it holds out the test split.
    "simplestories": HubDataSet(
        repository="SimpleStories/SimpleStories",
        revision="e63b8adc3b1a1bdc7cac5b500d150b71346b0628",
        licence="MIT",
        column="story",
        files={
            **{f"data/{name}": name for name in _TRAIN},
            "data/test-00000-of-00001.parquet": "validation-00000-of-00001.parquet",
        },
    ),
}

# The largest file has about 250 MB.
_MAX_BYTES = 4 << 30
_TIMEOUT = 20  # seconds without a byte after which a connection is broken
# A connection is also broken where it brings fewer bytes than this in so many seconds.
_MIN_BYTES, _WINDOW = 64 << 10, 60
_ATTEMPTS = 5  # broken connections in a row, each with fewer bytes than that
_PAUSE = 2  # seconds before the next attempt; twice as many before each further one


def write_stories(data_set: HubDataSet, folder: Path, downloads: Path) -> None:
    """Write both splits of the data set into `folder`, by way of `downloads`.

    Honours HF_ENDPOINT. Raises `LmcoreError` where the Hub cannot be reached
    or a file is not what the Hub says it is; that file is then removed.
    """
    downloads.mkdir(parents=True, exist_ok=True)
    for remote, name in data_set.files.items():
        _fetch(data_set, remote, downloads / name)
    paths = [downloads / name for name in sorted(data_set.files.values())]
    if data_set.column == TEXT:
        for path in paths:
            os.replace(path, folder / path.name)
        return
    for split in SPLITS:
        sizes = {p: p.stat().st_size for p in paths if p.name.startswith(split)}
        with (
            SplitWriter(folder, split) as writer,
            progress(sum(sizes.values()), f"read {split}", "B") as bar,
        ):
            for path, size in sizes.items():
                for part in read_parquet(path, None, data_set.column):
                    writer.add(part.text)
                bar.update(size)
    for path in paths:
        path.unlink()


def _fetch(data_set: HubDataSet, remote: str, path: Path) -> None:
    """Make `path` the whole, verified file `remote` of the data set."""
    # Imported here: it takes a second, and only this source needs it.
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HTTPError
    from huggingface_hub.utils import build_hf_headers, logging

    logging.set_verbosity_error()
    endpoint = os.environ.get("HF_ENDPOINT") or None
    url = hf_hub_url(
        data_set.repository,
        remote,
        repo_type="dataset",
        revision=data_set.revision,
        endpoint=endpoint,
    )
    part = path.with_name(f"{path.name}.part")

    # 1. Ask for the size and the SHA-256 (the ETag of a large file).
    def give_up() -> None:
        raise _unreachable(url, TimeoutError(f"no answer in {_WINDOW} seconds"))

    try:
        with _every_window(give_up):
            facts = get_hf_file_metadata(url, endpoint=endpoint)
    except (HTTPError, ValueError) as error:
        raise _unreachable(url, error) from None
    size, sha256 = facts.size, facts.etag
    if size is None or sha256 is None or not 0 < size <= _MAX_BYTES:
        raise LmcoreError(
            f"{url} is announced with {size} bytes and the ETag {sha256}; a file of this data set "
            f"has a SHA-256 and at most {_MAX_BYTES:,} bytes. Check HF_ENDPOINT."
        )
    if path.exists() and _matches(path, size, sha256):
        return
    # 2. Fetch what is missing. A token is for the Hub alone, not for where it redirects to.
    same_host = urlsplit(facts.location).netloc == urlsplit(url).netloc
    headers = build_hf_headers(token=None if same_host else False)
    _receive(facts.location, url, headers, part, size)
    # 3. Compare.
    if not _matches(part, size, sha256):
        part.unlink()
        raise LmcoreError(
            f"{url} is damaged: what arrived does not have the size and SHA-256 that the Hub "
            "states; it was removed, run `dvc repro` to fetch it again."
        )
    os.replace(part, path)


def _receive(location: str, url: str, headers: dict[str, str], part: Path, size: int) -> None:
    """Append to `part` until it has `size` bytes, over as many connections as that takes.

    Raises `LmcoreError`, which calls the file `url`, after `_ATTEMPTS` that brought nothing.
    """
    from huggingface_hub.errors import HTTPError

    if part.exists() and part.stat().st_size > size:
        part.unlink()
    part.touch()
    failures = 0
    with progress(size, part.stem, "B", initial=part.stat().st_size) as bar:
        while (before := part.stat().st_size) < size:
            try:
                _append(location, headers, part, size, bar)
                error: Exception = ConnectionError("the connection ended early")
            except (HTTPError, ConnectionError, TimeoutError) as broken:
                error = broken
            arrived = part.stat().st_size - before
            failures = 0 if arrived >= _MIN_BYTES else failures + 1
            if part.stat().st_size < size:
                if failures == _ATTEMPTS:
                    raise _unreachable(url, error)
                time.sleep(_PAUSE * 2 ** max(0, failures - 1))


def _append(location: str, headers: dict[str, str], part: Path, size: int, bar: Progress) -> None:
    """Append to `part` what one connection brings, up to `size` bytes altogether."""
    from huggingface_hub.utils import get_session, hf_raise_for_status

    abandoned = parent_died()
    arrived = checked = 0

    def check_progress() -> None:
        nonlocal checked
        if arrived - checked < _MIN_BYTES:
            raise TimeoutError(f"{arrived - checked} bytes in {_WINDOW} seconds")
        checked = arrived

    # Compressed bytes could not be appended to.
    headers = headers | {"Accept-Encoding": "identity", "Range": f"bytes={part.stat().st_size}-"}
    with (
        _every_window(check_progress),
        get_session().stream("GET", location, headers=headers, timeout=_TIMEOUT) as response,
    ):
        hf_raise_for_status(response)
        # A server that ignores the range sends the whole file.
        with part.open("ab" if response.status_code == 206 else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk[: size - file.tell()])
                arrived += len(chunk)
                bar.update(file.tell() - bar.n)
                if file.tell() == size:
                    return
                if abandoned():
                    raise LmcoreError(f"{ABANDONED}.")


@contextmanager
def _every_window(check: Callable[[], None]) -> Iterator[None]:
    """Call `check` every `_WINDOW` seconds; what it raises ends whatever this thread waits for."""
    previous = signal.signal(signal.SIGALRM, lambda *_: check())
    signal.setitimer(signal.ITIMER_REAL, _WINDOW, _WINDOW)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _matches(path: Path, size: int, sha256: str) -> bool:
    return path.stat().st_size == size and sha256_of(path) == sha256


def _unreachable(url: str, error: Exception) -> LmcoreError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return LmcoreError(
        f"{url} could not be fetched ({reason}): check the network (and HF_ENDPOINT), then run "
        "`dvc repro`; what has arrived is kept. Without a network use data.source builtin or files."
    )
