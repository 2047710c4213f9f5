"""The newest picture of the loop as a file beside the show's state, so that a resumed show begins
with it on the wall.

JPEG, at a quality whose loss the loop does not show: a fifth of a PNG's bytes, written each second.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from visualizer.disk import write_bytes
from visualizer.frame import Pixels

FILE = "last-picture.jpg"
"""Its name in the folder of the session."""

QUALITY = 95

MOST_PIXELS = 8192 * 8192
"""Of a picture that is read."""


def write(folder: Path, pixels: Pixels) -> None:
    """Keep a picture in place of the one before. Raises OSError."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY, subsampling=0)
    write_bytes(folder / FILE, file.getvalue())


def read(folder: Path) -> Pixels | None:
    """The picture that was kept; None where there is none, or none that can be read."""
    path = folder / FILE
    try:
        if not path.is_file():  # a pipe would block
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # see MOST_PIXELS
            with Image.open(path, formats=["JPEG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                pixels = np.array(image.convert("RGB"))
    except Exception:  # Pillow raises all kinds at a file that is broken; the show begins without
        return None
    pixels.setflags(write=False)
    return pixels
