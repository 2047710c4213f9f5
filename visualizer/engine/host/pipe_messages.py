"""What passes through the pipe between the show and its engine's process. Pictures go through
shared memory (shared_pictures.py); a message says where one lies.

The pipe carries pickles: only a process that we have started ourselves is at its other end.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from visualizer.show.request import Request
from visualizer.show.status import Status

Shape: TypeAlias = tuple[int, ...]


class Placed(NamedTuple):
    """A picture in shared memory: the memory's name, the picture's shape."""

    memory: str
    shape: Shape


class Ask(NamedTuple):
    """To the process: a model is wanted."""

    model: str


class Want(NamedTuple):
    """To the process: what is wanted, without its source's picture. source: that picture where it
    is a new one. has_source: whether there is one, be it the same as before. The next goes out once
    this one is Heard."""

    request: Request
    source: Placed | None
    has_source: bool


class GoOn(NamedTuple):
    """To the process, before the Want that it is for: the loop goes on from this picture, which has
    been read when that Want is Heard."""

    picture: Placed


class Room(NamedTuple):
    """To the process: memory for its frames."""

    memory: str


class Taken(NamedTuple):
    """To the process: the last frame was taken; its memory is free for the next."""


class End(NamedTuple):
    """To the process: it is over."""


class Heard(NamedTuple):
    """From the process: the last Want has come, and its source's picture was taken."""


class NeedRoom(NamedTuple):
    """From the process: its frames take so many bytes."""

    size: int


class Made(NamedTuple):
    """From the process: a frame lies in the memory. The rest is as in Frame; the request is without
    its source's picture."""

    shape: Shape
    number: int
    time: float
    seconds: float
    seed: int
    request: Request


class Said(NamedTuple):
    """From the process: the engine's account of itself."""

    status: Status


class Pulse(NamedTuple):
    """From the process: it answers."""


class Failed(NamedTuple):
    """From the process: its engine can't go on, and it ends. line: why. died: as EngineDied."""

    line: str
    died: bool = False


ToProcess: TypeAlias = Ask | Want | GoOn | Room | Taken | End
FromProcess: TypeAlias = Heard | NeedRoom | Made | Said | Pulse | Failed
