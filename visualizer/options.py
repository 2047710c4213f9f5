"""What the command line asked for, as frozen values; and where shipped files lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from visualizer.frame import Pixels
from visualizer.outputs import picture_file
from visualizer.show.files import set_file
from visualizer.show.files.picture_metadata import PictureMetadata
from visualizer.show.files.preset import PresetError, load, load_folder
from visualizer.show.lora import Lora
from visualizer.show.parameter import nearest
from visualizer.show.records import NO_VALUES, Preset
from visualizer.show.reducers.navigation import preset_index
from visualizer.show.reducers.remember import begun_from
from visualizer.show.set_list import SetList
from visualizer.show.state import Show

HERE = Path(__file__).resolve().parent


class OptionError(Exception):
    """An option that can't be followed; str() is a line for people, or one for each fault."""


@dataclass(frozen=True, slots=True)
class Options:
    """Options shared by all that runs the loop.

    model: a name or path; None where none was given. lora: those that it plays with. preset: a
    name, a number from 1, or a path; None for the first. size: of the picture, (width, height) in
    pixels; None for the model's own. aspect: width by height of a picture of the model's own area,
    where size is None. seed None leaves the default. tiny_vae: auto, on or off. backend: auto,
    torch or openvino. fallback: where the model can't be loaded, go on with another; the live show
    always does. source: what is mixed into the loop, a file's path or camera:N; "" for what presets
    name. verbose: every action is logged.
    """

    model: str | None = None
    lora: tuple[Lora, ...] = ()
    preset: str | None = None
    presets: Path | None = None
    size: tuple[int, int] | None = None
    aspect: float | None = None
    device: str = "auto"
    offline: bool = False
    tiny_vae: str = "auto"
    backend: str = "auto"
    fallback: bool = False
    source: str = ""
    settings: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class LiveOptions(Options):
    """Options of the live show. display: the wall's, by its number from 0; None for the last
    show's. also: others that show the same. walls: how many of these displays have an engine and a
    seed of their own. midi: part of a port's name; None for every port.
    midi_map: one map for all controllers. maps: folder of the performer's own maps; None for the
    usual one. osc, desk: "PORT" or "HOST:PORT", "" for none. sound: part of a sound input's name,
    "" for the usual one, None for none. link: play along with Ableton Link. resume: begin where the
    last show ended. record: from the first picture on. output: programs that the wall goes to, as
    (kind, name), see outputs/programs.py. from_picture: begin as that picture of the wall says.
    state: folder where the show is remembered; None for the usual one. renderer: auto, gl or
    software. hud: auto, wall or window. strobe_limit: most flashes a second. log: file of the
    performance log; None for one in the state's folder. no_log: write none. set_list: a set list's
    name or file, to play from the beginning; None for none. engine: where it runs: auto, thread,
    process, ray or ray://HOST:PORT. keep_alive: run the show in a process of its own, and start it
    again if it dies. crash_file: in such a process, where a crash writes its traceback. restarted:
    it died, and goes on as it was, regardless of other options.
    """

    from_picture: Path | None = None
    display: int | None = None
    also: tuple[int, ...] = ()
    walls: int = 1
    windowed: bool = False
    engine: str = "auto"
    renderer: str = "auto"
    hud: str = "auto"
    strobe_limit: float | None = None
    midi: str | None = None
    no_midi: bool = False
    midi_map: Path | None = None
    maps: Path | None = None
    osc: str = ""
    desk: str = ""
    sound: str | None = None
    link: bool = False
    resume: bool = False
    record: bool = False
    output: Sequence[tuple[str, str]] = ()
    state: Path | None = None
    log: Path | None = None
    no_log: bool = False
    set_list: str | None = None
    keep_alive: bool = False
    crash_file: Path | None = None
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class RehearseOptions(LiveOptions):
    """Options of a rehearsal: those of the show. minutes: of a soak; 0 for none."""

    minutes: float = 0.0
    json: bool = False


@dataclass(frozen=True, slots=True)
class RenderOptions(Options):
    """Options of a video or a folder of frames. from_picture: as in LiveOptions.

    wall: (width, height) in pixels to scale pictures to; None for the picture as it is. fps: frames
    a second. engine_fps: how many of them the engine makes, the wall fading between them; None for
    all. steps: denoising steps, in place of the show's; None for the show's. strobe_limit: most
    flashes a second. continuing: go on with the folder that an interrupted run left. replay: a
    performance log to play, in place of a preset. variations: how many videos are made of it, with
    other seeds; 0 for the one as it was played. on: where they are made, ray or ray://HOST:PORT;
    None for one after the other, here. variation: what is added to the seeds of one.
    """

    from_picture: Path | None = None
    out: Path = Path("show.mp4")
    wall: tuple[int, int] | None = None
    prompt: str | None = None
    frames: int | None = None
    fps: Fraction = Fraction(24)
    engine_fps: Fraction | None = None
    steps: int | None = None
    strobe_limit: float | None = None
    sound: Path | None = None
    continuing: bool = False
    replay: Path | None = None
    variations: int = 0
    on: str | None = None
    variation: int = 0


@dataclass(frozen=True, slots=True)
class BenchOptions(Options):
    """Options of the measurement. stage: the display loop instead of the engine, which runs where
    engine says, as in LiveOptions."""

    engine: str = "auto"
    frames: int = 100
    json: bool = False
    stage: bool = False


def shipped_presets() -> Path:
    """The folder of presets that come along: inside the wheel, or beside the package in a clone."""
    inside = HERE / "presets"
    return inside if inside.is_dir() else HERE.parent / "presets"


def find_presets(options: Options) -> tuple[tuple[Preset, ...], int, tuple[str, ...]]:
    """The presets to play, the index of the one to begin with, and the faults of files left out.

    A preset given as a path comes first in the list. Raises OptionError where the folder or the
    wanted preset is not there.
    """
    try:
        warnings: list[str] = []
        presets, faults = load_folder(options.presets or shipped_presets(), warnings.append)
    except PresetError as error:
        raise OptionError(f"--presets {error}") from None
    lines = (*(f"preset left out: {line}" for fault in faults for line in fault.lines), *warnings)
    wanted = options.preset
    if wanted is None:
        return presets, 0, lines
    if Path(wanted).is_file():
        also: list[str] = []
        try:
            preset = load(Path(wanted), also.append)
        except PresetError as error:
            raise OptionError("\n".join(f"--preset {line}" for line in error.lines)) from None
        return (preset, *presets), 0, (*lines, *also)
    if (index := preset_index(presets, wanted)) is not None:
        return presets, index, lines
    there = nearest(wanted, (preset.name for preset in presets)) or "none at all"
    raise OptionError(f"--preset {wanted}: no such preset or file; nearest: {there}")


def own_sets(options: LiveOptions) -> Path:
    """The folder where set lists are saved: beside the presets that were named, or the user's own
    where those that are shipped play."""
    folder = options.presets
    if folder is None or folder.resolve() == shipped_presets().resolve():
        from visualizer.controls.midi import map_files  # the command line needs no pygame

        folder = (options.maps or map_files.own_folder()).parent / "presets"
    return folder / "sets"


def find_sets(
    options: LiveOptions, presets: Sequence[Preset]
) -> tuple[tuple[SetList, ...], int, tuple[str, ...]]:
    """The set lists in the folder "sets" beside the presets, with those that were saved; the index
    of the one to play; lines for people. Raises OptionError where the wanted one is not there."""
    lines: list[str] = []
    folder = (options.presets or shipped_presets()) / "sets"
    lists = set_file.load_folder(folder, presets, lines.append)
    if (own := own_sets(options)) != folder:
        saved = {each.name: each for each in set_file.load_folder(own, presets, lines.append)}
        lists = (*(saved.pop(each.name, each) for each in lists), *saved.values())
    wanted = options.set_list
    if wanted is None:
        return lists, 0, tuple(lines)
    if Path(wanted).is_file():
        try:
            given = set_file.load(Path(wanted), presets, lines.append)
        except set_file.SetError as error:
            raise OptionError("\n".join(f"--set-list {line}" for line in error.lines)) from None
        return (given, *lists), 0, tuple(lines)
    names = [each.name for each in lists]
    found = [n for n, name in enumerate(names) if name.casefold() == wanted.strip().casefold()]
    if found:
        return lists, found[0], tuple(lines)
    there = nearest(wanted, names) or f"none at all in {folder}"
    raise OptionError(f"--set-list {wanted}: no such set list or file; nearest: {there}")


class BeginPicture(NamedTuple):
    """A picture to begin from: pixels; metadata, None where it has none; lines for people."""

    pixels: Pixels
    metadata: PictureMetadata | None
    lines: tuple[str, ...]


def find_picture(path: Path | None) -> BeginPicture | None:
    """What --from gives; None where it is not given. Raises OptionError for what is no picture."""
    if path is None:
        return None
    lines: list[str] = []
    try:
        pixels, metadata = picture_file.read(path, lines.append)
    except ValueError as error:
        raise OptionError(f"--from {error}") from None
    if metadata is not None and metadata.made_with:
        lines.append(f"{path.name} was made with {metadata.made_with}")
    return BeginPicture(pixels, metadata, tuple(f"--from {line}" for line in lines))


def with_picture(
    show: Show,
    picture: BeginPicture,
    options: LiveOptions | RenderOptions,
    prompt: str | None = None,
) -> Show:
    """A show that has just begun, as a picture says; but what the options name stands over it, and
    so does a prompt of the command line."""
    metadata = picture.metadata
    if metadata is None:
        return show
    given = set(options.settings)
    preset = show.preset_now
    if options.preset is not None and preset is not None:
        given.update(preset.values, preset.prompts[show.prompt_index].values)
    if options.preset is not None or prompt is not None:
        metadata = replace(metadata, prompt="", mix=(), negative="")
    return begun_from(show, metadata, given)
