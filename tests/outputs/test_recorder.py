"""Recordings: the wall at its times, in files of one size, with key frames."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from visualizer.outputs import encoders
from visualizer.outputs.encoders import Encoder, software

from .recording import GREEN, RED, Recording, pictures, plain


def test_a_recording_is_the_wall_at_its_times(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "new")
    times = [100.0, 100.033, 100.066, 100.2, 100.233, 101.5]
    for at in times:
        recording.show(plain(RED if at < 100.1 else GREEN), at)
    lines = recording.end()
    (path,) = recording.files
    assert lines == [
        f"recording {path} (libx264, 30 pictures a second)",
        f"recorded 0:01 to {path}",
    ]
    found = pictures(path)
    assert [at for at, _ in found] == pytest.approx([at - 100.0 for at in times], abs=1e-4)
    for (at, pixels), colour in zip(found, [RED] * 3 + [GREEN] * 3, strict=True):
        assert pixels.shape == (48, 64, 3), at
        assert abs(pixels.astype(int) - colour).max() <= 4
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert context.color_range == 1
        assert not container.streams.audio


def test_the_last_row_and_column_of_odd_sides_are_cut_off(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    recording.show(plain(RED, (65, 49)), 0.0)
    recording.end()
    assert pictures(recording.files[0])[0][1].shape == (48, 64, 3)


def test_a_wall_of_another_size_goes_on_in_a_file_of_its_own(tmp_path: Path) -> None:
    """Encoders are tried out once."""
    tried: list[tuple[int, int]] = []

    def choose(width: int, height: int) -> Encoder:
        tried.append((width, height))
        return software(width, height)

    recording = Recording(tmp_path, choose=choose)
    sizes = [(64, 48), (64, 48), (96, 64), (96, 64), (64, 48), (64, 48)]
    for at, size in enumerate(sizes):
        recording.show(plain(RED, size), float(at))
    lines = recording.end()
    assert [line.split()[0] for line in lines] == ["recording", "recorded"] * 3
    written = [Path(line.removeprefix("recorded ").split(" to ")[1]) for line in lines[1::2]]
    assert sorted(written) == recording.files
    found = [pictures(path) for path in written]
    assert [[at for at, _ in each] for each in found] == [[0.0, 1.0], [0.0], [0.0]]
    assert [each[0][1].shape for each in found] == [(48, 64, 3), (64, 96, 3), (48, 64, 3)]
    assert tried == [(64, 48)]


def test_a_windows_edge_that_is_dragged_makes_one_more_file_or_none(tmp_path: Path) -> None:
    for end, files in (((96, 64), 2), ((64, 48), 1)):
        recording = Recording(tmp_path / str(files))
        sizes = [(64, 48)] * 10 + [(66 + 2 * n, 48) for n in range(30)] + [end] * 30
        for frame, size in enumerate(sizes):
            recording.show(plain(RED, size), frame / 30)
        recording.end()
        assert len(recording.files) == files
        shapes = {pixels.shape for path in recording.files for _, pixels in pictures(path)}
        assert shapes == {(48, 64, 3), (end[1], end[0], 3)}


@pytest.mark.parametrize("chosen", [software(64, 48), encoders.HARDWARE[0]])
def test_the_encoder_that_was_chosen_stays_where_the_new_size_lets_it(
    chosen: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "works", lambda encoder, width, height: width < 5000)
    assert encoders.resized(chosen, 128, 96).name == chosen.name
    assert encoders.resized(chosen, 8000, 96) == software(8000, 96)


def test_a_key_frame_comes_every_second_however_slow_the_wall_is(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    for frame in range(25):
        recording.show(plain(RED), frame / 5)  # with nothing that makes one by itself
    recording.end()
    with av.open(str(recording.files[0])) as container:
        keys = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.is_keyframe and packet.pts is not None and packet.time_base is not None
        ]
    assert keys == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0], abs=1e-3)
