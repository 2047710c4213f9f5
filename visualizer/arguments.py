"""The parser of the command line: all options and commands, with their help."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

from visualizer import __version__, argument_types
from visualizer.shared_arguments import (
    Parser,
    add_engine,
    add_fallback,
    add_from,
    add_maps,
    add_midi_map,
    add_strobe_limit,
    loop_options,
)


def command_line() -> argparse.ArgumentParser:
    parser = Parser(
        prog="visualizer",
        description="A live AI visualizer that is played like an instrument.",
        epilog="Without a command the live show starts; F1 in it shows all keys and knobs.",
        parents=[loop_options(None)],
    )
    parser.add_argument("--version", action="version", version=f"visualizer {__version__}")
    _add_live(parser)
    # A command's own defaults would overwrite what was given before its name.
    shared = loop_options(argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_render(
        commands.add_parser(
            "render",
            parents=[shared],
            help="make a video or a folder of frames, without a window",
        )
    )
    _add_bench(commands.add_parser("bench", parents=[shared], help="measure the engine's speed"))
    _add_rehearse(
        commands.add_parser(
            "rehearse",
            parents=[shared],
            help="check everything before a show, and play it for some minutes with random input",
        )
    )
    _add_midi(commands.add_parser("midi", help="list MIDI ports and show incoming messages"))
    _add_presets(commands.add_parser("presets", help="list and check the presets"))
    commands.add_parser("outputs", help="list the programs that the wall can be sent to")
    commands.add_parser("desk", help="open the running show's desk in the browser")
    commands.add_parser("models", help="list models on this machine and models known to work well")
    return parser


def _add_live(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--display",
        type=int,
        action="append",
        dest="displays",
        metavar="N",
        help="display of the wall, from 0 (default: the last one); repeat it to show the same on "
        "another",
    )
    parser.add_argument(
        "--walls",
        type=argument_types.positive,
        default=1,
        metavar="N",
        help="N displays with an engine and a seed each, from one show (default 1)",
    )
    parser.add_argument("--windowed", action="store_true", help="start in a window")
    parser.add_argument(
        "--renderer",
        choices=("auto", "gl", "software"),
        default="auto",
        help="what draws the wall (default auto: OpenGL if there is a GPU for it)",
    )
    add_engine(parser, "auto")
    parser.add_argument(
        "--hud",
        choices=("auto", "wall", "window"),
        default="auto",
        help="where the HUD is shown (default auto: in its own window if there is a second "
        "display)",
    )
    add_strobe_limit(parser, None)
    parser.add_argument("--midi", metavar="PORT", help="only ports with this in their name")
    parser.add_argument("--no-midi", action="store_true", help="turn MIDI off")
    add_midi_map(parser, None)
    add_maps(parser, None)
    parser.add_argument(
        "--osc",
        metavar="[HOST:]PORT",
        default="9000",
        help="where to listen for OSC (default 9000, from this machine only)",
    )
    parser.add_argument("--no-osc", dest="osc", action="store_const", const="", help="turn OSC off")
    parser.add_argument(
        "--desk",
        metavar="[HOST:]PORT",
        default="9001",
        help="where the browser panel is served (default 9001, to this machine only)",
    )
    parser.add_argument(
        "--no-desk", dest="desk", action="store_const", const="", help="turn the desk off"
    )
    parser.add_argument(
        "--sound",
        metavar="INPUT",
        type=lambda name: "" if name == "default" else name,
        help="listen to a sound input: 'default', or one with this in its name",
    )
    parser.add_argument("--link", action="store_true", help="follow Ableton Link's beat")
    parser.add_argument(
        "--output",
        type=argument_types.output,
        action="append",
        default=[],
        metavar="KIND[:NAME]",
        help="send the wall to another program: camera, ndi, spout or syphon; may be repeated",
    )
    parser.add_argument(
        "--set-list",
        metavar="NAME|FILE",
        help="play a set list: a file, or a name in the folder 'sets' beside the presets",
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
    add_from(begin, None)
    begin.add_argument("--resume", action="store_true", help="begin where the last show ended")
    parser.add_argument(
        "--keep-alive",
        action="store_true",
        help="restart the show from its last picture if it crashes",
    )
    # What --keep-alive gives to the show that it runs.
    parser.add_argument("--crash-file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--restarted", action="store_true", help=argparse.SUPPRESS)


def _add_render(render: argparse.ArgumentParser) -> None:
    render.add_argument("out", type=Path, help="a file ending in .mp4, or a folder for PNG frames")
    render.add_argument("--prompt", metavar="TEXT", help="this prompt, not those of a preset")
    render.add_argument(
        "--replay",
        type=Path,
        metavar="LOG",
        help="replay the performance log of a live show, not a preset",
    )
    render.add_argument(
        "--variations",
        type=argument_types.positive,
        default=0,
        metavar="N",
        help="with --replay: N videos, the set as played and others with other seeds",
    )
    render.add_argument(
        "--on",
        type=argument_types.cluster,
        metavar="ray|ray://HOST:PORT",
        help="make the variations in parallel on a Ray cluster, here or at an address",
    )
    length = render.add_mutually_exclusive_group()
    length.add_argument(
        "--frames", type=argument_types.positive, metavar="N", help="how many frames"
    )
    length.add_argument(
        "--seconds", type=argument_types.seconds, metavar="S", help="how long (default 10)"
    )
    render.add_argument(
        "--sound",
        dest="soundtrack",
        type=Path,
        metavar="FILE",
        help="music that the video follows and contains; also the default length",
    )
    render.add_argument(
        "--fps",
        type=argument_types.rate,
        default=Fraction(24),
        metavar="F",
        help="frames a second (default 24), such as 29.97 or 30000/1001",
    )
    render.add_argument(
        "--wall",
        type=argument_types.extent,
        metavar="WIDTHxHEIGHT",
        help="scale and crop pictures to fill this many pixels, such as 1920x1080",
    )
    render.add_argument(
        "--engine-fps",
        type=argument_types.rate,
        metavar="F",
        help="frames that the model generates per second, with crossfades between them "
        "(default: one for each of --fps)",
    )
    render.add_argument(
        "--steps",
        type=argument_types.steps,
        metavar="N",
        help="denoising steps, in place of those of presets",
    )
    add_strobe_limit(render, argparse.SUPPRESS)
    render.add_argument(
        "--continue",
        dest="continuing",
        action="store_true",
        help="continue the folder of frames that an interrupted run left",
    )
    add_from(render, argparse.SUPPRESS)
    add_fallback(render)


def _add_bench(bench: argparse.ArgumentParser) -> None:
    bench.add_argument(
        "--frames",
        type=argument_types.positive,
        default=100,
        metavar="N",
        help="how many frames (default 100)",
    )
    bench.add_argument(
        "--stage",
        action="store_true",
        help="measure the display loop instead, in a window, with the engine idle and busy",
    )
    add_engine(bench, argparse.SUPPRESS)
    bench.add_argument("--json", action="store_true", help="one JSON object for programs")
    add_fallback(bench)


def _add_rehearse(rehearse: argparse.ArgumentParser) -> None:
    """The show's options, and its own. They are unset: their defaults would overwrite what was
    given before the command's name."""
    before = set(rehearse._actions)
    _add_live(rehearse)
    for action in rehearse._actions:
        if action not in before:
            action.default = argparse.SUPPRESS
    rehearse.add_argument(
        "--minutes",
        type=argument_types.minutes,
        default=0.0,
        metavar="N",
        help="also play for that many minutes (default: only check)",
    )
    rehearse.add_argument("--json", action="store_true", help="one JSON object for programs")


def _add_midi(midi: argparse.ArgumentParser) -> None:
    midi.add_argument("port", nargs="?", help="only ports with this in their name")
    midi.add_argument("--list", action="store_true", help="list the ports and exit")
    midi.add_argument(
        "--learn",
        metavar="TARGET",
        help="map the next control that is moved to a parameter, a command, 'preset 3' …",
    )
    add_midi_map(midi, argparse.SUPPRESS)
    add_maps(midi, argparse.SUPPRESS)


def _add_presets(presets: argparse.ArgumentParser) -> None:
    presets.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="folder of presets")
    presets.add_argument(
        "--presets", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the same"
    )
