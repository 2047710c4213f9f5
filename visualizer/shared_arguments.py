"""Arguments that more than one command takes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from visualizer import argument_types, terminal
from visualizer.show.parameter import nearest
from visualizer.show.parameters import SAFE_STROBE


class Parser(argparse.ArgumentParser):
    """An error is one line, without control characters, which would play tricks on the terminal."""

    def error(self, message: str) -> NoReturn:
        line = f"{self.prog}: error: {terminal.clean(message)}"
        self.exit(2, f"{line} ({self.prog} --help lists all options)\n")

    def parse_known_args(  # type: ignore[override]  # typeshed has overloads
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """argparse would take a mistyped option's value for the name of a command."""
        given = sys.argv[1:] if args is None else list(args)
        commands = [a for a in self._actions if isinstance(a, argparse._SubParsersAction)]
        parsers = [self, *(parser for each in commands for parser in each.choices.values())]
        known = {option for parser in parsers for option in parser._option_string_actions}
        for word in given if commands else ():
            option, _, _ = word.partition("=")
            if option == "--":
                break
            if option.startswith("--") and not any(each.startswith(option) for each in known):
                self.error(f"there is no option {option}; nearest: {nearest(option, known)}")
        return super().parse_known_args(given, namespace)


def loop_options(default: str | None) -> Parser:
    """Options of all that runs the loop. default: argparse.SUPPRESS after a command's name, so that
    what is not given there leaves what was given before it."""
    loop = Parser(add_help=False, argument_default=default)
    loop.add_argument(
        "--model",
        metavar="NAME|PATH",
        help="Hugging Face name, folder, .safetensors file, or 'builtin'",
    )
    loop.add_argument(
        "--lora",
        dest="lora" if default is None else "lora_here",  # added up, not overwritten
        type=argument_types.lora,
        action="append",
        default=[],
        metavar="FILE|NAME[:WEIGHT]",
        help="a LoRA to apply to the model; may be repeated",
    )
    loop.add_argument("--preset", metavar="NAME|PATH", help="preset to begin with")
    loop.add_argument("--presets", type=Path, metavar="DIR", help="folder of presets")
    shape = loop.add_mutually_exclusive_group()
    shape.add_argument(
        "--size",
        type=argument_types.picture,
        metavar="PIXELS|WIDTHxHEIGHT",
        help="the picture's side, or width and height (default: the model's)",
    )
    shape.add_argument(
        "--aspect",
        type=argument_types.aspect,
        metavar="W:H",
        help="the picture's shape at the model's own area, such as 16:9",
    )
    loop.add_argument(
        "--device",
        choices=("auto", "cuda", "mps", "cpu"),
        help="where to compute (default auto)",
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
        type=argument_types.source,
        metavar="FILE|camera:N",
        help="a video, a picture or a camera to mix into the loop, by source_mix",
        default=default or "",
    )
    loop.add_argument("--seed", type=argument_types.seed, metavar="N", help="same as --set seed=N")
    loop.add_argument(
        "--set",
        dest="settings" if default is None else "settings_here",  # added up, not overwritten
        type=argument_types.setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any parameter; may be repeated",
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


def add_fallback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fallback",
        action="store_true",
        help="if the model can't be loaded, use the built-in one; if its LoRAs can't be loaded, "
        "leave them out",
    )


def add_from(parser: argparse._ActionsContainer, default: str | None) -> None:
    parser.add_argument(
        "--from",
        dest="from_picture",
        type=Path,
        metavar="PICTURE.png",
        default=default,
        help="begin from a saved picture: its values, its prompt and the picture itself",
    )


def add_strobe_limit(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--strobe-limit",
        type=argument_types.flashes,
        default=default,
        metavar="HZ",
        help=f"maximum flashes a second of the strobe (default {SAFE_STROBE:g}: faster ones can "
        "cause seizures)",
    )


def add_engine(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--engine",
        type=argument_types.engine,
        default=default,
        metavar="auto|thread|process|ray|ray://HOST:PORT",
        help="where frames are generated: in a separate process, which is restarted if it crashes "
        "or hangs, in a thread, or on a Ray cluster, here or at an address (default auto: a "
        "process on NVIDIA GPUs)",
    )


def add_midi_map(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--midi-map",
        type=Path,
        metavar="FILE",
        default=default,
        help="your own map of knobs and pads (YAML)",
    )


def add_maps(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--maps",
        type=Path,
        metavar="DIR",
        default=default,
        help="folder of your own maps, one file for each controller",
    )
