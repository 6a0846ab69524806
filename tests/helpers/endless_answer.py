"""A server that answers without end."""

from __future__ import annotations

import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler


def write_forever(handler: BaseHTTPRequestHandler, start: bytes, pause: float) -> None:
    """Write `start` and then a byte every `pause` seconds, until the client gives up."""
    handler.close_connection = True
    with suppress(OSError):
        handler.wfile.write(start)
        while True:
            handler.wfile.write(b"x")
            time.sleep(pause)
