"""Which encoder a recording takes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from visualizer.outputs import encoders
from visualizer.outputs.encoders import Encoder, choose, software, works


def test_an_encoder_that_does_not_open_here_is_passed_over() -> None:
    missing = Encoder("h264_of_the_moon", "nv12", 60.0, {})
    broken = replace(software(64, 48), options={"preset": "none such"})
    assert not works(missing, 64, 48)
    assert not works(broken, 64, 48)
    assert works(software(64, 48), 64, 48)
    assert choose(64, 48, (missing, broken)) == software(64, 48)
    good = replace(software(64, 48), fps=60.0)
    assert choose(64, 48, (missing, good)) == good


def test_small_machines_take_the_faster_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    presets: Callable[[int, int], str] = lambda *size: software(*size).options["preset"]  # noqa: E731
    for cores, wall, preset in (
        (2, (1280, 720), "ultrafast"), (4, (1280, 720), "veryfast"),
        (8, (1920, 1080), "ultrafast"), (16, (1920, 1080), "veryfast"),
    ):  # fmt: skip
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert presets(*wall) == preset


def test_every_hardware_encoder_of_the_table_is_named_as_ffmpeg_names_it() -> None:
    for encoder in encoders.HARDWARE:
        assert encoder.name.startswith("h264_")
        assert encoder.fps == 60.0
        assert encoder.pixels == "nv12"
