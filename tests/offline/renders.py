"""What tests of renders read their results with."""

import signal
from pathlib import Path

import av
import numpy as np
import pytest

from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.picture import Picture
from visualizer.show.request import Request

SMALL = ["--model", "colour-fields", "--size", "64"]


def video(path: Path) -> tuple[list[np.ndarray], float]:
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None
        pictures = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
        return pictures, float(rate)


def stopping_after(frame: int, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have TERM come while that frame (from 1) is made."""
    made, calls = ColourFields.next, []

    def next_(card: ColourFields, request: Request) -> Picture:
        calls.append(request)
        if len(calls) == frame:
            # Not by the system: a signal to a process in which all other tests have run has crashed
            # it twice. Real ones are sent to a program of its own, in test_interrupted.py.
            take = signal.getsignal(signal.SIGTERM)
            assert callable(take)
            take(signal.SIGTERM, None)
        return made(card, request)

    monkeypatch.setattr("visualizer.engine.colour_fields.ColourFields.next", next_)
    return monkeypatch
