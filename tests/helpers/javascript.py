"""Runs the scripts of the live page, by node or in a headless Chromium."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import Browser

from lmcore.report.elements import inline_json
from lmcore.report.live_assets import LIBRARY, bundle

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node (Debian: nodejs)")

_HEAD = """
import { readFileSync } from "node:fs";
const inputs = JSON.parse(readFileSync("inputs.json", "utf-8"));
const bytes = new Uint8Array(readFileSync("weights.bin"));
"""


def run_script(folder: Path, script: str, inputs: Any, weights: bytes = b"") -> Any:
    """Return what `script` leaves in `result`; it sees `inputs`, `bytes` and the page's library."""
    (folder / "inputs.json").write_text(json.dumps(inputs), "utf-8")
    (folder / "weights.bin").write_bytes(weights)
    tail = "\nprocess.stdout.write(JSON.stringify(result));\n"
    (folder / "script.mjs").write_text(bundle(LIBRARY) + _HEAD + script + tail, "utf-8")
    done = subprocess.run(["node", "script.mjs"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def run_in_browser(
    browser: Browser, folder: Path, script: str, inputs: Any, weights: bytes = b""
) -> Any:
    """Return what `script` leaves in `result` in a page that holds the library."""
    page = folder / "page.html"
    encoded = base64.b64encode(weights).decode()
    page.write_text(
        f"""<!DOCTYPE html><meta charset="utf-8">{inline_json("inputs", inputs)}
<script type="text/plain" id="weights">{encoded}</script>
<script type="module">
{bundle(LIBRARY)}
const inputs = JSON.parse(document.querySelector(".inputs").textContent);
const bytes = bytesOfBase64(document.getElementById("weights").textContent);
{script}
window.result = result;
</script>""",
        "utf-8",
    )
    browser.open(page)
    browser.wait_for("'result' in window")
    return browser.run("result")
