"""Pictures as JPEG, and what the way between machines takes."""

from __future__ import annotations

import numpy as np
import pytest

from visualizer.engine.host.jpeg import decode, encode
from visualizer.engine.host.wire_meter import WINDOW, WireMeter


def test_a_picture_crosses_as_jpeg_hardly_changed_with_its_colours_where_they_were() -> None:
    y, x = np.mgrid[0:64, 0:96]
    smooth = np.stack([x * 2, y * 3, 255 - x], axis=-1).astype(np.uint8)
    back = decode(encode(smooth))
    assert back.shape == smooth.shape
    assert not back.flags.writeable
    assert np.abs(back.astype(int) - smooth).mean() < 1.5
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2] = (255, 0, 0)  # what half the colour resolution would smear
    stripes[:, 1::2] = (0, 0, 255)
    back = decode(encode(stripes))
    assert back[:, ::2, 0].min() > 200
    assert back[:, ::2, 2].max() < 60
    with pytest.raises(ValueError, match="no JPEG"):
        decode(b"nothing")


def test_latency_is_the_median_from_a_request_to_its_first_frame() -> None:
    meter = WireMeter()
    assert meter.latency() is None
    assert meter.text(0.0) == "0 kB/s"
    for number in range(20):
        now = float(number)
        meter.sent(now, 0, now)
        meter.sent(now + 0.5, 0, now + 0.5)  # overtaken by the next: no frame is made of it
        meter.came(now, 1000, now + 0.2)
        meter.came(now, 1000, now + 0.9)  # of the same request again
    assert meter.latency() == pytest.approx(0.2)


def test_bandwidth_is_that_of_the_last_seconds_both_ways() -> None:
    meter = WireMeter()
    for number in range(100):
        meter.sent(float(number), 10_000, number / 10)
        meter.came(float(number), 30_000, number / 10)
    assert meter.rate(9.9) == pytest.approx(400_000, rel=0.06)
    assert meter.text(9.9).startswith("0 ms, 4")
    assert meter.rate(10.0 + 2 * WINDOW) == 0.0


def test_what_was_sent_is_forgotten_where_no_rate_is_asked_for() -> None:
    meter = WireMeter()
    for number in range(10_000):
        meter.sent(float(number), 1, number / 10)
    assert len(meter._sizes) <= 10 * WINDOW + 1
