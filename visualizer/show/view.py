"""View: all that the stage draws from, besides the frames. Frozen; built for each display frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from visualizer.show import modulation
from visualizer.show.state import Show
from visualizer.show.status import Status


@dataclass(frozen=True, slots=True)
class View:
    """show and status as they are. played: the show's values with all modulations over them.

    engine_fps: generated frames a second, 0 before the first. display_fps: the wall's. late_frames:
    of the display, over one and a half periods. renderer: what draws the wall. ports: names of the
    MIDI controllers in use; inputs: what else plays along (OSC, the desk, Link, sound).
    display_p99: seconds that all but one in a hundred of the last display frames took, 0 for none
    yet. displays: their names. outputs: other programs that the wall goes to. sound: the sound
    input, "" for none; sounds: those that were found. desk_code: the QR code of the desk on the
    network, its dark dots by rows, until somebody has opened it; empty for none. controls: of MIDI
    devices, as (device, control, target).
    """

    show: Show
    status: Status
    engine_fps: float = 0.0
    display_fps: float = 0.0
    late_frames: int = 0
    renderer: str = ""
    ports: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    display_p99: float = 0.0
    displays: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    sound: str = ""
    sounds: tuple[str, ...] = ()
    desk_code: tuple[tuple[bool, ...], ...] = ()
    controls: tuple[tuple[str, str, str], ...] = ()
    played: Mapping[str, float] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "played", modulation.played(self.show))
