"""Our loop is measured in the way that its figures are named after, or not at all."""

from __future__ import annotations

import pytest

from benchmarks import subject as module
from benchmarks.playing import one_prompt
from benchmarks.subject import Subject, exchanged, is_faster
from visualizer.engine.backends.networks import TorchParts
from visualizer.engine.failures import ModelError


class FasterParts(TorchParts):
    """Parts that are not those on which a loop begins."""


def test_a_loop_that_does_not_get_faster_is_not_measured_as_if_it_had(
    small: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with pytest.raises(ModelError, match="no torch bfloat16 within"):
        small.warm(one_prompt().requests(), "torch bfloat16")


def test_faster_parts_are_seen_once_they_are_taken(small: Subject) -> None:
    pipeline = small.pipeline()
    ours = small.warm(one_prompt().requests(), small.way(print))
    assert not exchanged(ours.engine)
    ours.engine._denoiser.faster = lambda: FasterParts(pipeline)  # type: ignore[attr-defined]
    ours.next(one_prompt().first())
    assert exchanged(ours.engine)


def test_only_another_way_than_the_first_is_waited_for() -> None:
    assert is_faster("openvino float32")
    assert is_faster("torch bfloat16")
    assert not is_faster("torch float32")
    assert not is_faster("torch float16")
