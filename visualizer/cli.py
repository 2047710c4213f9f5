"""The command line: argv in, what to run out. No logic: each command is one call."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from visualizer import __version__, terminal
from visualizer.options import BenchOptions, LiveOptions, OptionError, Options, RenderOptions
from visualizer.show.lora import Lora
from visualizer.show.lora import parse as parse_lora
from visualizer.show.parameters import BY_NAME, parse_setting
from visualizer.show.source_names import camera_number

T = TypeVar("T", bound=Options)

SIDES = (16, 8192)
"""Pixels of a picture's or wall's side: the least and the most that make sense."""

NTSC = (24, 30, 48, 60, 120)
"""Rates that video slows down by 1000/1001: 23.976, 29.97 …"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run what argv (sys.argv without one) asks for; the exit status."""
    terminal.prepare()
    parser = _parser()
    given = vars(parser.parse_args(argv))
    if given["size"] and given["aspect"]:  # one before a command's name and one after
        parser.error("argument --aspect: not allowed with argument --size")
    command = given.pop("command") or "live"
    if command != "live" and (unused := _unused(parser, given, _READ.get(command, ()))):
        terminal.say(f"{', '.join(unused)}: only for the live show; {command} ignores it")
    given["output"] = tuple(given["output"])
    settings = [*given.pop("settings"), *given.pop("settings_here", [])]
    given["lora"] = (*given["lora"], *given.pop("lora_here", []))
    if given["seed"]:
        settings.append(given["seed"])
    given["settings"] = dict(settings)
    try:
        return _COMMANDS[command](given)
    except OptionError as error:
        for line in str(error).splitlines():
            terminal.say(line)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # as with `visualizer presets | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes at its end
        return 1


_READ = {"midi": ("midi_map", "maps"), "render": ("from_picture", "strobe_limit")}
"""Options of the live show that a command reads too."""


def _unused(
    parser: argparse.ArgumentParser, given: Mapping[str, Any], read: Sequence[str]
) -> list[str]:
    """The live show's options that were given before another command's name."""
    shared = {field.name for field in fields(Options)} | {*read}
    live_only = {field.name for field in fields(LiveOptions)} - shared
    return [
        "--" + name.replace("_", "-")
        for name in sorted(live_only)
        if name in given and given[name] != parser.get_default(name)
    ]


def _options(kind: type[T], given: dict[str, Any]) -> T:
    return kind(**{field.name: given[field.name] for field in fields(kind) if field.name in given})


# What a command needs is imported when it runs, so that each starts at once.


def _live(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from visualizer.live.app import run
    from visualizer.stage.window import NoDisplay

    first, *also = given.pop("displays") or [None]
    options = _options(LiveOptions, given | {"display": first, "also": tuple(also)})
    try:
        return run(options)
    except NoDisplay as why:
        from visualizer.offline.render import video_instead

        return video_instead(options, str(why))


def _render(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # it draws the wall
    from visualizer.offline.render import render

    seconds = given.pop("seconds")
    if seconds is not None:
        given["frames"] = max(1, round(seconds * given["fps"]))
    return render(_options(RenderOptions, given | {"sound": given["soundtrack"]}))


def _bench(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from visualizer.offline.bench import bench

    return bench(_options(BenchOptions, given))


def _midi(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # maps know pygame's names of keys
    from visualizer.offline.listings import midi

    return midi(
        given["port"],
        given["midi_map"],
        only_list=given["list"],
        target=given["learn"],
        maps=given["maps"],
    )


def _presets(given: dict[str, Any]) -> int:
    from visualizer.offline.listings import presets

    return presets(given["folder"] or given["presets"])


def _models(given: dict[str, Any]) -> int:
    from visualizer.offline.listings import models

    return models()


def _desk(given: dict[str, Any]) -> int:
    from visualizer.live.session_store import usual_folder
    from visualizer.offline.desk_page import open_page

    return open_page(usual_folder())


def _outputs(given: dict[str, Any]) -> int:
    from visualizer.offline.listings import outputs

    return outputs()


_COMMANDS = {
    "live": _live,
    "render": _render,
    "bench": _bench,
    "midi": _midi,
    "presets": _presets,
    "models": _models,
    "outputs": _outputs,
    "desk": _desk,
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: {terminal.clean(message)}\n")


def _parser() -> argparse.ArgumentParser:
    loop = _loop_options(None)
    # A command's own defaults would overwrite what was given before its name.
    subcommand_options = _loop_options(argparse.SUPPRESS)
    parser = _Parser(
        prog="visualizer",
        description="A live AI visualizer that is played like an instrument.",
        epilog="Without a command the live show starts; F1 in it shows all keys and knobs.",
        parents=[loop],
    )
    parser.add_argument("--version", action="version", version=f"visualizer {__version__}")
    parser.add_argument(
        "--display",
        type=int,
        action="append",
        dest="displays",
        metavar="N",
        help="display to show on, from 0 (default: the last one); given again, another that shows "
        "the same",
    )
    parser.add_argument("--windowed", action="store_true", help="start in a window")
    parser.add_argument(
        "--renderer",
        choices=("auto", "gl", "software"),
        default="auto",
        help="what draws the wall (default auto: OpenGL where a GPU draws it)",
    )
    parser.add_argument(
        "--hud",
        choices=("auto", "wall", "window"),
        default="auto",
        help="where the HUD is (default auto: in a window of its own where there is a second "
        "display)",
    )
    _add_strobe_limit(parser, None)
    parser.add_argument("--midi", metavar="PORT", help="only ports with this in their name")
    parser.add_argument("--no-midi", action="store_true", help="leave MIDI alone")
    _add_midi_map(parser, None)
    _add_maps(parser, None)
    parser.add_argument(
        "--osc",
        metavar="[HOST:]PORT",
        default="9000",
        help="where OSC is listened to (default 9000, from this machine alone)",
    )
    parser.add_argument(
        "--no-osc", dest="osc", action="store_const", const="", help="leave OSC alone"
    )
    parser.add_argument(
        "--desk",
        metavar="[HOST:]PORT",
        default="9001",
        help="where the show is played from a browser (default 9001, from this machine alone)",
    )
    parser.add_argument("--no-desk", dest="desk", action="store_const", const="", help="nowhere")
    parser.add_argument(
        "--sound",
        metavar="INPUT",
        type=lambda name: "" if name == "default" else name,
        help="listen to a sound input: 'default', or one with this in its name",
    )
    parser.add_argument("--link", action="store_true", help="follow Ableton Link's beat")
    parser.add_argument(
        "--output",
        type=_output,
        action="append",
        default=[],
        metavar="KIND[:NAME]",
        help="the wall to another program: camera, ndi, spout or syphon; may be given again",
    )
    parser.add_argument("--record", action="store_true", help="record the wall from the start")
    log = parser.add_mutually_exclusive_group()
    log.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="write the performance log to this file (default: one with the date, among the last "
        "50 shows')",
    )
    log.add_argument("--no-log", action="store_true", help="write no performance log")
    begin = parser.add_mutually_exclusive_group()
    _add_from(begin, None)
    begin.add_argument("--resume", action="store_true", help="begin where the last show ended")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    render = commands.add_parser(
        "render",
        parents=[subcommand_options],
        help="make a video or a folder of frames, without a window",
    )
    render.add_argument("out", type=Path, help="a file ending in .mp4, or a folder for PNG frames")
    render.add_argument("--prompt", metavar="TEXT", help="this prompt, not those of a preset")
    render.add_argument(
        "--replay",
        type=Path,
        metavar="LOG",
        help="play the performance log of a live show again, not a preset",
    )
    length = render.add_mutually_exclusive_group()
    length.add_argument("--frames", type=_positive, metavar="N", help="how many frames")
    length.add_argument("--seconds", type=_seconds, metavar="S", help="how long (default 10)")
    render.add_argument(
        "--sound",
        dest="soundtrack",
        type=Path,
        metavar="FILE",
        help="music that the video follows and carries; as long as it, unless told otherwise",
    )
    render.add_argument(
        "--fps",
        type=_rate,
        default=Fraction(24),
        metavar="F",
        help="frames a second (default 24), such as 29.97 or 30000/1001",
    )
    render.add_argument(
        "--wall",
        type=_extent,
        metavar="WIDTHxHEIGHT",
        help="scale and crop pictures to fill this many pixels, such as 1920x1080",
    )
    render.add_argument(
        "--engine-fps",
        type=_rate,
        metavar="F",
        help="the model makes so many frames a second, and the wall fades between them "
        "(default: one for each of --fps)",
    )
    render.add_argument(
        "--steps", type=_steps, metavar="N", help="denoising steps, whatever the presets say"
    )
    _add_strobe_limit(render, argparse.SUPPRESS)
    render.add_argument(
        "--continue",
        dest="continuing",
        action="store_true",
        help="go on with the folder of frames that an interrupted run has left",
    )
    _add_from(render, argparse.SUPPRESS)
    _add_fallback(render)

    bench = commands.add_parser(
        "bench", parents=[subcommand_options], help="measure the engine's speed"
    )
    bench.add_argument("--frames", type=_positive, default=100, metavar="N", help="default 100")
    bench.add_argument(
        "--stage",
        action="store_true",
        help="measure the display loop instead, in a window, alone and beside the engine",
    )
    bench.add_argument("--json", action="store_true", help="one JSON object for programs")
    _add_fallback(bench)

    midi = commands.add_parser("midi", help="list MIDI ports and show each message as it comes")
    midi.add_argument("port", nargs="?", help="only ports with this in their name")
    midi.add_argument("--list", action="store_true", help="list the ports and end")
    midi.add_argument(
        "--learn",
        metavar="TARGET",
        help="have the control that is moved next play a parameter, a command, 'preset 3' …",
    )
    _add_midi_map(midi, argparse.SUPPRESS)
    _add_maps(midi, argparse.SUPPRESS)

    presets = commands.add_parser("presets", help="list and check the presets")
    presets.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="their folder")
    presets.add_argument(
        "--presets", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the same"
    )

    commands.add_parser("outputs", help="list the programs that the wall can go to from here")
    commands.add_parser("desk", help="open the running show's desk in the browser")
    commands.add_parser("models", help="list models at hand and models known to work well")
    return parser


def _loop_options(default: str | None) -> _Parser:
    loop = _Parser(add_help=False, argument_default=default)
    loop.add_argument(
        "--model",
        metavar="NAME|PATH",
        help="Hugging Face name, folder, .safetensors file, or 'builtin'",
    )
    loop.add_argument(
        "--lora",
        dest="lora" if default is None else "lora_here",  # added up, not overwritten
        type=_lora,
        action="append",
        default=[],
        metavar="FILE|NAME[:WEIGHT]",
        help="a LoRA that the model plays with; may be given again",
    )
    loop.add_argument("--preset", metavar="NAME|PATH", help="preset to begin with")
    loop.add_argument("--presets", type=Path, metavar="DIR", help="folder of presets")
    shape = loop.add_mutually_exclusive_group()
    shape.add_argument(
        "--size",
        type=_picture,
        metavar="PIXELS|WIDTHxHEIGHT",
        help="the picture's side, or its sides (default: the model's)",
    )
    shape.add_argument(
        "--aspect",
        type=_aspect,
        metavar="W:H",
        help="the picture's shape at the model's own area, such as 16:9",
    )
    loop.add_argument(
        "--device",
        choices=("auto", "cuda", "mps", "cpu"),
        help="default auto",
        default=default or "auto",
    )
    loop.add_argument(
        "--tiny-vae",
        choices=("auto", "on", "off"),
        help="a tiny autoencoder for large models: faster, a little less detail "
        "(default auto: on for turbo models)",
        default=default or "auto",
    )
    loop.add_argument(
        "--backend",
        choices=("auto", "torch", "openvino"),
        help="what runs networks on the CPU (default auto: OpenVINO for small models)",
        default=default or "auto",
    )
    loop.add_argument(
        "--source",
        type=_source,
        metavar="FILE|camera:N",
        help="a video, a picture or a camera that is mixed into the loop; how much: source_mix",
        default=default or "",
    )
    loop.add_argument("--seed", type=_seed, metavar="N", help="same as --set seed=N")
    loop.add_argument(
        "--set",
        dest="settings" if default is None else "settings_here",  # added up, not overwritten
        type=_setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any parameter; may be given again",
    )
    loop.add_argument(
        "--offline",
        action="store_true",
        default=default or False,
        help="use only what is on this machine",
    )
    loop.add_argument(
        "-v", "--verbose", action="store_true", default=default or False, help="log every action"
    )
    return loop


def _add_fallback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fallback",
        action="store_true",
        help="where the model can't be loaded, go on with the built-in one; without its LoRAs, "
        "where these can't be",
    )


def _add_from(parser: argparse._ActionsContainer, default: str | None) -> None:
    parser.add_argument(
        "--from",
        dest="from_picture",
        type=Path,
        metavar="PICTURE.png",
        default=default,
        help="begin from a saved picture: its values, its prompt, and itself in the loop",
    )


def _add_strobe_limit(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--strobe-limit",
        type=_flashes,
        default=default,
        metavar="HZ",
        help="most flashes a second of the strobe (default 3: faster ones can cause seizures)",
    )


def _add_midi_map(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--midi-map",
        type=Path,
        metavar="FILE",
        default=default,
        help="your own map of knobs and pads (YAML)",
    )


def _add_maps(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--maps",
        type=Path,
        metavar="DIR",
        default=default,
        help="folder of your own maps, one file a controller",
    )


def _setting(text: str) -> tuple[str, float]:
    try:
        return parse_setting(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _lora(text: str) -> Lora:
    try:
        return parse_lora(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _output(text: str) -> tuple[str, str]:
    from visualizer.outputs.programs import parse

    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _source(text: str) -> str:
    try:
        camera_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}': {error}") from None
    return text


def _seed(text: str) -> tuple[str, float]:
    return _setting(f"seed={text}")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def _steps(text: str) -> int:
    row, steps = BY_NAME["steps"], _positive(text)
    if steps > row.high:
        raise argparse.ArgumentTypeError(f"{text} steps: it goes from {row.range}")
    return steps


def _picture(text: str) -> tuple[int, int]:
    return _extent(text if "x" in text.lower() else f"{_positive(text)}x{_positive(text)}")


def _aspect(text: str) -> float:
    width, colon, height = (part.strip() for part in text.partition(":"))
    try:
        aspect = float(width) / float(height if colon else "1")
    except (ValueError, ZeroDivisionError):
        aspect = 0.0
    if not 1 / 16 <= aspect <= 16:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not an aspect ratio, such as 16:9 (1:16 to 16:1)"
        )
    return aspect


def _extent(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not WIDTHxHEIGHT, such as 1280x720")
    sides = int(width), int(height)
    if not SIDES[0] <= min(sides) <= max(sides) <= SIDES[1]:
        raise argparse.ArgumentTypeError(f"{text} pixels: it goes from {SIDES[0]} to {SIDES[1]}")
    return sides


def _rate(text: str) -> Fraction:
    """Frames a second: 25, 12.5, 30000/1001, and NTSC's rates as people write them: 29.97."""
    written = re.fullmatch(r"(\d{1,9}[.,]?\d{0,9})(?:/(\d{1,9}))?", text)
    if written is None or not int(written[2] or 1):
        raise argparse.ArgumentTypeError(f"'{text}' is no rate, such as 25 or 30000/1001")
    rate = Fraction(written[1].replace(",", ".")) / int(written[2] or 1)
    if not 1 <= rate <= 240:
        raise argparse.ArgumentTypeError(f"{text} frames a second: it goes from 1 to 240")
    ntsc = (Fraction(nominal * 1000, 1001) for nominal in NTSC)
    near = (exact for exact in ntsc if rate.denominator > 1 and abs(rate - exact) < 0.005)
    return next(near, rate.limit_denominator(1001))


def _flashes(text: str) -> float:
    number = _seconds(text)
    if number > 20:
        raise argparse.ArgumentTypeError(f"{text} flashes a second: it goes up to 20")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return number
