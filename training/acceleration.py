"""What trainings do differently on a CUDA card; on a processor nothing here does anything."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn


def prepare(device: torch.device) -> None:
    """Let the card round single precision to TensorFloat-32 and choose its fastest kernels.

    But for attention not cuDNN's: with torch 2.11 on an H100 its backward pass is known to give
    gradients that are not numbers where there are 64 places, as here (pytorch issue 196678).

    Raises RuntimeError at once where there is no such card.
    """
    if device.type != "cuda":
        return
    name = torch.cuda.get_device_name(device)
    free, total = torch.cuda.mem_get_info(device)
    print(f"{name}, {free / 1e9:.0f} of {total / 1e9:.0f} GB free, torch {torch.__version__}")
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.enable_cudnn_sdp(False)


def autocast(device: torch.device, single: bool = False) -> AbstractContextManager[Any]:
    """bfloat16 where it pays: on a card, unless ``single`` precision is asked for.

    Losses stay in single precision. Without the cache of rounded weights: what is cached in a
    pass without gradients would reach none in the pass after it.
    """
    if device.type == "cuda" and not single:
        return torch.autocast("cuda", torch.bfloat16, cache_enabled=False)
    return contextlib.nullcontext()


@torch.no_grad()
def clip(learning: Sequence[nn.Parameter], most: float, lost: Tensor) -> Tensor:
    """Cut the gradients to a norm of ``most`` and give the norm that they had.

    Where any of them is not a finite number, all count as none, the norm as 0, and ``lost``
    (int64, no dimensions) as one more. Nothing waits for a card.
    """
    gradients = [p.grad for p in learning if p.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    share = (most / (norm + 1e-6)).clamp(max=1).nan_to_num(0, 0, 0)
    for gradient in gradients:
        gradient.nan_to_num_(0, 0, 0).mul_(share)
    lost += ~norm.isfinite()
    return norm.nan_to_num(0, 0, 0)


Step = Callable[[], tuple[Tensor, Tensor]]


def generator(device: torch.device, seed: int) -> torch.Generator:
    """A source of chance there; on a card the one that recorded steps may use."""
    if device.type == "cpu":
        return torch.Generator().manual_seed(seed)
    torch.cuda.manual_seed(seed)
    index = torch.cuda.current_device() if device.index is None else device.index
    return torch.cuda.default_generators[index]


@functools.cache
def _pool() -> Any:
    """Memory that all recorded steps share: only one runs at a time, and none keeps anything."""
    return torch.cuda.graph_pool_handle()


def recorded(step: Step) -> Step:
    """A step of training as a CUDA graph: the same, told to the card all at once.

    A small network's thousand kernels take the processor several times as long to launch as the
    card to run. The step must draw its own data there, never look at a result, and always take
    the same way; it is run twice before. What it returns is overwritten by the next step.
    """
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        step()
        step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=_pool()):
        results = step()

    def replay() -> tuple[Tensor, Tensor]:
        graph.replay()
        return results

    return replay
