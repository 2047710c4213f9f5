"""The wall as a PNG with metadata of how it was made; and such a file read again.

Files are named by date and time, put in place in one step, and never written over another.
"""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo
from platformdirs import user_pictures_path

from visualizer import terminal
from visualizer.disk import reserve, write_bytes
from visualizer.frame import Pixels
from visualizer.outputs.output import Output
from visualizer.show.files import picture_metadata
from visualizer.show.files.picture_metadata import PictureMetadata

KEYWORD = "visualizer"
"""Of the PNG's text with the metadata. Description (the prompt) and Software are PNG's own."""

MOST_PIXELS = 8192 * 8192
"""Of a picture that is read."""


def dated(suffix: str, now: float | None = None) -> str:
    """A file's name of this moment, or of now (seconds since 1970)."""
    return time.strftime(f"visualizer %Y-%m-%d %H.%M.%S{suffix}", time.localtime(now))


class PictureFiles(Output):
    """Writes the wall to a folder, once for each time it is asked to."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: made where it is missing; None for the user's pictures."""
        super().__init__("the picture", fps=1.0)
        self._folder = folder
        self._metadata: PictureMetadata | None = None

    def ask(self, metadata: PictureMetadata) -> None:
        """Have the next picture of the wall written."""
        self._metadata = metadata

    def wants(self, at: float) -> bool:
        """See Output."""
        return self._metadata is not None

    def take(self, pixels: Pixels, at: float) -> None:
        """See Output."""
        asked, self._metadata = self._metadata, None
        if asked is not None and self._put(pixels, partial(self._keep, pixels, asked)):
            self.dropped = 0  # the next that is not saved is said again

    def too_slow(self) -> str:
        """See Output."""
        return "a picture was not saved: too many are still being saved"

    def _keep(self, pixels: Pixels, metadata: PictureMetadata) -> None:
        """Write one; a disk that is full now may have room for the next."""
        folder = self._folder or user_pictures_path() / "Visualizer"
        try:
            path = reserve(folder / dated(".png"))
        except OSError as error:
            self._say(f"the picture can't be saved in {folder}: {terminal.reason(error)}")
            return
        try:
            write_bytes(path, encoded(pixels, metadata))
        except OSError as error:
            path.unlink(missing_ok=True)
            self._say(f"the picture can't be saved as {path}: {terminal.reason(error)}")
        else:
            self._say(f"picture saved: {path}")


def encoded(pixels: Pixels, metadata: PictureMetadata) -> bytes:
    """A PNG with its metadata."""
    texts = PngInfo()
    texts.add_text("Software", f"visualizer {metadata.version}")
    prompt = metadata.prompt.encode("utf-8", "replace").decode()  # halves of pairs can be typed
    texts.add_itxt("Description", prompt)
    texts.add_itxt(KEYWORD, picture_metadata.to_text(metadata))
    file = io.BytesIO()
    # The fastest but none: a sixth of the usual level's time for a tenth more bytes.
    Image.fromarray(pixels).save(file, "PNG", pnginfo=texts, compress_level=1)
    return file.getvalue()


def read(path: Path, tell: Callable[[str], object]) -> tuple[Pixels, PictureMetadata | None]:
    """A PNG's pixels, and its metadata if it has any that can be used.

    tell: gets a line for what of them can't. Raises ValueError, with a line, where there is no
    picture to be had.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # see MOST_PIXELS
            with Image.open(path, formats=["PNG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"it is too large: {image.width}x{image.height} pixels")
                pixels = np.array(image.convert("RGB"))
                text = image.text.get(KEYWORD)  # type: ignore[attr-defined]
    except Exception as error:  # Pillow raises all kinds at a file that is broken
        why = (
            "it is not a PNG"
            if isinstance(error, UnidentifiedImageError)
            else terminal.reason(error)
        )
        raise ValueError(f"{path}: can't be read: {why}") from None
    pixels.setflags(write=False)
    if text is None:
        tell(f"{path}: it has no metadata of this program; only the picture is used")
        return pixels, None
    try:
        return pixels, picture_metadata.parse(str(text), str(path), tell)
    except ValueError as error:
        tell(f"{error}; only the picture is used")
        return pixels, None
