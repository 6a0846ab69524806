"""The Hub source against a local server in the Hub's layout: resuming, damage, no network."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lmcore.common.errors import LmcoreError
from lmcore.common.params import DataParams
from lmcore.corpus import tinystories
from lmcore.corpus.sources import prepare
from lmcore.dataset.stories import iter_texts

PARAMETERS = DataParams(
    source="tinystories",
    seed=1,
    train_stories=1,
    validation_stories=1,
    folder="unused",
    text_column="text",
    validation_fraction=0.5,
)


class Hub(ThreadingHTTPServer):
    """Serves real text under the data set's file names; can drop or damage an answer."""

    def __init__(self, real_text: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        train = (real_text / "train-00000-of-00002.parquet").read_bytes()
        held_out = (real_text / "validation-00000-of-00001.parquet").read_bytes()
        base = f"/datasets/{tinystories.REPOSITORY}/resolve/{tinystories.REVISION}/"
        self.files = {
            base + name: held_out if "validation" in name else train for name in tinystories.FILES
        }
        self.ranges: list[str] = []
        self.drops = 0  # answers to break off half-way
        self.damage = False

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        content = self.server.files[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", tinystories.REVISION)
        self.end_headers()

    def do_GET(self) -> None:
        content = self.server.files[self.path]
        start = 0
        if wanted := self.headers.get("Range"):
            self.server.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").split("-")[0])
        body = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if start:
            end = len(content) - 1
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
        self.end_headers()
        if self.server.damage:
            body = bytes(len(body))
        if self.server.drops:
            self.server.drops -= 1
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def hub(real_text: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub(real_text)
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(folder: Path) -> None:
    prepare(PARAMETERS, folder / "raw", folder / "downloads")


def test_whole_data_set_with_its_own_validation_split(
    hub: Hub, tmp_path: Path, real_text: Path
) -> None:
    fetch(tmp_path)
    raw = tmp_path / "raw"
    names = sorted(path.name for path in raw.glob("*.parquet"))
    assert names == sorted(tinystories.FILES.values())
    original = (real_text / "validation-00000-of-00001.parquet").read_bytes()
    assert (raw / "validation-00000-of-00001.parquet").read_bytes() == original
    assert next(iter_texts(raw, "train"))
    assert not hub.ranges


def test_a_dropped_connection_resumes_where_it_stopped(
    hub: Hub, tmp_path: Path, real_text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The Hub's client keeps whole chunks only; its 10 MB are more than a file here.
    chunk = 2**16
    monkeypatch.setattr("tinystories_hub.constants.DOWNLOAD_CHUNK_SIZE", chunk)
    hub.drops = 1
    fetch(tmp_path)
    half = (real_text / "train-00000-of-00002.parquet").stat().st_size // 2
    assert hub.ranges == [f"bytes={half // chunk * chunk}-"]
    content = (tmp_path / "raw" / "train-00000-of-00004.parquet").read_bytes()
    assert content == (real_text / "train-00000-of-00002.parquet").read_bytes()


def test_the_next_run_goes_on_with_the_part_of_a_killed_one(
    hub: Hub, tmp_path: Path, real_text: Path
) -> None:
    part = tmp_path / "downloads" / "train-00000-of-00004.parquet.part"
    part.parent.mkdir()
    part.write_bytes((real_text / "train-00000-of-00002.parquet").read_bytes()[:1000])
    fetch(tmp_path)
    assert hub.ranges == ["bytes=1000-"]
    assert not list((tmp_path / "downloads").iterdir())


def test_a_damaged_file_is_refused_and_forgotten(hub: Hub, tmp_path: Path) -> None:
    hub.damage = True
    with pytest.raises(LmcoreError, match="is damaged") as error:
        fetch(tmp_path)
    assert "\n" not in error.value.message
    assert not list((tmp_path / "downloads").iterdir())
    assert not (tmp_path / "raw").exists()
    hub.damage = False
    fetch(tmp_path)  # and once the cause is gone, it works
    assert (tmp_path / "raw" / "manifest.json").exists()


def test_no_network_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(LmcoreError, match="could not be fetched") as error:
        fetch(tmp_path)
    assert "\n" not in error.value.message
    assert not (tmp_path / "raw").exists()
