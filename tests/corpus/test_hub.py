"""The Hub's data sets against a local server in its layout: pinning, resuming, damage."""

import hashlib
import io
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.endless_answer import write_forever

from lmcore.common import progress as progress_module
from lmcore.common.errors import LmcoreError
from lmcore.common.params import DataParams
from lmcore.corpus import hub as hub_module
from lmcore.corpus.hub import DATA_SETS
from lmcore.corpus.sources import prepare
from lmcore.dataset.stories import SplitWriter, iter_texts, verify_stories

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
    """Serves small stories under a data set's file names; can drop or damage an answer.

    It has the pinned revision and no other: another one is not found.
    """

    def __init__(self, source: str, train: bytes, validation: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        data_set = DATA_SETS[source]
        self.revision = data_set.revision
        base = f"/datasets/{data_set.repository}/resolve/{data_set.revision}/"
        self.files = {
            base + remote: validation if name.startswith("validation") else train
            for remote, name in data_set.files.items()
        }
        self.ranges: list[str] = []
        self.drops = 0  # answers to break off
        self.drop_after = 0  # bytes of such an answer
        self.damage = False
        self.announced: int | None = None  # a size other than the true one
        self.ignores_ranges = False
        self.trickle = 0.0  # seconds before each single byte of a body
        self.endless = ""  # which part of an answer never ends


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        if self.server.endless == "HEAD":
            write_forever(self, b"HTTP/1.1 200 OK\r\nX-Word: ", 0.02)
            return
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(self.server.announced or len(content)))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", self.server.revision)
        self.end_headers()

    def do_GET(self) -> None:
        content = self.server.files[self.path]
        start = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
        if start:
            self.server.ranges.append(self.headers["Range"])
        start *= not self.server.ignores_ranges
        body = content[start:]
        if self.server.endless:
            head = b"HTTP/1.1 206 OK\r\n"
            chunked = head + b"Transfer-Encoding: chunked\r\n\r\n1;"
            write_forever(
                self, chunked if self.server.endless == "chunk" else head + b"X-Word: ", 0.02
            )
            return
        self.send_response(200 if self.server.ignores_ranges else 206)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if self.server.damage:
            body = bytes(len(body))
        if self.server.drops:
            self.server.drops -= 1
            body = body[: self.server.drop_after]
            self.close_connection = True
        if self.server.trickle:
            try:
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(self.server.trickle)
            except OSError:  # the client has given up
                self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A parquet file of each split, of about 100 KB."""
    folder = tmp_path_factory.mktemp("contents")
    draw = random.Random(0)
    for split in ("train", "validation"):
        with SplitWriter(folder, split) as writer:
            for _ in range(1000):
                writer.add("".join(draw.choices("abcdefgh ", k=250)))
    files = {split: folder / f"{split}-00000-of-00001.parquet" for split in ("train", "validation")}
    return {split: path.read_bytes() for split, path in files.items()}


@contextmanager
def serving(server: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(hub_module, "_PAUSE", 0.01)
    monkeypatch.setattr(hub_module, "_MIN_BYTES", 500)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hub(contents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub("tinystories", contents["train"], contents["validation"])
    with serving(server, monkeypatch):
        yield server


@pytest.fixture
def simplestories(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Small files in the layout of SimpleStories: `story` beside columns of facts, one null."""
    files = []
    for split in ("train", "validation"):
        stories = [*(f"{split} story {number}. The end." for number in range(100)), None]
        buffer = io.BytesIO()
        pq.write_table(pa.table({"topic": ["sea"] * 101, "story": stories}), buffer)
        files.append(buffer.getvalue())
    with serving(Hub("simplestories", *files), monkeypatch) as server:
        yield server


def fetch(folder: Path, source: str = "tinystories") -> None:
    params = PARAMETERS.model_copy(update={"source": source})
    prepare(params, folder / "raw", folder / "downloads")


def refused(folder: Path, sentence: str) -> None:
    """The download ends with the sentence, and leaves nothing that looks finished."""
    with pytest.raises(LmcoreError, match=sentence) as error:
        fetch(folder)
    assert "\n" not in error.value.message
    assert not (folder / "raw").exists()


def test_whole_data_set_with_its_own_validation_split(
    hub: Hub, tmp_path: Path, contents: dict[str, bytes]
) -> None:
    fetch(tmp_path)
    raw = tmp_path / "raw"
    names = sorted(path.name for path in raw.glob("*.parquet"))
    assert names == sorted(DATA_SETS["tinystories"].files.values())
    assert (raw / "validation-00000-of-00001.parquet").read_bytes() == contents["validation"]
    assert next(iter_texts(raw, "train"))
    assert not hub.ranges


def test_simplestories_become_a_text_column_and_its_test_split_is_held_out(
    simplestories: Hub, tmp_path: Path
) -> None:
    simplestories.drops, simplestories.drop_after = 1, 700
    fetch(tmp_path, "simplestories")
    assert simplestories.ranges == ["bytes=700-"]
    raw = tmp_path / "raw"
    verify_stories(raw)
    assert list(iter_texts(raw, "train")) == [f"train story {n}. The end." for n in range(100)] * 7
    assert list(iter_texts(raw, "validation")) == [
        f"validation story {number}. The end." for number in range(100)
    ]
    assert '"license": "MIT"' in (raw / "manifest.json").read_text()
    assert not list((tmp_path / "downloads").iterdir())


def test_another_revision_is_not_taken_in_place_of_the_pinned_one(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(DATA_SETS["tinystories"], revision="0" * 40)
    monkeypatch.setitem(DATA_SETS, "tinystories", other)
    refused(tmp_path, "/resolve/0000000000000000000000000000000000000000/.* could not be fetched")


def test_a_log_says_how_far_a_file_is_while_it_arrives(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress_module, "INTERVAL", 0.0)
    fetch(tmp_path)
    lines = capsys.readouterr().err.splitlines()
    expected = r"train-00000-of-00004\.parquet: 0\.\d of 0\.\d MB \(\d+%\), [\d.e-]+ s left"
    assert any(re.fullmatch(expected, line) for line in lines), lines


@pytest.mark.parametrize("ignores_ranges", [False, True])
def test_a_dropped_connection_goes_on_where_it_stopped(
    hub: Hub, tmp_path: Path, contents: dict[str, bytes], ignores_ranges: bool
) -> None:
    hub.drops, hub.drop_after, hub.ignores_ranges = 3, 12_345, ignores_ranges
    fetch(tmp_path)
    expected = [1, 1, 1] if ignores_ranges else [1, 2, 3]
    assert hub.ranges == [f"bytes={12_345 * times}-" for times in expected]
    content = (tmp_path / "raw" / "train-00000-of-00004.parquet").read_bytes()
    assert content == contents["train"]


def test_a_link_that_always_breaks_early_still_arrives(hub: Hub, tmp_path: Path) -> None:
    hub.drops, hub.drop_after = 10**6, 20_000
    fetch(tmp_path)
    assert (tmp_path / "raw" / "manifest.json").exists()


def test_a_link_that_brings_next_to_nothing_is_given_up(hub: Hub, tmp_path: Path) -> None:
    hub.drops, hub.drop_after = 10**6, 20
    refused(tmp_path, r"could not be fetched \(.*\): check the network")
    part = tmp_path / "downloads" / "train-00000-of-00004.parquet.part"
    assert part.stat().st_size == 20 * hub_module._ATTEMPTS  # and what has arrived is kept
    hub.drops = 0
    fetch(tmp_path)
    assert hub.ranges[-1] == f"bytes={20 * hub_module._ATTEMPTS}-"


def test_a_server_that_sends_byte_by_byte_is_given_up(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "_WINDOW", 0.3)
    hub.trickle = 0.02
    start = time.monotonic()
    refused(tmp_path, r"could not be fetched \([0-9]+ bytes in 0\.3 seconds\)")
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("part", ["HEAD", "GET", "chunk"])
def test_a_server_whose_headers_never_end_is_given_up(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(hub_module, "_WINDOW", 0.2)
    hub.endless = part
    refused(tmp_path, r"could not be fetched \((no answer|0 bytes) in 0\.2 seconds\)")


def test_the_next_run_goes_on_with_the_part_of_a_killed_one(
    hub: Hub, tmp_path: Path, contents: dict[str, bytes]
) -> None:
    part = tmp_path / "downloads" / "train-00000-of-00004.parquet.part"
    part.parent.mkdir()
    part.write_bytes(contents["train"][:1000])
    fetch(tmp_path)
    assert hub.ranges == ["bytes=1000-"]
    assert not list((tmp_path / "downloads").iterdir())


def test_a_damaged_file_is_refused_and_forgotten(hub: Hub, tmp_path: Path) -> None:
    hub.damage = True
    refused(tmp_path, "is damaged")
    assert not list((tmp_path / "downloads").iterdir())
    hub.damage = False
    fetch(tmp_path)  # and once the cause is gone, it works
    assert (tmp_path / "raw" / "manifest.json").exists()


def test_a_size_that_cannot_be_true_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.announced = 60 * 10**9
    refused(tmp_path, "is announced with 60000000000 bytes")
    assert not list((tmp_path / "downloads").iterdir())


def test_no_network_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
    refused(tmp_path, "could not be fetched")
