"""A headless Chromium driven over its DevTools pipe: no driver, no port, no package."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
]  # fmt: skip
_SECONDS = 30.0


def find_browser() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def open_browser(profile: Path) -> Browser:
    """Return a browser to use in `with`, or skip the test where none is installed."""
    program = find_browser()
    if program is None:
        pytest.skip(f"needs a browser on PATH: one of {', '.join(NAMES)}")
    return Browser(program, profile)


def opened(browser: Browser, path: Path, ready: str = "true") -> Iterator[Browser]:
    """Yield the browser with the page at `path`, once the JavaScript condition `ready` holds.

    Afterwards, asserts that the page asked the network for nothing and complained of nothing.
    """
    browser.resize(1280)
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)
    browser.requests.clear()
    browser.complaints.clear()
    browser.open(path)
    browser.wait_for(ready)
    yield browser
    browser.run("1")  # an answer comes after the events before it
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []


class Browser:
    """One page, and what it asked of the network or complained of; use in `with`."""

    def __init__(self, program: str, profile: Path) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._number, self._buffer, self._session = 0, b"", ""
        reads, self._to = os.pipe()
        self._from, writes = os.pipe()
        # Chromium reads descriptor 3 and writes 4; both ends are moved out of the
        # way first, so that neither is overwritten.
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (reads, writes)]

        def place() -> None:
            for end, number in zip(theirs, (3, 4), strict=True):
                os.dup2(end, number)

        self._process = subprocess.Popen(
            [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=place, pass_fds=(3, 4),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        for end in (reads, writes, *theirs):
            os.close(end)

    def __enter__(self) -> Browser:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *failure: object) -> None:
        self._session = ""
        try:
            self.call("Browser.close")
            self._process.wait(_SECONDS)
        finally:
            self._process.kill()
            os.close(self._to)
            os.close(self._from)

    def call(self, method: str, **parameters: Any) -> Any:
        """Sends one DevTools command and waits for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def open(self, path: Path) -> None:
        """Loads a file and waits until it is complete."""
        self.visit(path.resolve().as_uri())

    def visit(self, url: str) -> None:
        """Loads an address and waits until the page is complete."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        self.wait_for(f"document.readyState === 'complete' && location.href === {json.dumps(url)}")

    def wait_for(self, condition: str) -> None:
        """Waits until a JavaScript expression is true."""
        deadline = time.monotonic() + _SECONDS
        while not self.run(condition):
            assert time.monotonic() < deadline, f"never true: {condition}"
            time.sleep(0.02)

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def point_at(self, element: str) -> None:
        """Moves the mouse to the middle of the element that a JavaScript expression gives."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", **self._middle(element))

    def tap(self, element: str) -> None:
        """Touches the middle of an element with a finger that does not move."""
        for kind, points in (("touchStart", [self._middle(element)]), ("touchEnd", [])):
            self.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def resize(self, width: int) -> None:
        """A window of another width; a narrow one is that of a phone."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=800, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self.call("Emulation.setTouchEmulationEnabled", enabled=width < 600)

    def _middle(self, element: str) -> dict[str, float]:
        """Where on the screen an element is, once it was scrolled to."""
        return self.run(
            f"(() => {{ const e = {element}; e.scrollIntoView({{block: 'center'}});"
            "const b = e.getBoundingClientRect();"
            "return {x: b.x + b.width / 2, y: b.y + b.height / 2}; })()"
        )

    def press(self, key: str) -> None:
        """Presses a key, as `KeyboardEvent.key` names it."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], _SECONDS)
            piece = os.read(self._from, 1 << 16) if ready else b""
            assert piece, "the browser does not answer"
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(parameters["exceptionDetails"]["text"])
            case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning"):
                self.complaints.append(str(parameters["args"]))
            case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
                self.complaints.append(parameters["entry"]["text"])
