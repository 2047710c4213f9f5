"""What reaches the terminal: one line each, no control characters, on any encoding."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from visualizer import terminal

from .conftest import PATIENCE


def test_a_line_can_do_nothing_to_a_terminal() -> None:
    for text, shown in (
        ("plain, 海 and 👩\u200d🎤", "plain, 海 and 👩\u200d🎤"),
        ("\x1b]0;title\x07 \x1b[2Jwiped", "\ufffd]0;title\ufffd \ufffd[2Jwiped"),
        ("one\ntwo\r\nthree\u2028four\tfive", "one two three four five"),
        ("c1 \x9b31m, \x00, \x7f", "c1 \ufffd31m, \ufffd, \ufffd"),
        ("\u202egpj.exe\u2069", "\ufffdgpj.exe\ufffd"),
        ("half a pair \udcff", "half a pair \ufffd"),
    ):
        assert terminal.clean(text) == shown


def test_a_traceback_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("bad \x1b[2J")
    except ValueError:
        terminal.trace()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].startswith("  File ")
    assert lines[-1] == "ValueError: bad \ufffd[2J"


def run(encoding: str, *argv: str) -> tuple[int, str]:
    """A command's exit status and all that it prints, on pipes of an encoding."""
    done = subprocess.run(
        [sys.executable, "-m", "visualizer", *argv],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode(encoding)


def test_what_an_encoding_has_not_is_replaced(tmp_path: Path) -> None:
    preset = "name: Été 🌊\nprompts: [海の底の 🌊 “neon” café]\n"
    (tmp_path / "01.yaml").write_text(preset, encoding="utf-8")
    for encoding, prompt in (
        ("cp1252", "???? ? “neon” café"),
        ("ascii", "???? ? ?neon? caf?"),
        ("cp932", "海の底の ? “neon” caf?"),
    ):
        status, listed = run(encoding, "presets", str(tmp_path))
        assert status == 0
        assert f"    {prompt}" in listed.splitlines()
    out = tmp_path / "a 🌊.mp4"
    few = ("--model", "colour-fields", "--size", "32", "--frames", "2", "--presets", str(tmp_path))
    status, said = run("ascii", "render", str(out), *few)
    assert (status, "Traceback" in said) == (0, False)
    assert said.splitlines()[-1].endswith("a ?.mp4")
    assert out.is_file()


def test_a_pipe_that_nobody_reads_is_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "visualizer", "presets"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


class Tap(io.StringIO):
    """A stream that blocks while it is shut (Ctrl+S), and raises while its disk is full."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()
        self.opened.set()
        self.reached = threading.Event()
        self.full = False

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.opened.wait(PATIENCE)
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


def tapped(monkeypatch: pytest.MonkeyPatch) -> Tap:
    """stderr; set within a test, as pytest sets it anew after fixtures."""
    tap = Tap()
    monkeypatch.setattr(sys, "stderr", tap)
    return tap


def test_lines_are_written_in_order_and_all_by_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    tap = tapped(monkeypatch)
    with terminal.queued():
        for number in range(100):
            terminal.log(number)
        print("a library's own", file=sys.stderr)
    assert tap.getvalue() == "".join(f"{n}\n" for n in range(100)) + "a library's own\n"
    assert sys.stderr is tap


def test_a_terminal_that_takes_nothing_blocks_nobody_and_what_it_missed_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tap = tapped(monkeypatch)
    monkeypatch.setattr(terminal, "MOST_WAITING", 3)
    tap.opened.clear()
    with terminal.queued():
        terminal.log("on its way")
        assert tap.reached.wait(PATIENCE)
        for number in range(10):
            terminal.log(number)
        tap.opened.set()
        terminal.flush()
        terminal.log("after")
    lines = tap.getvalue().splitlines()
    assert lines[:4] == ["on its way", "0", "1", "2"]
    assert lines[4].startswith("visualizer: 7 writes were dropped here")
    assert lines[5:] == ["after"]


def test_a_full_disk_raises_nothing_not_even_in_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    tap = tapped(monkeypatch)
    tap.full = True
    with terminal.queued():
        try:
            raise ValueError("bad")
        except ValueError:
            terminal.trace()
        terminal.say("lost, too")
        terminal.flush()
        tap.full = False
        terminal.say("there is room again")
    lines = tap.getvalue().splitlines()
    assert lines[0].startswith("visualizer: 2 writes were dropped here")
    assert lines[1:] == ["visualizer: there is room again"]


def test_a_terminal_that_stays_blocked_holds_the_end_up_only_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tap = tapped(monkeypatch)
    monkeypatch.setattr(terminal, "FLUSH", 0.01)
    tap.opened.clear()
    with terminal.queued():
        terminal.say("never seen")
    assert tap.getvalue() == ""
    tap.opened.set()
