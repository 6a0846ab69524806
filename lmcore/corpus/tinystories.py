"""The TinyStories data set (Eldan and Li, 2023, arXiv:2305.07759) from the Hugging Face Hub.

The revision is pinned, so everyone gets the same bytes, and every file's size
and SHA-256 are held against what the Hub states. A download that breaks off
goes on where it stopped, in the same run or the next: the parts lie in a
folder of their own, because DVC clears a stage's outs before it runs.
"""

from __future__ import annotations

import os
from pathlib import Path

from lmcore.common.atomic_files import sha256_of
from lmcore.common.errors import LmcoreError

REPOSITORY = "roneneldan/TinyStories"
REVISION = "f54c09fd23315a6f9c86f9dc80f725de7d8f9c64"
# Name on the Hub: name in data/raw.
FILES = {
    "data/train-00000-of-00004-2d5a1467fff1081b.parquet": "train-00000-of-00004.parquet",
    "data/train-00001-of-00004-5852b56a2bd28fd9.parquet": "train-00001-of-00004.parquet",
    "data/train-00002-of-00004-a26307300439e943.parquet": "train-00002-of-00004.parquet",
    "data/train-00003-of-00004-d243063613e5a057.parquet": "train-00003-of-00004.parquet",
    "data/validation-00000-of-00001-869c898b519ad725.parquet": "validation-00000-of-00001.parquet",
}


def download(folder: Path, downloads: Path) -> None:
    """Puts the data set's files into `folder`, by way of `downloads`.

    Honours HF_ENDPOINT. Raises `LmcoreError` where the Hub cannot be reached
    or a file is not what the Hub says it is; that file is then removed.
    """
    downloads.mkdir(parents=True, exist_ok=True)
    for remote, name in FILES.items():
        _fetch(remote, downloads / name)
    for name in FILES.values():
        os.replace(downloads / name, folder / name)


def _fetch(remote: str, path: Path) -> None:
    """Makes `path` the whole, verified file `remote`."""
    # Imported here: it takes a second, and only this source needs it.
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HTTPError
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers, logging

    logging.set_verbosity_error()
    endpoint = os.environ.get("HF_ENDPOINT") or None
    url = hf_hub_url(REPOSITORY, remote, repo_type="dataset", revision=REVISION, endpoint=endpoint)
    part = path.with_name(f"{path.name}.part")
    try:
        facts = get_hf_file_metadata(url, endpoint=endpoint)
        if path.exists() and _matches(path, facts.size, facts.etag):
            return
        if facts.size is not None and part.exists() and part.stat().st_size > facts.size:
            part.unlink()
        with part.open("ab") as file:
            # http_get, because hf_hub_download forgets its part when the process ends.
            http_get(
                facts.location,
                file,
                resume_size=file.tell(),
                headers=build_hf_headers(),
                expected_size=facts.size,
                displayed_filename=path.name,
            )
    except HTTPError as error:
        raise _unreachable(url, error) from None
    except OSError as error:
        if error.errno is not None:  # the disk, not the network
            raise
        raise _unreachable(url, error) from None
    if not _matches(part, facts.size, facts.etag):
        part.unlink()
        raise LmcoreError(
            f"{url} is damaged: what arrived does not have the size and SHA-256 that the Hub "
            "states; it was removed, run `dvc repro` to fetch it again."
        )
    os.replace(part, path)


def _matches(path: Path, size: int | None, etag: str | None) -> bool:
    """Whether the file has this size and SHA-256 (the ETag of a large file)."""
    return path.stat().st_size == size and sha256_of(path) == etag


def _unreachable(url: str, error: Exception) -> LmcoreError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return LmcoreError(
        f"{url} could not be fetched ({reason}): check the network (and HF_ENDPOINT), then run "
        "`dvc repro`; what has arrived is kept. Without a network use data.source builtin or files."
    )
