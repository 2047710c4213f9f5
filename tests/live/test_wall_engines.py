"""--walls: each wall has frames of its own engine, and the first wall's while that is away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from visualizer.engine.host.engine_host import EngineLost
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.frame import Frame
from visualizer.live.wall_engines import WallEngines
from visualizer.options import LiveOptions
from visualizer.show.next_request import request

from ..engine.conftest import request as wanted
from ..engine.host.engines import make
from ..engine.host.test_failover import Scripted
from .patience import comes_to
from .rig import Wall, show_on, until


def grey(shade: int) -> Frame:
    pixels = np.full((2, 2, 3), shade, np.uint8)
    return Frame(1, 0.0, 0.1, pixels, 1, wanted())


class Played:
    """Engines of three walls, the first one's apart."""

    def __init__(self) -> None:
        self.made: list[Scripted] = []
        self.lines: list[str] = []
        self.walls = WallEngines(
            LiveOptions(walls=3), warn=self.lines.append, own=partial(Scripted, self.made)
        )
        self.walls.ask(BUILTIN)
        self.walls.start()

    def shades(self, first: int | None) -> dict[int, int]:
        """What comes to which wall with a frame of the first wall's, or with none."""
        heard = self.walls.hear(0.0, None if first is None else grey(first))
        return {wall: int(frame.pixels[0, 0, 0]) for wall, frame in heard}

    def own(self, number: int) -> Scripted:
        """The newest host of a further wall, started."""
        seed = 7 + number
        found: list[Scripted] = []

        def wants() -> bool:
            self.walls.want(wanted(seed=7))
            self.shades(None)
            for host in self.made:
                host.runs(BUILTIN)
                asked = host.slots.requests.get()
                if asked is not None and asked.seed == seed and host.is_alive():
                    found.append(host)
            return bool(found)

        assert comes_to(wants)
        return found[-1]


def test_a_wall_shows_the_first_ones_frames_until_its_own_are_there_and_while_they_are_not() -> (
    None
):
    played = Played()
    assert comes_to(lambda: played.shades(10) == {1: 10, 2: 10})
    one, two = played.own(1), played.own(2)
    assert one is not two
    one.frame(50)
    assert played.shades(20) == {1: 50}, "the second has an engine that has made none yet"
    two.frame(60)
    assert played.shades(None) == {2: 60}
    two.slots.frames.fail(EngineLost("its node is gone"))
    assert comes_to(lambda: played.shades(30) == {2: 30}), "the first wall's, on that wall alone"
    lost = "wall 3: its node is gone; the first wall's picture is shown until its own engine is "
    assert [line for line in played.lines if "gone" in line] == [f"{lost}ready"]
    assert comes_to(lambda: played.own(2) is not two)
    again = played.own(2)
    assert again.picture is not None
    again.frame(70)
    assert played.shades(40) == {2: 70}
    played.walls.close()
    assert played.walls.stop(60.0)


def test_one_wall_has_no_further_engine() -> None:
    walls = WallEngines(LiveOptions(), warn=print)
    walls.ask(BUILTIN)
    walls.start()
    walls.want(wanted())
    assert list(walls.hear(0.0, grey(1))) == []
    assert walls.stop()


def test_a_show_with_two_walls_has_an_engine_for_each_with_the_next_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("visualizer.openers.wall_host", lambda *_: partial(ProcessHost, make))
    wall = Wall()
    live = show_on(wall, engine="thread", walls=2, also=(1,), settings={"seed": 41.0})
    with live:
        until(live, lambda: any(frame.request.seed == 42 for frame in wall.others.get(1, ())))
        own = next(frame.request for frame in wall.others[1] if frame.request.seed == 42)
        assert own == replace(request(live.show), seed=42)
        assert {frame.request.seed for frame in wall.frames} == {41}
