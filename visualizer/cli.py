"""The command line: argv in, what to run out. No logic: each command is one call."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from visualizer import __version__
from visualizer.options import BenchOptions, LiveOptions, OptionError, Options, RenderOptions
from visualizer.show.parameters import parse_setting

T = TypeVar("T", bound=Options)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what argv (sys.argv without one) asks for; the exit status."""
    given = vars(_parser().parse_args(argv))
    command = given.pop("command") or "live"
    settings = [*given.pop("settings"), *given.pop("settings_here", [])]
    if given["seed"]:
        settings.append(given["seed"])
    given["settings"] = dict(settings)
    try:
        return _COMMANDS[command](given)
    except OptionError as error:
        print(f"visualizer: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _options(kind: type[T], given: dict[str, Any]) -> T:
    return kind(**{field.name: given[field.name] for field in fields(kind) if field.name in given})


# What a command needs is imported when it runs, so that each starts at once.


def _live(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from visualizer.live.app import run
    from visualizer.stage.window import NoDisplay

    options = _options(LiveOptions, given)
    try:
        return run(options)
    except NoDisplay as why:
        from visualizer.offline.render import video_instead

        return video_instead(options, str(why))


def _render(given: dict[str, Any]) -> int:
    from visualizer.offline.render import render

    seconds = given.pop("seconds")
    if seconds is not None:
        given["frames"] = max(1, round(seconds * given["fps"]))
    return render(_options(RenderOptions, given | {"sound": given["soundtrack"]}))


def _bench(given: dict[str, Any]) -> int:
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


_COMMANDS = {
    "live": _live,
    "render": _render,
    "bench": _bench,
    "midi": _midi,
    "presets": _presets,
    "models": _models,
}


def _parser() -> argparse.ArgumentParser:
    loop = _loop_options(None)
    # A command's own defaults would overwrite what was given before its name.
    again = _loop_options(argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="visualizer",
        description="A live AI visualizer that is played like an instrument.",
        epilog="Without a command the live show starts; F1 in it shows all keys and knobs.",
        parents=[loop],
    )
    parser.add_argument("--version", action="version", version=f"visualizer {__version__}")
    parser.add_argument(
        "--display", type=int, default=0, metavar="N", help="display to show on, from 0"
    )
    parser.add_argument("--windowed", action="store_true", help="start in a window")
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
        "--sound",
        metavar="INPUT",
        type=lambda name: "" if name == "default" else name,
        help="listen to a sound input: 'default', or one with this in its name",
    )
    parser.add_argument("--link", action="store_true", help="follow Ableton Link's beat")
    parser.add_argument("--resume", action="store_true", help="begin where the last show ended")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    render = commands.add_parser(
        "render", parents=[again], help="make a video or a folder of frames, without a window"
    )
    render.add_argument("out", type=Path, help="a file ending in .mp4, or a folder for PNG frames")
    render.add_argument("--prompt", metavar="TEXT", help="this prompt, not those of a preset")
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
        "--fps", type=_rate, default=24.0, metavar="F", help="frames a second (default 24)"
    )
    render.add_argument(
        "--wall",
        type=_extent,
        metavar="WIDTHxHEIGHT",
        help="scale and crop pictures to fill this many pixels, such as 1920x1080",
    )

    bench = commands.add_parser("bench", parents=[again], help="measure the engine's speed")
    bench.add_argument("--frames", type=_positive, default=100, metavar="N", help="default 100")
    bench.add_argument("--json", action="store_true", help="one JSON object for programs")

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

    commands.add_parser("models", help="list models at hand and models known to work well")
    return parser


def _loop_options(default: str | None) -> argparse.ArgumentParser:
    loop = argparse.ArgumentParser(add_help=False, argument_default=default)
    loop.add_argument(
        "--model", metavar="NAME|PATH", help="Hugging Face name, folder, or 'builtin'"
    )
    loop.add_argument("--preset", metavar="NAME|PATH", help="preset to begin with")
    loop.add_argument("--presets", type=Path, metavar="DIR", help="folder of presets")
    loop.add_argument(
        "--size",
        type=_positive,
        metavar="PIXELS",
        help="the picture's side (default: the model's)",
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


def _seed(text: str) -> tuple[str, float]:
    return _setting(f"seed={text}")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def _extent(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and min(int(width), int(height)) >= 16):
        raise argparse.ArgumentTypeError(f"'{text}' is not WIDTHxHEIGHT, such as 1280x720")
    return int(width), int(height)


def _rate(text: str) -> float:
    rate = _seconds(text)
    if not 1.0 <= rate <= 240.0:
        raise argparse.ArgumentTypeError(f"{text} frames a second: it goes from 1 to 240")
    return rate


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return number
