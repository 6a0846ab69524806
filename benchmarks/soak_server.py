"""Servers that break off, damage, trickle or lie while the stage `download` reads from them.

The stage must refuse with a sentence, in bounded time, and leave data/raw as it was. It waits
seconds here for what it else waits minutes for.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from helpers.clone import Clone
from helpers.endless_answer import write_forever

from benchmarks.soak_trial import Outcome, run

FAULTS = [
    "404", "500", "closes at once", "breaks off", "damaged", "no length", "announces 60 GB",
    "HTML in place of the file", "an empty file", "a redirect to itself", "an endless answer",
    "an endless header", "an endless chunk header", "byte by byte",
]  # fmt: skip
_CONTENT = b"PAR1" + bytes(range(256)) * 400
# The stage, with short times.
_STAGE = """
from lmcore.corpus import hub
from stages.download import main
hub._WINDOW, hub._PAUSE = 2, 0.1
main()
"""


class _Faulty(BaseHTTPRequestHandler):
    """Answers every request with one fault."""

    server: _Server

    def do_HEAD(self) -> None:
        fault = self.server.fault
        if fault in ("404", "500"):
            self.send_error(int(fault))
        elif fault == "closes at once":
            self.close_connection = True
        elif fault == "an endless answer":
            write_forever(self, b"HTTP/1.1 200 OK\r\nX-Word: ", 0.1)
        elif fault == "a redirect to itself":
            self._head(302, Location=self.path)
        else:
            length = {"announces 60 GB": 60 << 30, "an empty file": 0}.get(fault, len(_CONTENT))
            length_header = {} if fault == "no length" else {"Content-Length": str(length)}
            tag = hashlib.sha256(_CONTENT).hexdigest()
            self._head(200, **length_header, ETag=f'"{tag}"', **{"X-Repo-Commit": "0" * 40})

    def do_GET(self) -> None:
        head = b"HTTP/1.1 206 OK\r\n"
        if self.server.fault == "an endless header":
            write_forever(self, head + b"X-Word: ", 0.1)
            return
        if self.server.fault == "an endless chunk header":
            write_forever(self, head + b"Transfer-Encoding: chunked\r\n\r\n1;", 0.1)
            return
        self.do_HEAD()
        if self.server.fault == "byte by byte":
            write_forever(self, b"PAR1", 0.1)
            return
        body = {
            "breaks off": _CONTENT[: len(_CONTENT) // 2],
            "damaged": bytes(len(_CONTENT)),
            "HTML in place of the file": b"<html>" + bytes(len(_CONTENT) - 6),
        }.get(self.server.fault, b"")
        with suppress(OSError):  # the client may have given up
            self.wfile.write(body)
        self.close_connection = True

    def _head(self, code: int, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


class _Server(ThreadingHTTPServer):
    def __init__(self, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), _Faulty)
        self.fault = fault


def server_trials(clone: Clone, faults: list[str]) -> Iterator[Outcome]:
    """Yield the outcome of a server with each fault; the clone's parameters are as before."""
    before = (clone.folder / "params.yaml").read_text()
    clone.set({"data.source": "tinystories"})
    for fault in faults:
        raw = clone.bytes_of("data/raw")
        with _Server(fault) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            endpoint = f"http://127.0.0.1:{server.server_port}"
            started = time.monotonic()
            done = run(clone, sys.executable, "-c", _STAGE, HF_ENDPOINT=endpoint)
            seconds = time.monotonic() - started
            server.shutdown()
        lost = "data/raw was changed" if clone.bytes_of("data/raw") != raw else ""
        error = done.error() or ("" if done.code else "taken as it is")
        yield Outcome(f"download: {fault}", seconds, lost, error)
    (clone.folder / "params.yaml").write_text(before)
