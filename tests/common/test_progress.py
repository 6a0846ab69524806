"""A log gets a plain line every half minute, a terminal a bar."""

from __future__ import annotations

import io

import pytest

from lmcore.common import progress as progress_module
from lmcore.common.progress import Progress, duration, progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, to be set by the test."""
    now = [100.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Progress, "_last_line", now[0])
    return now


def test_a_log_gets_a_line_at_most_every_half_minute(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress(1000, "train", "step") as bar:
        for _ in range(100):
            clock[0] += 1
            bar.update(message="loss 2.500")
    assert capsys.readouterr().err.splitlines() == [
        "train: step 30 of 1,000 (3%), loss 2.500, 16.2 min left",
        "train: step 60 of 1,000 (6%), loss 2.500, 15.7 min left",
        "train: step 90 of 1,000 (9%), loss 2.500, 15.2 min left",
        "train: step 100 of 1,000 (10%) in 1.7 min",
    ]


def test_short_work_writes_nothing(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with progress(10, "train", "step") as bar:
        for _ in range(10):
            clock[0] += 2.9
            bar.update()
    assert capsys.readouterr().err == ""


def test_short_pieces_of_long_work_are_not_silent_together(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(4):
        with progress(20, "sample", "token") as bar:
            clock[0] += 12
            bar.update(20)
    assert capsys.readouterr().err.splitlines() == [
        "sample: token 20 of 20 (100%), 0 s left",
        "sample: token 20 of 20 (100%) in 12 s",
    ]


def test_what_was_done_before_is_not_in_the_rate(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress(1000, "train", "step", initial=900) as bar:
        clock[0] += 40
        bar.update(20)
        assert bar.rate == 0.5
    assert "step 920 of 1,000 (92%), 2.7 min left" in capsys.readouterr().err


def test_bytes_and_an_unknown_total(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    for total in (64_000_000, None):
        with progress(total, "encode", "B") as bar:
            clock[0] += 60
            bar.update(16_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "encode: 16.0 of 64.0 MB (25%), 3.0 min left",
        "encode: 16.0 of 64.0 MB (25%) in 1.0 min",
        "encode: 16.0 MB",
        "encode: 16.0 MB in 1.0 min",
    ]


def test_an_error_ends_without_a_summary_and_other_ranks_are_silent(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress(10, "train", "step", rank=1) as bar:
        clock[0] += 40
        bar.update()
    assert capsys.readouterr().err == ""
    with pytest.raises(KeyError), progress(10, "train", "step") as bar:
        clock[0] += 40
        bar.update()
        raise KeyError
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(progress_module.sys, "stderr", terminal)
    with progress(4, "train", "step") as bar:
        for _ in range(4):
            bar.update(message="loss 2.500")
        assert bar.n == 4 and bar.rate > 0
    assert "train: 100%" in terminal.getvalue() and "loss 2.500" in terminal.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0.4 s"),
        (59, "59 s"),
        (90, "1.5 min"),
        (2 * 3600, "2.0 h"),
        (3.5 * 86400, "3.5 days"),
        (1.5 * 365.25 * 86400, "1.5 years"),
        (1097 * 365.25 * 86400, "1,100 years"),
    ],
)
def test_durations_read_easily(seconds: float, text: str) -> None:
    assert duration(seconds) == text
