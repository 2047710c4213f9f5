"""--keep-alive: a show that dies is started again, and one that is ended by hand is not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from visualizer.live import crash_reports, last_picture
from visualizer.live.crash_reports import KEPT, Death, keep
from visualizer.live.heartbeat import (
    HANGS,
    LOADS,
    LONGEST_LOOK,
    STARTS_WITHIN,
    Heartbeat,
    Listener,
    count_file,
)
from visualizer.live.keep_alive import AFRESH, PAUSES, Keeper
from visualizer.live.session_store import BEFORE, STATE
from visualizer.show.files import session

PATIENCE = 120.0
"""Seconds after which what should have come is given up: the machine may be busy."""


def until(so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def kept(script: str, folder: Path, soon: float = 1e9, hangs: float = HANGS) -> int:
    """Have a script in a show's place kept alive until it ends by hand; the status. It counts its
    lives in the file lives."""
    lives = folder / "lives"
    counted = (
        f"import os, signal, sys, faulthandler, pathlib; lives = pathlib.Path({str(lives)!r})\n"
        "life = len(lives.read_text()) + 1 if lives.exists() else 1; lives.write_text('x' * life)\n"
        "file = sys.argv[sys.argv.index('--crash-file') + 1]\n"
        "faulthandler.enable(open(file, 'w')); restarted = '--restarted' in sys.argv\n"
    )
    command = [sys.executable, "-c", counted + script]
    return Keeper(command, folder / "crashes", pauses=(0.0,), soon=soon, hangs=hangs).run()


def encoded(address: str, *values: float) -> bytes:
    """A packet of OSC."""
    message = OscMessageBuilder(address)
    for value in values:
        message.add_arg(value)
    return message.build().dgram


def reports(folder: Path) -> list[str]:
    files = sorted((folder / "crashes").glob("*.txt"), key=lambda path: path.stat().st_mtime_ns)
    return [path.read_text(encoding="utf-8") for path in files]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_each_way_to_die_is_reported_and_the_show_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = """
print(f"life {life}", file=sys.stderr, flush=True)
def segfault(): faulthandler._sigsegv()
if life == 1: segfault()
if life == 2: os.kill(os.getpid(), signal.SIGKILL)
if life == 3: raise RuntimeError("a bug")
sys.exit(0)
"""
    assert kept(script, tmp_path) == 0
    first, second, third = reports(tmp_path)
    assert "ended by   signal 11 (SIGSEGV)" in first
    assert "in segfault" in first
    assert "life 1\n" in first
    assert "torch " in first
    assert "SIGKILL" in second
    assert "nothing: no traceback was written" in second
    assert "ended by   exit status 1" in third
    assert "RuntimeError: a bug\n" in third
    said = capsys.readouterr().err
    assert said.count("it restarts now; report: ") == 3
    assert "life 4" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_show_whose_display_loop_stands_still_is_killed_and_started_again_and_says_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = """
import threading, time
from visualizer.live.heartbeat import Heartbeat, count_file
faulthandler.register(signal.SIGUSR1, open(file, "a"))
heart = Heartbeat(count_file(pathlib.Path(file)))
def other_thread():
    while True: time.sleep(0.05)
def in_the_driver():
    if life == 2: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
    time.sleep(1e6)
threading.Thread(target=other_thread, daemon=True).start()
heart.beat()
if life < 3: in_the_driver()
for _ in range(30): time.sleep(0.05); heart.beat()
sys.exit(0)
"""
    assert kept(script, tmp_path, hangs=0.1) == 0
    first, second = reports(tmp_path)
    line = "it hung, without a display frame for 0.4 s, and was killed"
    for report in (first, second):
        assert f"ended by   {line}\n" in report
    assert "in in_the_driver" in first
    assert capsys.readouterr().err.count(f"s: {line}; it restarts now") == 2


def test_a_show_has_longer_to_start_and_a_machine_that_slept_was_no_hung_show(
    tmp_path: Path,
) -> None:
    crash_file = tmp_path / "crash"
    listener = Listener(count_file(crash_file))
    heart = Heartbeat(count_file(crash_file))

    def until_hung() -> int:
        return next(n for n in range(1, 10_000) if listener.look(LONGEST_LOOK))

    assert until_hung() == STARTS_WITHIN + 1
    heart.beat()
    assert until_hung() == HANGS * LOADS + 1  # while libraries are imported
    for _ in range(600):  # beyond where the count goes round
        heart.beat()
        assert not listener.look(1e6)
    assert until_hung() == HANGS
    listener.close()
    assert list(tmp_path.iterdir()) == []
    Heartbeat(count_file(crash_file)).beat()  # no file: nothing to tell, and no fault
    Heartbeat(None).beat()


def test_a_show_that_can_not_beat_is_no_show_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no memory to map")

    path = count_file(tmp_path / "crash")
    listener = Listener(path)
    monkeypatch.setattr("visualizer.live.heartbeat.mmap.mmap", full)
    Heartbeat(path).beat()
    assert not any(listener.look(LONGEST_LOOK) for _ in range(1000))
    listener.close()


def test_an_option_that_can_not_be_followed_ends_it_at_once_and_one_that_fails_later_does_not(
    tmp_path: Path,
) -> None:
    assert kept("sys.exit(2)", tmp_path) == 2
    assert (tmp_path / "lives").read_text() == "x"
    later = tmp_path / "later"
    later.mkdir()
    assert kept("sys.exit({1: 1, 2: 2, 3: 2}.get(life, 130))", later) == 130
    assert (later / "lives").read_text() == "xxxx"


def test_what_dies_again_and_again_begins_afresh(tmp_path: Path) -> None:
    script = "print(restarted, file=sys.stderr); sys.exit(1 if restarted or life == 1 else 0)"
    assert kept(script, tmp_path) == 0
    assert len((tmp_path / "lives").read_text()) == AFRESH + 1


def test_restarts_wait_longer_while_shows_die_soon_and_none_waits_after_one_that_lived() -> None:
    class Dying(Keeper):
        def __init__(self, lives: list[float]) -> None:
            super().__init__(["show"], Path("none"))
            self.lives, self.waited = lives, list[float]()

        def _live(self, life: int, goes_on: bool) -> Death:
            status = 1 if self.lives else 0
            return Death(status, self.lives.pop(0) if self.lives else 1.0, life, ())

        def _tell(self, death: Death, pause: float) -> None:
            self.waited.append(pause)
            self._ending.wait = lambda timeout=None: False  # type: ignore[method-assign]

    keeper = Dying([1.0] * 9 + [60.0, 1.0, 1.0])
    assert keeper.run() == 0
    assert keeper.waited == [*PAUSES, 30.0, 30.0, 0.0, 0.0, 1.0]
    assert max(PAUSES) == 30.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_term_is_passed_on_and_ends_both(tmp_path: Path) -> None:
    show = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "print('plays', file=sys.stderr, flush=True)\n"
        "while True: time.sleep(0.1)"
    )
    script = (
        "import sys; from pathlib import Path; from visualizer.live.keep_alive import keep_alive\n"
        f"sys.exit(keep_alive([sys.executable, '-c', {show!r}], Path({str(tmp_path)!r})))"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    assert parent.stderr is not None
    try:
        assert parent.stderr.readline() == "plays\n"
        parent.terminate()
        assert parent.wait(PATIENCE) == 0
    finally:
        parent.kill()
        parent.wait()
        parent.stderr.close()
    assert list(tmp_path.iterdir()) == []


def test_the_process_that_keeps_it_alive_loads_no_torch_and_no_window() -> None:
    script = (
        "import sys, visualizer.cli, visualizer.live.keep_alive, visualizer.live.session_store\n"
        "print(*{'torch', 'diffusers', 'pygame'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "", done.stderr


def test_the_newest_reports_stay(tmp_path: Path) -> None:
    for life in range(1, KEPT + 4):
        path = keep(tmp_path, Death(1, 1.0, life, ("show",)), now=1000.0)
        os.utime(path, (life, life))
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    lives = {text.split("start ")[1].split("\n")[0] for text in texts}
    assert lives == {str(life) for life in range(4, KEPT + 4)}


def test_a_report_stays_that_is_older_than_the_others_by_a_clock_that_was_set_back(
    tmp_path: Path,
) -> None:
    for life in range(1, KEPT + 1):
        os.utime(keep(tmp_path, Death(1, 1.0, life, ("show",)), now=1000.0), (9e9, 9e9))
    path = keep(tmp_path, Death(1, 1.0, 99, ("show",)), now=500.0)
    assert path in tmp_path.iterdir()
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_report_that_can_not_be_kept_is_a_line_and_the_show_is_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crashes").write_text("a file in the folder's place")
    assert kept("sys.exit(1 if life == 1 else 0)", tmp_path) == 0
    assert "its report can't be saved in " in capsys.readouterr().err


def test_how_it_ended_is_said_in_words() -> None:
    assert crash_reports.cause(3) == "exit status 3"
    assert crash_reports.cause(-11) == "signal 11 (SIGSEGV)"
    assert crash_reports.cause(-9).endswith("as the system does when memory runs out)")
    assert crash_reports.cause(-99) == "signal 99"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_show_killed_at_any_moment_goes_on_from_its_last_picture_values_and_place(
    tmp_path: Path,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    presets = tmp_path / "presets"
    options = (
        "--keep-alive", "--model", "colour-fields", "--size", "64", "--no-midi", "--no-desk",
        "--windowed", "--offline", "-v", "--presets", str(presets), "--set", "blend=0.25",
        "--osc", str(port),
    )  # fmt: skip
    presets.mkdir()
    (presets / "one.yaml").write_text("prompts: [a, b, c]\nhold: 0\n", encoding="utf-8")
    state = tmp_path / "visualizer"
    state.mkdir()
    (state / STATE).write_text("preset: an older show's\n", encoding="utf-8")
    log = (tmp_path / "log").open("w+")
    parent = subprocess.Popen(
        [sys.executable, "-m", "visualizer", *options],
        env={
            **os.environ,
            "SDL_VIDEODRIVER": "dummy",
            "XDG_STATE_HOME": str(tmp_path),
        },
        stderr=log,
    )

    def said(what: str) -> int:
        return (tmp_path / "log").read_text().count(what)

    def last() -> session.Session:
        return session.parse((state / STATE).read_text(encoding="utf-8"), STATE)

    def kill() -> None:
        (show,) = psutil.Process(parent.pid).children()
        show.kill()

    try:
        until(lambda: said("first frame"))
        sent = encoded("/visualizer/zoom", 0.5), encoded("/visualizer/next_prompt")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand:
            for packet in sent:
                hand.sendto(packet, ("127.0.0.1", port))
        until(lambda: last_picture.read(state) is not None)
        until(lambda: last().values.get("zoom") == 0.5 and last().turn == 1)
        before = last()
        kill()
        until(lambda: said("the last picture is on the wall") == 1)
        kill()  # again, when it has hardly begun
        until(lambda: said("the last picture is on the wall") == 2)
        until(lambda: said("the last show is resumed"))
        assert last_picture.read(state) is not None
        now = last()
        assert (now.preset, now.turn) == (before.preset, before.turn)
        # The seed had gone on from where it was set: what was in force is what it goes on from.
        changed = {n for n, value in now.values.items() if value != before.values[n]}
        assert changed <= {"seed"}
        assert now.values["blend"] == 0.25
        assert "an older show's" in (state / BEFORE).read_text(encoding="utf-8")
        assert len(list((state / "crashes").iterdir())) == 2
        parent.terminate()
        assert parent.wait(PATIENCE) == 0
        assert said("end (signal)") == 1
    finally:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(parent.pid).children():
                child.kill()
        parent.kill()
        parent.wait()
        log.close()
