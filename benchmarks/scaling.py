"""What an engine costs outside the show's thread: python -m benchmarks.scaling [--seconds 10]

For each place (thread, process, a Ray cluster that is started here): the time from a request to its
first frame, frames a second, and what crosses the wire, with the colour fields at 512 pixels, whose
frames take few milliseconds; then the size of the built-in model's frames as JPEG. One JSON object.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from statistics import median

from visualizer.engine.host.engine_host import Slots
from visualizer.engine.host.jpeg import encode
from visualizer.engine.host.wire_meter import WireMeter
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS
from visualizer.openers import host, open_now
from visualizer.options import Options, find_presets
from visualizer.show.next_request import request
from visualizer.show.reducer import reduce, start
from visualizer.show.system_actions import Tick

PLACES = ("thread", "process", "ray")
PERIOD = 1 / 60
SIDE = 512
STARTS_WITHIN = 300.0
"""Seconds."""


def measured(place: str, seconds: float) -> dict[str, float | str]:
    """Figures of one place."""
    options = Options(model=COLOUR_FIELDS, size=(SIDE, SIDE), device="cpu")
    presets, first, _ = find_presets(options)
    wanted = request(start(presets, first, {}))
    slots, meter, latencies = Slots(), WireMeter(), list[float]()
    engine = host(place, options)(slots, None)
    slots.models.put(COLOUR_FIELDS)
    engine.start()
    device, wire, frames, made = "", "", 0, list[float]()
    begin = time.perf_counter()
    there: float | None = None
    while there is None or time.perf_counter() - there < seconds:
        now = time.perf_counter()
        assert now - begin < STARTS_WITHIN + seconds, f"{place} does not start"
        show_time = now - begin
        meter.sent(show_time, 0, now)
        slots.requests.put(replace(wanted, time=show_time))
        while (left := now + PERIOD - time.perf_counter()) > 0:
            if (frame := slots.frames.wait(left)) is None:
                break
            if (status := slots.statuses.get()) is not None:
                device, wire = status.device or device, status.wire or wire
            if there is None and (not place.startswith("ray") or "@" in device):
                there = time.perf_counter() + 2.0  # warm
            if there is not None and time.perf_counter() > there:
                frames += 1
                made.append(frame.seconds)
                meter.came(frame.request.time, 0, time.perf_counter())
                if (latency := meter.latency()) is not None:
                    latencies.append(latency)
    engine.stop(10.0)
    return {
        "engine": place,
        "request to frame, ms": round(median(latencies) * 1000, 1),
        "of that to make it, ms": round(median(made) * 1000, 1),
        "frames a second": round(frames / seconds, 1),
        "wire": wire,
    }


def jpeg_sizes(frames: int = 60) -> dict[str, float]:
    """Kilobytes of the built-in model's frames, by presets."""
    options = Options(model=BUILTIN, device="cpu")
    presets, _, _ = find_presets(options)
    engine = open_now(options, BUILTIN, lambda line: None)
    sizes = {}
    for number in range(0, len(presets), 4):
        show = start(presets, number, {})
        found = []
        for _ in range(frames):
            picture = engine.next(request(show))
            found.append(len(encode(picture.pixels)) / 1000)
            show = reduce(show, Tick(1 / 15))
        sizes[presets[number].name] = round(median(found[frames // 2 :]), 1)
    return sizes


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--places", nargs="*", default=PLACES)
    given = parser.parse_args()
    figures = {
        "places": [measured(place, given.seconds) for place in given.places],
        "JPEG, kB": jpeg_sizes(),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
