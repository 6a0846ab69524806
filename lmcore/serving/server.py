"""Serves the report with the weights beside it, for models that are too large for a page."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lmcore.common.errors import LmcoreError
from lmcore.model import load_model
from lmcore.report.live_model import WeightType, describe_model
from lmcore.tokenizer.tokenizer import Tokenizer

_HOST = "127.0.0.1"  # this machine alone


def make_server(
    page: Path, model_folder: Path, weight_type: WeightType, port: int
) -> ThreadingHTTPServer:
    """Return a server of the page and its model; `serve_forever` runs it. Port 0: any free one.

    Raises `LmcoreError` where the page or the model is missing or the port is taken.
    """
    try:
        html = page.read_bytes()
    except FileNotFoundError:
        raise LmcoreError(f"{page} does not exist; `dvc repro` makes it.") from None
    description, weights = describe_model(
        load_model(model_folder), Tokenizer.load(model_folder), weight_type
    )
    files = {
        "/": ("text/html; charset=utf-8", html),
        "/model.json": ("application/json", json.dumps(description).encode()),
        "/model.bin": ("application/octet-stream", weights),
    }

    class Handler(BaseHTTPRequestHandler):
        """Answers with one of the three files."""

        def do_GET(self) -> None:
            if self.path not in files:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            content_type, content = files[self.path]
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Print nothing for a request."""

    try:
        return ThreadingHTTPServer((_HOST, port), Handler)
    except OSError as error:
        raise LmcoreError(f"--port {port} cannot be used: {error.strerror}.") from None


def url_of(server: ThreadingHTTPServer) -> str:
    """Return where a browser finds the page."""
    return f"http://{_HOST}:{server.server_address[1]}/"
