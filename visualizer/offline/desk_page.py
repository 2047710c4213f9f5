"""The command that opens the running show's desk in a browser."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from visualizer import terminal
from visualizer.desk import desk_file

ANSWERS_WITHIN = 2.0
"""Seconds that a show on this machine may take to answer."""


def open_page(folder: Path, open_link: Callable[[str], bool] = webbrowser.open) -> int:
    """Open the page of the show whose desk was the last to listen; the exit status. folder: of the
    session, with the desk's file."""
    kept = desk_file.read(folder)
    where = urlsplit(kept.url)
    if not kept.url or not _answers(where.hostname or "", where.port or 0):
        place = f" at {kept.url}" if kept.url else ""
        terminal.say(f"no show with a desk runs{place}; start one with: visualizer")
        return 1
    if not open_link(kept.link):
        terminal.say(f"no browser could be opened; the desk is at {kept.url}")
        return 1
    terminal.out(f"the desk is at {kept.url}")
    return 0


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), ANSWERS_WITHIN):
            return True
    except OSError:
        return False
