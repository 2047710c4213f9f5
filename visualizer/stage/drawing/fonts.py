"""Fonts: those of pygame, and the system's for characters that those lack.

The first have Latin, Greek and Cyrillic letters, and look the same on every machine. For a prompt
in Chinese, Japanese or Korean there must be a font that the system brings: else its letters are
boxes, as anywhere.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable

import pygame

_FOLDER = os.path.dirname(pygame.__file__)

BOLD = os.path.join(_FOLDER, "freesansbold.ttf")

PLAIN = os.path.join(_FOLDER, "examples", "data", "sans.ttf")
"""Some systems package pygame without its examples: then all is bold."""

SYSTEM = (
    "C:/Windows/Fonts/YuGothB.ttc",
    "C:/Windows/Fonts/msyhbd.ttc",
    "C:/Windows/Fonts/malgunbd.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    # Emoji; none of the fonts of coloured bitmaps, which come in one size alone.
    "C:/Windows/Fonts/seguiemj.ttf",
    "C:/Windows/Fonts/seguisym.ttf",
    "/System/Library/Fonts/Apple Symbols.ttf",
    "/usr/share/fonts/truetype/noto/NotoEmoji-Regular.ttf",
    "/usr/share/fonts/noto/NotoEmoji-Regular.ttf",
    "/usr/share/fonts/google-noto-emoji-fonts/NotoEmoji-Regular.ttf",
    "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
)
"""Where Windows, macOS and the common Linux systems keep fonts with many letters. Not found by
asking the system: its answer takes a second, in the middle of a show."""

NOWHERE = "\U0010ffff"
"""A character that no font has: a letter that is drawn as wide as it is drawn as its box."""


MOST = 96
"""Most fonts kept open, each of one size: a HUD uses some 20, and a window that is drawn larger by
hand goes through all sizes."""

LOOKED_FOR = 24
"""Height in pixels of the letters that letters_without_font looks for."""


class Fonts:
    """Opens them once each, and finds the one that has a letter. Needs pygame.font."""

    def __init__(self, fallbacks: tuple[str, ...] = (PLAIN, *SYSTEM)) -> None:
        self._files = {True: BOLD, False: PLAIN if os.path.exists(PLAIN) else BOLD}
        self._fallbacks = tuple(file for file in fallbacks if os.path.exists(file))
        self._fonts: OrderedDict[tuple[str, int], pygame.font.Font] = OrderedDict()
        self._found: dict[tuple[str, bool], str] = {}

    def font(self, size: int, bold: bool) -> pygame.font.Font:
        """The font of most letters, with lines of about that height in pixels."""
        return self._open(self._files[bold], size)

    def font_of(self, letter: str, size: int, bold: bool) -> pygame.font.Font:
        """The font that a letter is drawn with; one that is nowhere is a box in the usual one."""
        if letter < "\u007f":
            return self.font(size, bold)
        key = (letter, bold)
        if key not in self._found:
            files = (self._files[bold], *self._fallbacks)
            has = (file for file in files if self._has(file, size, letter))
            self._found[key] = next(has, self._files[bold])
        return self._open(self._found[key], size)

    def has(self, letter: str, size: int) -> bool:
        """Whether some font has a letter."""
        files = (self._files[True], *self._fallbacks)
        return any(self._has(file, size, letter) for file in files)

    def _open(self, file: str, size: int) -> pygame.font.Font:
        if (file, size) not in self._fonts:
            self._fonts[file, size] = pygame.font.Font(file, size)
            if len(self._fonts) > MOST:
                self._fonts.popitem(last=False)
        self._fonts.move_to_end((file, size))
        return self._fonts[file, size]

    def _has(self, file: str, size: int, letter: str) -> bool:
        try:
            found, box = self._open(file, size).metrics(letter + NOWHERE)
        except (pygame.error, OSError):  # a file that is broken, or not ours to read
            return False
        return found is not None and found != box


def letters_without_font(letters: Iterable[str]) -> str:
    """Those letters that the HUD can only draw as boxes, sorted."""
    was_there = pygame.font.get_init()
    pygame.font.init()
    try:
        fonts = Fonts()
        return "".join(sorted(each for each in set(letters) if not fonts.has(each, LOOKED_FOR)))
    finally:
        if not was_there:
            pygame.font.quit()
