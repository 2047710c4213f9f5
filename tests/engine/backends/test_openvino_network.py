"""Networks taken apart: what hangs on the first input, and what does not; and called by memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from visualizer.engine.backends.openvino import KINDS, runtime
from visualizer.engine.backends.openvino_network import KEPT, apart, compiled

try:
    openvino = runtime()
except ImportError:
    pytest.skip("openvino is not installed (the extra of that name)", allow_module_level=True)


class Told(nn.Module):
    """A network that reads a picture, a pace and words: what it is told scales and moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 3, 3, padding=1)
        self.words = nn.Linear(5, 16)

    def forward(self, picture: Tensor, pace: Tensor, words: Tensor) -> Tensor:
        told = self.words(words).mean(1) + pace.view(-1, 1)
        scale, shift = told[:, :, None, None].chunk(2, dim=1)
        moved: Tensor = self.last(torch.sin(self.first(picture) * (1.0 + scale) + shift))
        return moved


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """One with random weights."""
    torch.manual_seed(0)
    return Told().eval()


@pytest.fixture(scope="module")
def path(network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, converted."""
    path = tmp_path_factory.mktemp("converted") / "told.xml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch on being traced
        model = openvino.convert_model(network, example_input=asked(0))
    openvino.save_model(model, path, compress_to_fp16=False)
    return path


def asked(seed: int, rows: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """A picture, a pace and words."""
    draw = torch.Generator().manual_seed(seed)
    shapes = ((rows, 3, 8, 8), (rows,), (rows, 4, 5))
    picture, pace, words = (torch.randn(shape, generator=draw) for shape in shapes)
    return picture, pace, words


@pytest.fixture(params=[True, False], ids=["apart", "whole"])
def call(path: Path, request: pytest.FixtureRequest) -> Callable[..., Tensor]:
    """What OpenVINO has compiled of it."""
    shapes = [tensor.shape for tensor in asked(0)]
    options = {**KINDS["float32"], "INFERENCE_NUM_THREADS": 1}
    return compiled(openvino, openvino.Core(), path, shapes, options, request.param)


def halves(path: Path) -> tuple[Any, Any]:
    """The network in two."""
    model = openvino.Core().read_model(path)
    shapes = [list(tensor.shape) for tensor in asked(0)]
    model.reshape(dict(zip(model.inputs, shapes, strict=True)))
    return apart(openvino, model)


def convolutions(model: Any) -> int:
    """How many a model has."""
    return sum(node.get_type_name() == "Convolution" for node in model.get_ops())


def test_the_two_halves_are_told_of_nothing_twice(path: Path) -> None:
    still, moving = halves(path)
    assert [list(port.shape) for port in still.inputs] == [[2], [2, 4, 5]]
    assert list(moving.inputs[0].shape) == [2, 3, 8, 8]
    handed = [port.partial_shape for port in still.outputs]
    assert handed == [port.partial_shape for port in moving.inputs[1:]]
    assert handed
    assert (convolutions(still), convolutions(moving)) == (0, 2)


@torch.no_grad()
def test_whatever_changes_from_one_call_to_the_next_the_output_is_the_networks(
    network: nn.Module, call: Callable[..., Tensor]
) -> None:
    (picture, pace, words), (other_picture, other_pace, other_words) = asked(1), asked(2)
    for given in (
        (picture, pace, words),
        (other_picture, pace, words),
        (picture, other_pace, words),
        (picture, pace, other_words),
        (picture, pace, words),
    ):
        assert torch.allclose(call(*given), network(*given), atol=1e-5)


@torch.no_grad()
def test_more_than_is_kept_comes_out_right_again(
    network: nn.Module, call: Callable[..., Tensor]
) -> None:
    given = [asked(seed) for seed in range(KEPT + 2)]
    for one in (*given, *given):
        assert torch.allclose(call(*one), network(*one), atol=1e-5)


@torch.no_grad()
def test_the_first_input_may_change_in_place_and_lie_in_any_order_of_memory(
    network: nn.Module, call: Callable[..., Tensor]
) -> None:
    picture, pace, words = asked(3)
    for given in (picture, picture.contiguous(memory_format=torch.channels_last)):
        for _ in range(2):
            given.mul_(0.5)
            assert torch.allclose(call(given, pace, words), network(given, pace, words), atol=1e-5)


@torch.no_grad()
def test_inputs_that_nobody_holds_any_more_are_still_read_right(
    network: nn.Module, call: Callable[..., Tensor]
) -> None:
    picture, pace, words = asked(4)
    wanted = network(picture, pace, words)
    for _ in range(3):
        found = call(picture[:1].expand(2, -1, -1, -1), pace.clone(), words.mT.contiguous().mT)
    assert torch.allclose(found[:1], wanted[:1], atol=1e-5)


def test_an_output_is_the_callers_own(call: Callable[..., Tensor]) -> None:
    first = call(*asked(5))
    kept = first.clone()
    call(*asked(6))
    assert torch.equal(first, kept)
