"""The wall to other programs: what is handed to each library, and what is said where one is not."""

from __future__ import annotations

import builtins
import importlib.util
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visualizer import cli
from visualizer.frame import Pixels
from visualizer.outputs.programs import PROGRAMS, ProgramOutput, parse, why_not, with_alpha

PATIENCE = 60.0
SYSTEMS = {"win32": "Windows", "darwin": "macOS"}

WALL = np.random.default_rng(0).integers(0, 256, (36, 64, 3), np.uint8)
LARGER = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)

Calls = list[tuple[Any, ...]]


class _Library:
    """Stands for a library: its classes note what they are called with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, calls: Calls) -> None:
        self._patch, self._calls = monkeypatch, calls

    def module(self, name: str, **content: object) -> None:
        module = types.ModuleType(name)
        vars(module).update(content)
        self._patch.setitem(sys.modules, name, module)

    def note(self, name: str, gives: object = None) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            self._calls.append((name, *given, *named.values()))
            return gives

        return call

    def thing(self, **methods: object) -> types.SimpleNamespace:
        return types.SimpleNamespace(
            **{name: self.note(name, gives) for name, gives in methods.items()}
        )


@pytest.fixture
def calls() -> Calls:
    return []


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, calls: Calls) -> _Library:
    return _Library(monkeypatch, calls)


def sent(kind: str, name: str, *walls: Pixels) -> list[str]:
    output = ProgramOutput(PROGRAMS[kind], name)
    output.start()
    for at, wall in enumerate(walls):
        output.take(wall, float(at))
    assert output.stop(PATIENCE)
    return output.drain()


def test_a_camera_gets_the_wall_and_another_one_for_another_size(
    library: _Library, calls: Calls
) -> None:
    camera = library.thing(send=None, close=None)
    library.module("pyvirtualcam", Camera=library.note("Camera", camera))
    assert sent("camera", "/dev/video7", WALL, LARGER) == [
        "the wall goes to the virtual camera as /dev/video7"
    ]
    names = [name for name, *_ in calls]
    assert names == ["Camera", "send", "close", "Camera", "send", "close"]
    assert calls[0][1:] == (64, 36, 30, "/dev/video7")
    assert calls[3][1:] == (64, 48, 30, "/dev/video7")
    assert (calls[1][1] == WALL).all()
    assert (calls[4][1] == LARGER).all()


def test_spout_gets_opaque_pictures_in_an_opengl_of_its_own(
    library: _Library, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    sender = library.thing(
        createOpenGL=True, setSenderName=True, sendImage=True, setFrameSync=None,
        releaseSender=None, closeOpenGL=True,
    )  # fmt: skip
    library.module("SpoutGL", SpoutSender=lambda: sender)
    assert sent("spout", "", WALL) == ["the wall goes to Spout"]
    assert [call for call in calls if call[0] != "sendImage"] == [
        ("createOpenGL",), ("setSenderName", "Visualizer"), ("setFrameSync", "Visualizer"),
        ("releaseSender",), ("closeOpenGL",),
    ]  # fmt: skip
    _, content, *rest = calls[2]
    assert rest == [64, 36, 0x1908, False, 0]
    assert content == with_alpha(WALL).tobytes()


def test_syphon_gets_opaque_pictures_from_the_bottom_up(
    library: _Library, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    server = library.thing(publish_frame_texture=None, stop=None)
    server.device = "the GPU"
    library.module("syphon", SyphonMetalServer=library.note("Server", server))
    library.module("syphon.utils")
    library.module("syphon.utils.numpy", copy_image_to_mtl_texture=library.note("copy"))
    library.module("syphon.utils.raw", create_mtl_texture=library.note("texture", "a texture"))
    assert sent("syphon", "Left wall", WALL) == ["the wall goes to Syphon as Left wall"]
    assert calls[:2] == [("Server", "Left wall"), ("texture", "the GPU", 64, 36)]
    assert (calls[2][1] == with_alpha(WALL[::-1])).all()
    assert calls[2][2] == "a texture"
    assert calls[3:] == [("publish_frame_texture", "a texture"), ("stop",)]


def test_a_library_that_fails_is_one_line_and_is_off(library: _Library) -> None:
    def fail(*given: object, **named: object) -> None:
        raise RuntimeError("'v4l2loopback' backend: no device\nload the module")

    library.module("pyvirtualcam", Camera=fail)
    line = "'v4l2loopback' backend: no device load the module"
    assert sent("camera", "", WALL) == [f"the virtual camera is off: {line}"]
    assert why_not(PROGRAMS["camera"]) == line


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which none of the libraries is installed."""
    load = builtins.__import__
    names = {program.library for program in PROGRAMS.values()}

    def import_(name: str, *given: Any, **named: Any) -> Any:
        if name.split(".")[0] in names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return load(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", import_)
    monkeypatch.setattr("visualizer.outputs.programs.importlib.import_module", import_)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_what_is_missing_is_one_line_at_the_start(
    bare: None, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = PROGRAMS[kind]
    monkeypatch.setattr(sys, "platform", program.system or "linux")
    why = f"{program.library} is not installed; pip install 'visualizer[{program.extra}]'"
    assert sent(kind, "") == [f"{program.what} is off: {why}"]
    if program.system:
        monkeypatch.setattr(sys, "platform", "linux")
        assert sent(kind, "") == [f"{program.what} is off: only on {SYSTEMS[program.system]}"]


def test_the_command_lists_what_can_be_had_and_why_not(
    bare: None, library: _Library, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "platform", "linux")
    assert cli.main(["outputs"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "--output camera  not available: pyvirtualcam is not installed; "
        "pip install 'visualizer[camera]'",
        "--output ndi  not available: cyndilib is not installed; pip install 'visualizer[ndi]'",
        "--output spout  not available: only on Windows",
        "--output syphon  not available: only on macOS",
    ]


def test_names_of_kinds_and_of_what_others_find() -> None:
    assert parse("ndi") == ("ndi", "")
    assert parse("ndi:Left: the wall ") == ("ndi", "Left: the wall")
    with pytest.raises(ValueError, match="'nd' is not one of camera, ndi, spout, syphon"):
        parse("nd")


RECEIVE = """
import sys, time
import numpy as np
from cyndilib.finder import Finder
from cyndilib.receiver import Receiver
from cyndilib.video_frame import VideoFrameSync
from cyndilib.wrapper.ndi_recv import RecvBandwidth, RecvColorFormat
from visualizer.outputs.programs import PROGRAMS, ProgramOutput

name = sys.argv[1]
wall = np.zeros((360, 640, 3), np.uint8)
wall[:, :320], wall[:, 320:] = (200, 30, 40), (20, 180, 60)
output = ProgramOutput(PROGRAMS["ndi"], name)
output.start()
finder = Finder()
finder.open()
end = time.monotonic() + 50
frame, source, receiver = VideoFrameSync(), None, None
while time.monotonic() < end and not frame.xres:
    output.take(wall, time.monotonic())
    time.sleep(0.03)
    if source is None:
        finder.wait_for_sources(0.2)
        source = next(
            (finder.get_source(n) for n in finder.get_source_names() if f"({name})" in n), None
        )
        continue
    if receiver is None:
        receiver = Receiver(
            color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest
        )
        receiver.frame_sync.set_video_frame(frame)
        receiver.set_source(source)
    receiver.frame_sync.capture_video()
pixels = np.frombuffer(bytes(memoryview(frame)), np.uint8).reshape(frame.yres, frame.xres, 4)
print(*pixels.shape[:2], *pixels[180, 160, :3], *pixels[180, 480, :3], flush=True)
output.stop(5)
finder.close()
"""


def test_ndi_is_received_on_this_machine(tmp_path: Path) -> None:
    if importlib.util.find_spec("cyndilib") is None:
        pytest.skip("cyndilib is not installed: pip install 'visualizer[ndi]'")
    # Sources are found by address here, as there may be no mDNS.
    config = {"ndi": {"networks": {"ips": "127.0.0.1"}}}
    (tmp_path / "ndi-config.v1.json").write_text(json.dumps(config))
    name = f"visualizer test {os.getpid()}"
    done = subprocess.run(
        [sys.executable, "-c", RECEIVE, name], env={**os.environ, "NDI_CONFIG_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=PATIENCE * 3,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    numbers = [int(number) for number in done.stdout.split()]
    assert numbers[:2] == [360, 640]
    assert numbers[2:] == pytest.approx([200, 30, 40, 20, 180, 60], abs=10)


def test_a_camera_that_is_not_there_is_one_line() -> None:
    if importlib.util.find_spec("pyvirtualcam") is None:
        pytest.skip("pyvirtualcam is not installed: pip install 'visualizer[camera]'")
    if any(Path("/dev").glob("video*")) or sys.platform != "linux":
        pytest.skip("there may be a virtual camera on this machine")
    (line,) = sent("camera", "", WALL)
    assert line.startswith("the virtual camera is off: ")
    assert "v4l2loopback" in line
