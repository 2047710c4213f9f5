"""A moving picture of the show: the first preset as it is played, as a WebP for the README.

    python -m scripts.animation docs/show.webp

Quality falls until the file is small enough for a page that loads on a phone.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from visualizer import cli

LARGEST = 4_000_000
"""Bytes that the file may have."""


def animation(frames: list[Image.Image], fps: float, largest: int = LARGEST) -> bytes:
    """Frames as an endless WebP of at most so many bytes; ValueError where none is small enough."""
    for quality in range(85, 0, -10):
        out = io.BytesIO()
        options = {"duration": round(1000 / fps), "loop": 0, "quality": quality, "method": 4}
        frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], **options)
        if out.tell() <= largest:
            return out.getvalue()
    raise ValueError(f"{len(frames)} frames are too many for {largest} bytes")


def main(argv: list[str] | None = None) -> int:
    """Render and write; the exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--skip", type=float, default=2.0, help="seconds left out at the start")
    parser.add_argument("--fps", type=float, default=15.0)
    parser.add_argument("--wall", default="640x360")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        length = f"{options.skip + options.seconds}"
        more = ["--seconds", length, "--fps", str(options.fps), "--wall", options.wall]
        if status := cli.main(["--model", "builtin", "render", folder, *more]):
            return status
        paths = sorted(Path(folder).glob("*.png"))[round(options.skip * options.fps) :]
        frames = []
        for path in paths:
            with Image.open(path) as picture:
                frames.append(picture.convert("RGB"))
    options.out.write_bytes(animation(frames, options.fps))
    print(f"{options.out}: {len(frames)} frames, {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
