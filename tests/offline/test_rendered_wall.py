"""A render draws the wall as the show does, and begins from a saved picture of it."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualizer import cli
from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.picture import Picture
from visualizer.frame import Pixels
from visualizer.offline.render import frames
from visualizer.outputs.picture_file import encoded
from visualizer.show.files.picture_metadata import PictureMetadata
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.request import Request

from .renders import SMALL


class Adopting(ColourFields):
    """Colour fields that keep the pictures they begin from."""

    adopted: list[Pixels] = []  # noqa: RUF012

    def continue_from(self, pixels: Pixels) -> None:
        self.adopted.append(pixels)


@pytest.mark.parametrize(
    ("options", "zoom", "prompt"),
    [
        ([], 0.25, "a blue fox"),
        (["--set", "zoom=-0.5"], -0.5, "a blue fox"),
        (["--prompt", "a red house"], 0.25, "a red house"),
    ],
)
def test_a_render_begins_from_a_picture_but_for_what_the_options_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], zoom: float, prompt: str,
) -> None:  # fmt: skip
    pixels = np.full((48, 64, 3), 200, np.uint8)
    said = PictureMetadata(
        "a blue fox", alone("a blue fox"), values={"zoom": 0.25}, seed=7, model="a/model"
    )
    path = tmp_path / "a.png"
    path.write_bytes(encoded(pixels, said))
    engine = Adopting(size=64)
    engine.adopted = []
    asked: list[Request] = []

    def next_(request: Request) -> Picture:
        asked.append(request)
        return ColourFields.next(engine, request)

    monkeypatch.setattr(engine, "next", next_)
    monkeypatch.setattr("visualizer.offline.video_making.open_now", lambda *_: engine)
    out = tmp_path / "out"
    status = cli.main(["render", str(out), *SMALL, "--frames", "1", "--from", str(path), *options])
    assert status == 0
    assert [each.tolist() for each in engine.adopted] == [pixels.tolist()]
    assert (asked[0].zoom, asked[0].seed) == (zoom, 7)
    assert asked[0].prompts == alone(prompt)
    assert "--from a.png was made with a/model" in capsys.readouterr().err


def test_what_is_no_picture_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.png"
    path.write_text("no")
    for command in (["render", str(tmp_path / "out")], []):
        assert cli.main([*command, "--from", str(path), *SMALL]) == 2
        assert f"--from {path}: can't be read: it is not a PNG" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def png_arrays(folder: Path, *more: str) -> list[np.ndarray]:
    assert cli.main(["render", str(folder), "--model", "colour-fields", *more]) == 0
    return [np.asarray(Image.open(path)) for path in sorted(folder.iterdir())]


def test_a_plain_render_is_the_engines_very_pictures(tmp_path: Path) -> None:
    show = start((Preset("one", (Cued(alone("red flames"), NO_VALUES),)),), settings={"seed": 3})
    made = frames(show, ColourFields((48, 32)), Fraction(24), range(3))
    engines = [frame.pixels for frame, _, _ in made if frame is not None]
    asked = ["--prompt", "red flames", "--seed", "3", "--size", "48x32", "--frames", "3"]
    written = png_arrays(tmp_path / "out", *asked)
    assert len(written) == 3
    for engine, picture in zip(engines, written, strict=True):
        assert (engine == picture).all()


def test_a_render_has_the_looks_and_the_strobe_of_the_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--size", "32", "--frames", "6", "--fps", "12", "--seed", "3"]
    plain = png_arrays(tmp_path / "plain", *asked)
    grey = png_arrays(tmp_path / "grey", *asked, "--set", "saturation=0", "--set", "strobe=20")
    assert "strobe is limited to 3 flashes a second" in capsys.readouterr().err
    assert [bool(picture.any()) for picture in grey] == [True, True, False, False, True, True]
    assert np.ptp(plain[0], axis=2).max() > 30
    assert np.ptp(grey[0], axis=2).max() <= 1
    faster = ["--set", "strobe=6", "--strobe-limit", "6"]
    flashing = png_arrays(tmp_path / "flashing", *asked, *faster)
    assert [bool(picture.any()) for picture in flashing] == [True, False] * 3


def test_between_fewer_engine_frames_the_wall_fades_and_two_runs_are_the_same(
    tmp_path: Path,
) -> None:
    asked = [
        "--size",
        "32",
        "--wall",
        "48x48",
        "--frames",
        "13",
        "--seed",
        "3",
        "--set",
        "zoom=0.5",
    ]
    rates = ["--fps", "12", "--engine-fps", "3", "--set", "seed_interval=1"]
    first = png_arrays(tmp_path / "a", *asked, *rates)
    again = png_arrays(tmp_path / "b", *asked, *rates)
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    steps = [abs(b.astype(int) - a).mean() for a, b in pairwise(first)]
    assert min(steps[4:]) > 0.1, "the wall moves between the engine's frames too"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--engine-fps", "30"], "--engine-fps 30: more than the video's 24 frames a second"),
        (["--engine-fps", "12", "--continue"], "not with --engine-fps"),
    ],
)
def test_rates_that_do_not_go_together_are_one_line(
    more: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["render", str(tmp_path / "out"), *SMALL, *more]) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
