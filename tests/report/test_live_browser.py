"""The live model in a real browser: it reads, writes and explains, and fetches nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from helpers.browser import Browser, opened
from helpers.report_run import HOSTILE, STORIES, make_report, small_model
from helpers.small_params import quickstart

from lmcore.common import paths
from lmcore.common.atomic_files import write_text
from lmcore.common.errors import LmcoreError
from lmcore.generation.decoding import visible_tokens
from lmcore.model import GPT, ModelConfig, save_model
from lmcore.report.elements import page_of
from lmcore.report.live import live_model
from lmcore.serving.server import make_server, url_of
from lmcore.tokenizer.tokenizer import Tokenizer

READY = "typeof explorer === 'object'"
REST = f"{READY} && !explorer.writing && explorer.shown === explorer.version"
TEXT = "document.getElementById('live-prompt')"
STATUS = "document.getElementById('live-status').textContent"
CANDIDATES = "[...document.querySelectorAll('#live-candidates button')]"


@pytest.fixture
def page(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The report with its model running; nothing was fetched or complained of."""
    monkeypatch.chdir(tmp_path)
    make_report(tmp_path)
    yield from opened(browser, tmp_path / paths.REPORT / "index.html", REST)


def type_text(page: Browser, text: str) -> None:
    page.run(f"{TEXT}.value = {json.dumps(text)}; {TEXT}.dispatchEvent(new Event('input'))")
    page.wait_for(REST)


def click(page: Browser, element: str) -> None:
    page.run(f"document.getElementById('{element}').click()")
    page.wait_for(REST)


def test_the_page_reads_and_writes_as_mlx_does(page: Browser) -> None:
    text = "Once upon"
    tokenizer = Tokenizer.train(STORIES, 300, ["<|endoftext|>"])
    ids = [tokenizer.end_of_text, *tokenizer.encode(text).tolist()]
    assert len(ids) < 64 - 50  # the context holds all that follows
    type_text(page, text)
    assert page.run("explorer.ids") == ids
    model = small_model(quickstart(), tokenizer)
    expected = np.array(model(mx.array([ids]))[0])
    logits = [page.run(f"[...explorer.intact.logitsAt({place})]") for place in range(len(ids))]
    assert np.abs(np.array(logits) - expected).max() < 1e-2 * expected.std()
    page.run("explorer.next.inputs.temperature.value = 0")
    for _ in range(50):
        click(page, "live-step")
        ids.append(int(mx.argmax(model(mx.array([ids]))[0, -1])))
    assert page.run("explorer.ids") == ids


def test_a_hostile_text_stays_text(page: Browser) -> None:
    elements = "document.querySelectorAll('img, iframe, object').length"
    type_text(page, HOSTILE)
    assert page.run("document.getElementById('live-tokens').textContent").endswith(HOSTILE)
    click(page, "live-step")
    assert page.run(elements) == 0


def test_it_writes_until_stopped_and_a_token_is_quick(page: Browser) -> None:
    before = page.run("explorer.ids.length")
    page.run("document.getElementById('live-write').click()")
    page.wait_for(f"explorer.ids.length > {before + 5} || !explorer.writing")
    if page.run("explorer.writing"):
        page.run("document.getElementById('live-write').click()")
    page.wait_for(REST)
    assert page.run("explorer.ids.length") > before
    assert page.run(f"{TEXT}.value") == page.run("explorer.tokenizer.decode(explorer.ids.slice(1))")


def test_past_a_full_context_the_older_half_is_forgotten(page: Browser) -> None:
    type_text(page, "The old cat was sad. " * 40)
    whole, length, start = page.run("[explorer.ids.length, explorer.window.length, explorer.start]")
    assert length == visible_tokens(whole, 64) and start == whole - length > 64
    assert f"the first {start} are forgotten" in page.run(STATUS)


def test_a_candidate_chosen_by_hand_takes_the_place_of_what_follows(page: Browser) -> None:
    type_text(page, "Once upon a time")
    page.run("document.getElementById('live-tokens').focus()")
    page.press("ArrowLeft")
    position, token = page.run("[explorer.position, explorer.ids[explorer.position]]")
    page.run(f"{CANDIDATES}[3].click()")
    page.wait_for(REST)
    assert page.run("explorer.ids.length") == position + 2
    assert page.run(f"explorer.ids[{position}]") == token


def test_sliders_move_the_probabilities(page: Browser) -> None:
    values = f"{CANDIDATES}.map((b) => b.querySelector('.value').textContent)"
    seen = []
    for name, value in (("temperature", 1), ("temperature", 0), ("temperature", 1), ("top_k", 3)):
        page.run(
            f"(() => {{ const s = document.getElementById('live-{name}'); s.value = {value};"
            "s.dispatchEvent(new Event('input')); })()"
        )
        seen.append(page.run(values))
    assert seen[0] == seen[2] and "0%" not in seen[0]
    assert seen[1] == ["100%", *["0%"] * 11]
    assert [value != "0%" for value in seen[3]] == [True] * 3 + [False] * 9


def test_a_removed_part_changes_the_loss_and_can_be_restored(page: Browser) -> None:
    effect = "document.getElementById('live-effect').textContent"
    type_text(page, "Once upon a time Lily was sad.")
    whole = page.run("explorer.reading.loss")
    assert page.run(effect).startswith("Nothing is removed.")
    page.run("document.querySelector('[aria-label=\"Remove Layer 2, feed-forward\"]').click()")
    page.wait_for(REST)
    assert page.run("explorer.reading.loss") != whole
    assert page.run(effect).startswith("Without 1 part the text costs ")
    assert page.run("document.querySelectorAll('#live-compared li').length") == 8
    click(page, "live-restore")
    assert page.run("explorer.reading.loss") == whole


def test_every_part_can_be_measured(page: Browser) -> None:
    type_text(page, "Once upon a time Lily was sad.")
    click(page, "live-measure")
    page.wait_for("!document.getElementById('live-measure').disabled")
    changes = page.run("[...document.querySelectorAll('.change')].map((e) => e.textContent)")
    assert len(changes) == 6 and all(change[0] in "+−" for change in changes)
    type_text(page, "Once")
    assert page.run("document.querySelectorAll('.change:empty').length") == 6


def test_the_attention_map_is_read_by_pointer_and_keyboard(page: Browser) -> None:
    label_script = "document.getElementById('live-attention-value').textContent"
    type_text(page, "Once upon a time Lily was sad.")
    page.run("document.querySelector('[aria-label=\"Layer 1, head 2\"]').click()")
    page.run("document.getElementById('live-attention-map').focus()")
    page.press("ArrowUp")
    assert page.run(label_script).startswith("Layer 1, head 2: “")
    assert page.run("document.activeElement.id") == "live-attention-map"
    pressed = "document.querySelectorAll('#live-attention-heads [aria-pressed=true]').length"
    assert page.run(pressed) == 1
    page.point_at("document.querySelector('#live-attention-map')")
    assert "takes" in page.run(label_script)


def test_tokens_can_be_shaded_by_attention(page: Browser) -> None:
    shades = "[...document.querySelectorAll('#live-tokens .token')]"
    shades += ".map((token) => Number(token.style.getPropertyValue('--s')))"
    type_text(page, "Once upon a time")
    surprise = page.run(shades)
    page.run("explorer.shading.value = 'attention'; explorer.select(2)")
    attention = page.run(shades)
    assert attention != surprise and not any(attention[3:])
    assert sum(shade**2 for shade in attention) == pytest.approx(1, abs=0.03)


def test_the_lens_ends_with_what_the_model_says(page: Browser) -> None:
    rows = "[...document.querySelectorAll('#live-lens-rows tr')].map((r) => r.textContent)"
    type_text(page, "Once upon a time")
    found = page.run(rows)
    assert [row.split("–")[0] for row in found] == ["Embedding", "Layer 1", "Layer 2"]
    likeliest = page.run(f"{CANDIDATES}[0].querySelector('.name').textContent")
    assert found[-1].split("–")[1].startswith(likeliest)


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_controls_have_names(page: Browser, width: int) -> None:
    page.resize(width)
    type_text(page, "Once upon a time Lily was sad. " * 5)
    assert page.run("document.documentElement.scrollWidth") <= width
    controls = "#live-body :is(button, input, textarea, [tabindex])"
    unnamed = f"""[...document.querySelectorAll("{controls}")]
      .filter((e) => !e.ariaLabel && !e.labels?.length && !e.textContent.trim())
      .map((e) => e.outerHTML)""".replace("\n", "")
    assert page.run(unnamed) == []


def test_a_model_too_large_for_the_page_is_served_beside_it(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "python -m stages.play" in make_report(tmp_path, live_model_mb=0)
    browser.open(tmp_path / paths.REPORT / "index.html")
    assert not browser.run(READY)
    assert browser.run("document.getElementById('attention-heads').children.length") == 4
    tokenizer = Tokenizer.train(STORIES, 300, ["<|endoftext|>"])
    tokenizer.save(tmp_path / "tokenizer")
    model = small_model(quickstart(), tokenizer)
    save_model(tmp_path / paths.MODEL, model, tmp_path / "tokenizer" / "tokenizer.json")
    page = tmp_path / paths.REPORT / "index.html"
    with make_server(page, tmp_path / paths.MODEL, "float16", 0) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            browser.visit(url_of(server))
            browser.wait_for(REST)
            assert browser.run("explorer.model.config.d_model") == model.config.d_model
        finally:
            server.shutdown()


def test_the_quickstart_fits_its_page_and_a_token_is_quick(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most 4 MB, first paint within a second, a token within 30 ms (the best of 20)."""
    monkeypatch.chdir(tmp_path)
    params = quickstart()
    # Fewer tokens than the model has ids: only tokens are shown.
    texts = [f"{a}{b}{c} " * 2 for a in "bcdfgklmnprst" for b in "aeiou" for c in "bcdfglmnprst"]
    tokenizer = Tokenizer.train(texts, params.tokenizer.vocab_size, ["<|endoftext|>"])
    config = ModelConfig(**params.model.model_dump(), vocab_size=params.tokenizer.vocab_size)
    live = live_model(GPT(config), tokenizer, params)
    assert live.embedded
    page = tmp_path / "index.html"
    write_text(page, page_of("quickstart", [live.section], live.scripts))
    assert page.stat().st_size < 3_900_000  # the rest of the page takes less than 100 kB
    browser.open(page)
    browser.wait_for(REST)
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    assert browser.run(paint) < 1000
    type_text(browser, "Once upon a time " * 4)
    clock = "(() => { const t = performance.now(); explorer.intact.cache.length -= 1;"
    clock += "explorer.intact.readSlice([7]); return performance.now() - t; })()"
    assert min(browser.run(clock) for _ in range(20)) < 30


def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LmcoreError, match=r"index\.html does not exist; `dvc repro` makes it"):
        make_server(paths.REPORT / "index.html", paths.MODEL, "float16", 0)
    make_report(tmp_path)
    with pytest.raises(LmcoreError, match=r"data/model is not a folder; `dvc repro`"):
        make_server(paths.REPORT / "index.html", paths.MODEL, "float16", 0)
    tokenizer = Tokenizer.train(STORIES, 300, ["<|endoftext|>"])
    tokenizer.save(tmp_path / "tokenizer")
    model = small_model(quickstart(), tokenizer)
    save_model(paths.MODEL, model, tmp_path / "tokenizer" / "tokenizer.json")
    with make_server(paths.REPORT / "index.html", paths.MODEL, "float16", 0) as server:
        port = server.server_address[1]
        with pytest.raises(LmcoreError, match=f"--port {port} cannot be used"):
            make_server(paths.REPORT / "index.html", paths.MODEL, "float16", port)
