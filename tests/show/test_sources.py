"""Which source is mixed into the loop, from when on, and where its video is on the beat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from visualizer.show.next_request import request
from visualizer.show.parameters import DEFAULTS
from visualizer.show.play_actions import Run, SelectPreset, Set
from visualizer.show.reducer import reduce, start
from visualizer.show.source_names import camera_number, label
from visualizer.show.system_actions import Live, Tick

from .shows import CALM, PLAIN, RICH, after

FILM = replace(CALM, name="film", source="clips/film.mp4")
CAMERA = replace(RICH, name="camera", source="camera:1")
PRESETS = (PLAIN, FILM, CAMERA)


def test_a_presets_source_comes_and_goes_with_it() -> None:
    show = start(PRESETS)
    found = []
    for action in (Run("next_preset"), Run("next_prompt"), Run("next_preset"), Run("next_preset")):
        show = reduce(show, action)
        found.append(request(show).source)
    assert found == ["clips/film.mp4", "clips/film.mp4", "camera:1", ""]


def test_one_given_by_hand_stands_over_those_of_presets() -> None:
    show = start(PRESETS, 1, source="mine.mov")
    assert request(show).source == "mine.mov"
    assert request(reduce(show, SelectPreset(2))).source == "mine.mov"
    assert request(reduce(show, SelectPreset(0))).source == "mine.mov"
    assert request(start((), source="mine.mov")).source == "mine.mov"


def test_its_video_begins_when_it_comes_and_goes_on_where_it_stays() -> None:
    show = after(start(PRESETS), Tick(5.0), SelectPreset(1), Tick(2.0))
    assert request(show).source_time == pytest.approx(2.0)
    again = replace(FILM, name="again")
    show = after(start((FILM, again, PLAIN)), Tick(5.0), SelectPreset(1), Tick(1.0))
    assert request(show).source_time == pytest.approx(6.0)


def test_a_source_given_by_hand_runs_on_whatever_presets_bring() -> None:
    show = after(start(PRESETS, 1, source="mine.mov"), Live(1), Tick(3.0))
    for index in (2, 1, 0):
        show = reduce(show, SelectPreset(index))
        assert request(show).source_time == pytest.approx(3.0)


def test_a_source_can_be_heard_of_without_a_mix_but_the_mix_is_there_to_be_played() -> None:
    """With no source the mix does nothing; with one it shows, and may be 0."""
    assert request(start(PRESETS)).source_mix == DEFAULTS["source_mix"] > 0.2
    assert request(start(PRESETS, settings={"source_mix": 0.0})).source_mix == 0.0


def test_it_plays_at_its_own_speed_or_is_fitted_to_beats() -> None:
    show = after(start(PRESETS), Set("tempo", 120.0), Tick(3.0))
    assert request(show).source_rounds is None
    fitted = after(show, Set("source_beats", 8.0))
    assert request(fitted).source_rounds == pytest.approx(6.0 / 8.0)
    # A request is seen a period later, and is on its beat then.
    later = reduce(fitted, Live(1, 0.5))
    assert request(later).source_rounds == pytest.approx(7.0 / 8.0)


def test_names() -> None:
    assert [camera_number(name) for name in ("camera:0", "camera:12", "a/camera.mp4", "")] == [
        0, 12, None, None,
    ]  # fmt: skip
    for name in ("camera:", "camera:front", "camera:-1", "camera:1.5", "camera:٣", "camera:12345"):
        with pytest.raises(ValueError, match="must be a file, or camera:N"):
            camera_number(name)
    assert [label(name) for name in ("camera:1", "clips/film.mp4")] == ["camera:1", "film.mp4"]
