"""mlx_lm's server, which speaks OpenAI's protocol, tells with an export what we tell."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers
import pytest
from helpers.exported import SAMPLE, TEXT, tokenizer
from helpers.variants import config_of

from lmcore.export.folder import export
from lmcore.export.provenance import UNKNOWN
from lmcore.generation.storytelling import Generator
from lmcore.model import GPT, save_model
from lmcore.training.cross_entropy import next_token_loss

PROMPT, LENGTH = "Once upon a time", 24


def learned_by_heart() -> GPT:
    """A model that continues `TEXT`, so that what it says is text and no token is a near tie."""
    ids = [tokenizer().end_of_text, *tokenizer().encode(TEXT).tolist()]
    inputs, targets = mx.array([ids[:-1]]), mx.array([ids[1:]])
    model = GPT(config_of(vocab_size=tokenizer().vocab_size, feed_forward="swiglu", n_kv_heads=2))
    step = nn.value_and_grad(model, next_token_loss)
    optimizer = mlx.optimizers.Adam(0.01, bias_correction=True)
    for _ in range(300):
        (loss, _), gradients = step(model, inputs, targets)
        optimizer.update(model, gradients)
        mx.eval(model.parameters(), optimizer.state)
    assert loss.item() < 0.1
    return model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`model`, ours, and `export`, made from it."""
    model = learned_by_heart()
    tokenizer().save(tmp_path)
    save_model(tmp_path / "model", model, tmp_path / "tokenizer.json")
    export(tmp_path / "export", model, tokenizer(), SAMPLE, UNKNOWN, gguf=False)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[str]:
    """The address of a server of `folder`/export; it ends with the test."""
    pytest.importorskip("mlx_lm.server", reason="pip install mlx-lm")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlx_lm.server", "--model", str(folder / "export")]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | {"HF_HUB_OFFLINE": "1"}
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(process, address, folder / "server.log")
            yield address
        finally:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen, address: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"no server after a minute: {log.read_text()}")


def test_the_server_tells_our_story(folder: Path, server: str) -> None:
    asked = {"prompt": PROMPT, "max_tokens": LENGTH, "temperature": 0}
    request = urllib.request.Request(
        f"{server}/v1/completions",
        json.dumps(asked).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        told = json.load(response)["choices"][0]["text"]
    greedy = SAMPLE.model_copy(update={"temperature": 0.0, "max_tokens": LENGTH})
    ours = "".join(Generator.load(folder / "model", greedy).stream(PROMPT))
    assert TEXT.startswith(PROMPT + ours) and len(ours) > LENGTH
    assert told == ours.removeprefix(" "), "mlx_lm drops the blank before the first word"
