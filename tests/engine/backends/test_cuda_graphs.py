"""Calls that are recorded and played, with a stand-in for CUDA that does them on fixed places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from visualizer.engine.backends.cuda_graphs import MOST, WARM, GraphedNetworks, Work, cuda_recorder
from visualizer.engine.backends.networks import Conditions, TorchNetworks
from visualizer.engine.diffusion.denoiser import Denoise, denoiser_of
from visualizer.engine.diffusion.seed_walk import Place
from visualizer.engine.loop.feedback import Feedback
from visualizer.engine.producer.next_preview import NextPreviews
from visualizer.show.request import Following, Request
from visualizer.show.status import NextPreview

from ..conftest import SIDE, picture, request


class Tape:
    """Records as CUDA does: nothing is computed before it is played, always from the same places
    to the same place."""

    def __init__(self) -> None:
        self.recorded = self.played = 0

    def __call__(self, work: Work) -> tuple[Callable[[], None], Tensor]:
        self.recorded += 1
        result = torch.full_like(work(), float("nan"))

        def play() -> None:
            self.played += 1
            result.copy_(work())

        return play, result


def show(frames: int, **changes: Any) -> list[tuple[Request, Place]]:
    """A show in which a prompt comes in and the noise is on its way."""
    shares = [n / frames for n in range(frames)]
    return [
        (
            request(prompts=(("a red sea", 1.0 - share), ("a green hill", share)), **changes),
            Place(3, share),
        )
        for share in shares
    ]


def test_a_show_is_the_same_played_as_it_comes(pipeline: Any) -> None:
    plain = Denoise(pipeline)
    for guidance in (1.0, 3.0):
        tape = Tape()
        graphed = Denoise(pipeline, GraphedNetworks(pipeline, [tape].pop))
        one = other = picture()
        for wanted, place in show(8, guidance=guidance, steps=2, strength=0.9):
            one, other = plain(one, wanted, place), graphed(other, wanted, place)
            assert torch.equal(one, other)
        assert tape.recorded == 3
        assert tape.played > 2 * (8 - WARM - 3)


def test_the_first_calls_run_as_they_come_and_a_frame_records_once_at_most(sd: Any) -> None:
    tape = Tape()
    denoise = Denoise(sd, GraphedNetworks(sd, lambda: tape))
    recorded = []
    for wanted, place in show(8, steps=1):
        denoise(picture(), wanted, place)
        recorded.append(tape.recorded)
    assert recorded == [0] * WARM + [1, 2, 3] + [3] * (8 - WARM - 3)


def test_another_size_or_guidance_is_another_kind_of_call(sd: Any) -> None:
    tape = Tape()
    denoise = Denoise(sd, GraphedNetworks(sd, lambda: tape))
    for changes, kinds in (({}, 3), ({"guidance": 3.0}, 4), ({"guidance": 1.0}, 4)):
        for wanted, place in show(8, steps=1, **changes):
            denoise(picture(), wanted, place)
        assert tape.recorded == kinds
    for wanted, place in show(8, steps=1):
        assert denoise(picture(side=64), wanted, place).shape == (1, 3, 64, 64)
    assert tape.recorded == 7


def test_what_a_call_gave_back_is_not_written_over(sd: Any) -> None:
    parts = GraphedNetworks(sd, Tape)
    for _ in range(2 * WARM):
        first = parts.encode(picture(1))
    kept = first.clone()
    assert not torch.equal(parts.encode(picture(2)), first)
    assert torch.equal(first, kept)


def test_after_a_failed_recording_the_rest_runs_as_it_comes_and_that_is_said_once(
    sd: Any,
) -> None:
    tape, lines = Tape(), list[str]()

    def torn(work: Work) -> tuple[Callable[[], None], Tensor]:
        if tape.recorded == 1:
            raise RuntimeError("operation not permitted when stream is capturing\nmore")
        return tape(work)

    plain = Denoise(sd)
    graphed = Denoise(sd, GraphedNetworks(sd, lambda: torn, lines.append))
    for wanted, place in show(10, steps=1):
        image = graphed(picture(), wanted, place)
        assert torch.equal(image, plain(picture(), wanted, place))
    (line,) = lines
    assert line.startswith(
        "no CUDA graph of predict, so frames are slower: RuntimeError: operation"
    )
    assert "\n" not in line
    assert tape.recorded == 1


def test_forgotten_graphs_are_recorded_anew_by_a_new_recorder(sd: Any) -> None:
    tapes: list[Tape] = []

    def recorder() -> Tape:
        tapes.append(Tape())
        return tapes[-1]

    denoise = Denoise(sd, GraphedNetworks(sd, recorder))
    for _ in range(2):
        for wanted, place in show(8, steps=1):
            denoise(picture(), wanted, place)
        denoise.forget()
    assert [tape.recorded for tape in tapes] == [3, 3, 0]


def test_the_kinds_met_longest_ago_are_forgotten(sd: Any) -> None:
    tape = Tape()
    parts = GraphedNetworks(sd, lambda: tape)
    often, sides = picture(), range(34, 34 + 2 * MOST, 2)
    for side in sides:
        for _ in range(WARM + 1):
            parts.encode(often)
            parts.encode(picture(side=side))
    assert tape.recorded == 1 + MOST
    for _ in range(WARM + 1):
        parts.encode(often)
        parts.encode(picture(side=sides[-1]))
    assert tape.recorded == 1 + MOST
    for _ in range(WARM + 1):
        parts.encode(picture(side=sides[0]))
    assert tape.recorded == 2 + MOST


def test_conditions_that_are_absent_stay_absent(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Conditions] = []
    predict = TorchNetworks.predict

    def noted(self: TorchNetworks, latents: Tensor, at: Tensor, told: Conditions) -> Tensor:
        seen.append(told)
        return predict(self, latents, at, told)

    monkeypatch.setattr(TorchNetworks, "predict", noted)
    tape = Tape()
    denoise = Denoise(pipeline, GraphedNetworks(pipeline, lambda: tape))
    for wanted, place in show(8, steps=1):
        denoise(picture(), wanted, place)
    assert tape.recorded == 3
    xl = hasattr(pipeline, "text_encoder_2")
    assert all((told.pooled is not None) == (told.sizes is not None) == xl for told in seen)
    assert all(told.scale is None for told in seen)


def test_only_on_cuda_are_calls_recorded(sd: Any) -> None:
    denoise = denoiser_of(sd)
    assert isinstance(denoise, Denoise)
    assert type(denoise.networks) is TorchNetworks


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_on_a_gpu_a_show_is_the_same_with_graphs(pipeline: Any, guidance: float) -> None:
    pipeline.to("cuda", torch.float16)
    lines, recorded, record = list[str](), list[Work](), cuda_recorder()

    def counted(work: Work) -> tuple[Callable[[], None], Tensor]:
        recorded.append(work)
        return record(work)

    graphed = Denoise(pipeline, GraphedNetworks(pipeline, lambda: counted, lines.append))
    plain = Denoise(pipeline)
    image = picture().cuda()
    for wanted, place in show(10, guidance=guidance, steps=3, strength=0.9):
        one, other = plain(image, wanted, place), graphed(image, wanted, place)
        assert torch.allclose(one, other, atol=1e-2)
        image = other
    assert (len(recorded), lines) == (3, [])


def test_a_preview_whose_graph_finds_no_memory_is_given_up_and_the_show_goes_on_as_without_it(
    sd: Any,
) -> None:
    tape, full = Tape(), False
    lines, said, told = list[str](), list[str](), list[NextPreview | None]()

    def recorder(work: Work) -> tuple[Callable[[], None], Tensor]:
        if full:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return tape(work)

    def loop(networks: GraphedNetworks) -> Feedback:
        return Feedback(Denoise(sd, networks), size=(SIDE, SIDE), model="tiny", device="cpu")

    engine = loop(GraphedNetworks(sd, lambda: recorder, lines.append))
    alone = loop(GraphedNetworks(sd, Tape))
    previews = NextPreviews(told.append, said.append)
    guided = request(steps=1, guidance=3.0)  # another kind of call
    where: Any = (1, 0, 0, guided.prompts, guided.prompts)

    def frames(count: int, wanted: Request) -> None:
        for _ in range(count):
            picture = engine.next(wanted).pixels
            assert np.array_equal(picture, alone.next(wanted).pixels)
            previews.step(engine, wanted, 0.01)

    frames(8, request(steps=1, following=Following(guided, where, 0)))
    assert tape.recorded == 3
    full, played = True, tape.played
    frames(12, request(steps=1, following=Following(guided, where, 1)))
    assert said == ["no preview of the next prompt: the GPU's memory is full"]
    assert told == [NextPreview(where), None]
    assert (lines, engine.size) == ([], (SIDE, SIDE))
    assert tape.played >= played + 3 * 12, "the show's own graphs are played on"
    full = False
    frames(8, replace(guided, following=None))
    assert tape.recorded == 4, "and what the show needs itself is recorded"
