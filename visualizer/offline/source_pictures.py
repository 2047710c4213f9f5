"""The source's picture for each frame of a rendered video: the one at its show time, independent of
the machine's speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from visualizer.engine.source.clip import SourceError
from visualizer.engine.source.fitting import fitted
from visualizer.engine.source.open_source import Source, open_source, position
from visualizer.options import OptionError
from visualizer.show.request import Request
from visualizer.show.source_names import camera_number

CAMERA = "a camera is for the live show; record it, and give the file"


def check_source(name: str) -> None:
    """OptionError where --source can't be read; "" for none. Before a model loads."""
    if not name:
        return
    if camera_number(name) is not None:
        raise OptionError(f"--source {name}: {CAMERA}")
    try:
        open_source(name).close()
    except SourceError as error:
        raise OptionError(f"--{error}") from None


class SourcePictures:
    """Reads sources as requests name them, one at a time. say: gets a line for each that can't be
    read; the loop goes on without it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._name = ""
        self._source: Source | None = None

    def over(self, request: Request, size: tuple[int, int]) -> Request:
        """A request with its source's picture at (height, width), if there is one."""
        if request.source != self._name:
            self._change(request.source)
        if self._source is None or not request.source_mix:
            return request
        try:
            frame = self._source.at(position(request, self._source.seconds))
        except SourceError as error:
            self._say(str(error))
            self._close()
            return request
        pixels = fitted(
            frame,
            size,
            request.source_zoom,
            request.source_mirror,
            self._source.pixel_aspect,
        )
        return replace(request, source_pixels=pixels)

    def __enter__(self) -> SourcePictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._close()

    def _change(self, name: str) -> None:
        self._close()
        self._name = name
        if not name:
            return
        try:
            if camera_number(name) is not None:
                raise SourceError(f"source {name}: {CAMERA}")
            self._source = open_source(name)
        except SourceError as error:
            self._say(str(error))

    def _close(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()
