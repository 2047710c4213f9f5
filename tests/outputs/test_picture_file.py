"""Pictures of the wall: what is in the file, where it goes, and what a bad one comes to."""

from __future__ import annotations

import json
import struct
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from visualizer.outputs import picture_file
from visualizer.outputs.picture_file import KEYWORD, PictureFiles, dated, encoded, read
from visualizer.show.files.picture_metadata import PictureMetadata, parse, to_text
from visualizer.show.lora import Lora
from visualizer.show.parameters import BY_NAME, DEFAULTS
from visualizer.show.play_actions import Prompt
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.remember import begun_from, metadata
from visualizer.show.system_actions import Engine, Live

PATIENCE = 30.0
PIXELS = np.random.default_rng(0).integers(0, 256, (36, 64, 3), np.uint8)


def played() -> PictureMetadata:
    show = start((), 0, {"zoom": 0.25, "kaleidoscope": 3, "tempo": 90.0})
    show = reduce(show, Prompt("a (red:1.5) fox {in snow|at sea} --neg blur"))
    return metadata(reduce(show, Live(seed=77)), "1.2")


def test_a_picture_is_the_wall_and_says_how_it_was_made(tmp_path: Path) -> None:
    output = PictureFiles(tmp_path / "new")
    assert not output.wants(0.0)
    output.start()
    for _ in range(2):  # within one second, as a rule
        output.ask(played())
        assert output.wants(0.0)
        output.take(PIXELS, 0.0)
        assert not output.wants(1.0)
    assert output.stop(PATIENCE)
    paths = sorted((tmp_path / "new").iterdir())
    assert sorted(output.drain()) == sorted(f"picture saved: {path}" for path in paths)
    assert len(paths) == 2
    for path in paths:
        with Image.open(path) as image:
            assert image.text["Software"] == "visualizer 1.2"  # type: ignore[attr-defined]
            assert image.text["Description"] == played().prompt  # type: ignore[attr-defined]
            said = json.loads(image.text[KEYWORD])  # type: ignore[attr-defined]
        assert said["parameters"]["zoom"] == 0.25
        assert said["parameters"]["mirror"] == "off"
        assert (said["seed"], said["version"]) == (77, "1.2")
        pixels, found = read(path, pytest.fail)
        assert (pixels == PIXELS).all()
        assert found == played()


def test_names_have_date_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    assert dated(".png", 1_000_000_000) == "visualizer 2001-09-09 01.46.40.png"


def test_a_show_that_begins_from_a_picture_plays_what_it_says() -> None:
    said = played()
    show = begun_from(start((), 0, {"zoom": 0.5}), said, ("zoom",))
    assert show.cue.parts == said.mix
    assert len(said.mix) > 1
    assert (show.cue.negative, show.cue.stays, show.cue.outgoing) == ("blur", True, ())
    assert [show.values[name] for name in ("zoom", "kaleidoscope", "seed")] == [0.5, 3.0, 77.0]
    assert show.tempo.bpm == 90.0


def test_a_disk_that_is_full_is_one_line_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    output = PictureFiles(tmp_path)
    output.start()
    with monkeypatch.context() as patch:
        patch.setattr(picture_file, "write_bytes", full)
        output.ask(played())
        output.take(PIXELS, 0.0)
        lines: list[str] = []
        while not lines:
            lines = output.drain()
    assert len(lines) == 1
    assert lines[0].endswith("No space left on device")
    assert list(tmp_path.iterdir()) == []
    output.ask(played())  # there may be room again
    output.take(PIXELS, 0.0)
    assert output.stop(PATIENCE)
    assert len(list(tmp_path.iterdir())) == 1


def test_more_pictures_than_can_be_written_are_said_once(tmp_path: Path) -> None:
    output = PictureFiles(tmp_path)
    large = np.zeros((3000, 3000, 3), np.uint8)
    for _ in range(5):  # it is not started: two wait, three are too many
        output.ask(played())
        output.take(large, 0.0)
    assert output.drain() == ["a picture was not saved: too many are still being saved"]


def test_a_long_prompt_loras_and_a_source_come_back_from_the_programs_own_picture() -> None:
    """Presets have prompts of any length; of a source's folders nothing is said."""
    long = Preset("Long", (Cued(alone("sea " * 2000), NO_VALUES, "x" * 3000),), source="a/b.mp4")
    show = start((long,), loras=(Lora("film", 0.8), Lora("owner/grain")), model="a/model")
    made = metadata(reduce(reduce(show, Live(1)), Engine("a/model", ())), "1.2")
    assert made.mix[0][0].startswith("sea " * 1999)
    assert parse(to_text(made), "a.png", pytest.fail) == made
    assert made.made_with == "a/model, --lora film:0.8, --lora owner/grain, --source b.mp4"
    assert PictureMetadata(model="a/model").made_with == "a/model"
    assert PictureMetadata().made_with == ""


def png(path: Path, text: str | None, keyword: str = KEYWORD) -> Path:
    info = PngInfo()
    if text is not None:
        info.add_itxt(keyword, text, zip=True)
    Image.fromarray(PIXELS).save(path, pnginfo=info)
    return path


FINE = json.loads(to_text(PictureMetadata(prompt="a", mix=alone("a"), values=DEFAULTS, seed=1)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "has no metadata of this program"),
        ("", "can't be read"),
        ("[1]", "is not a JSON object"),
        ("{" * 5000, "can't be read"),
        ("[" * 90_000, "can't be read"),
        ("x" * 200_000, "too long"),
        ('{"seed": 1' + "0" * 5000 + "}", "metadata can't be"),
        (json.dumps(FINE | {"seed": -1}), "seed"),
        (json.dumps(FINE | {"seed": 1e300}), "seed"),
        (json.dumps(FINE | {"prompt": ["a"]}), "prompt"),
        (json.dumps(FINE | {"loras": "film"}), "loras: must be a list of LoRAs"),
        (json.dumps(FINE | {"loras": ["film:9"]}), "loras: 'film:9': a LoRA's weight goes from"),
        (json.dumps(FINE | {"mix": {"a": float("nan")}}), "mix"),
        (json.dumps(FINE | {"mix": {"a": float("inf")}}), "mix"),
        (json.dumps(FINE | {"mix": dict.fromkeys("abcdefgh", 0.1)}), "mix"),
        (json.dumps(FINE | {"parameters": {"zoom": 5}}), "zoom is 5; it goes from -1 to 1"),
        (json.dumps(FINE | {"parameters": {"zoom": float("nan")}}), "zoom"),
        (json.dumps(FINE | {"parameters": [1]}), "parameters"),
    ],
)
def test_metadata_that_cant_be_used_are_one_line_and_the_picture_stays(
    tmp_path: Path, text: str | None, why: str
) -> None:
    lines: list[str] = []
    pixels, found = read(png(tmp_path / "a.png", text), lines.append)
    assert (pixels == PIXELS).all()
    assert found is None
    assert len(lines) == 1
    assert why in lines[0]
    assert lines[0].endswith("only the picture is used")
    assert len(lines[0]) < 600


def test_what_this_version_does_not_know_is_left_out_and_named(tmp_path: Path) -> None:
    content: dict[str, Any] = FINE | {"mood": 1, "parameters": {"warmth": 2, "blend": 0.5}}
    lines: list[str] = []
    _, found = read(png(tmp_path / "a.png", json.dumps(content)), lines.append)
    assert found is not None
    assert dict(found.values) == {"blend": 0.5}
    assert lines == [f"{tmp_path / 'a.png'}: unknown entries are left out: mood, warmth"]


def test_a_blank_prompt_is_none() -> None:
    assert begun_from(start(()), replace(played(), mix=())).cue.parts == ()


def chunk(kind: bytes, content: bytes) -> bytes:
    whole = kind + content
    return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))


def header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    )


ZEROS = zlib.compress(bytes(100_000_000), 9)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not a PNG"),
        (b"GIF89a", "it is not a PNG"),
        (header(64, 36)[:20], "can't be read"),
        (header(64, 36), "can't be read"),
        (header(50_000, 50_000) + chunk(b"IDAT", ZEROS), "can't be read"),
        (header(9_000, 9_000) + chunk(b"IDAT", ZEROS), "too large: 9000x9000 pixels"),
        (
            header(64, 36) + chunk(b"iTXt", KEYWORD.encode() + b"\0\1\0\0\0" + ZEROS)
            + chunk(b"IDAT", zlib.compress(bytes(36 * 193))) + chunk(b"IEND", b""), "too large",
        ),
    ],
)  # fmt: skip
def test_what_is_no_picture_or_means_harm_is_one_line(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=why) as raised:
        read(path, pytest.fail)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can't be read: No such file"):
        read(tmp_path / "none.png", pytest.fail)


def test_every_value_of_a_show_comes_back(tmp_path: Path) -> None:
    values = {row.name: row.clamp(row.low + 0.7 * (row.high - row.low)) for row in BY_NAME.values()}
    said = replace(played(), values=values)
    path = tmp_path / "a.png"
    path.write_bytes(encoded(PIXELS, said))
    assert read(path, pytest.fail)[1] == said
