"""The networks as CUDA graphs: a call becomes one launch instead of a thousand.

At batch 1 Python launches kernels more slowly than a GPU runs them (eager, an H100 reaches a tenth
of its speed). A graph is recorded once for each kind of call (a method, the shapes and types of its
inputs) and played again from then on. The first calls of a kind run as they come: they warm up
what a recording must not (cuDNN's choice of kernels, cuBLAS' workspaces), and the show runs on
meanwhile. A recording takes about as long as a call, with no collection of garbage and no
emptying of caches as in torch.cuda.graph, and a frame makes one at most, so that it is not seen.

Nothing here needs a GPU but cuda_recorder: what records is handed in.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor

from visualizer.engine.backends.networks import Conditions, TorchNetworks
from visualizer.engine.failures import UNSHOWN, one_line

WARM = 3
"""Calls of a kind that run as they come before the one that is recorded."""

MOST = 12
"""Most kinds of calls kept: a show uses 3, or 4 while guidance is turned on and off."""

Work: TypeAlias = Callable[[], Tensor]
"""A call on inputs that lie at fixed places."""

Recorder: TypeAlias = Callable[[Work], tuple[Callable[[], None], Tensor]]
"""Records work without doing it → what does it, and where its result then lies."""


@dataclass(slots=True)
class _Kind:
    """What is known of one kind of call. inputs: the fixed places, None for absent ones."""

    calls: int = 0
    inputs: list[Tensor | None] = field(default_factory=list)
    play: Callable[[], None] | None = None
    result: Tensor | None = None


class GraphedNetworks(TorchNetworks):
    """TorchNetworks whose calls are recorded and played. See the module.

    What a call gives back is the caller's own. The weights must stay where they are. recorder:
    makes what records; the real one is for CUDA. report: told in a line where that fails: all that
    is not recorded by then runs as it comes from then on, for a recording that broke off may leave
    CUDA's memory in disorder for others.
    """

    backend = "CUDA graphs"

    def __init__(
        self,
        pipeline: Any,
        recorder: Callable[[], Recorder] | None = None,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        super().__init__(pipeline)
        self._recorder = recorder or cuda_recorder
        self._report = report
        self._broken = False
        self.forget()

    def forget(self) -> None:
        """Let go of all graphs and their memory: pictures are of another size from now on."""
        self._kinds: OrderedDict[object, _Kind] = OrderedDict()
        self._record = self._recorder()
        self._recorded = False

    def encode(self, image: Tensor) -> Tensor:
        """See Networks. It is a frame's first call."""
        self._recorded = False
        return self._called("encode", super().encode, image)

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        """See Networks."""

        def call(latents: Tensor, timestep: Tensor, *told: Tensor) -> Tensor:
            return TorchNetworks.predict(self, latents, timestep, Conditions(*told))

        told = (conditions.tokens, conditions.pooled, conditions.sizes, conditions.scale)
        return self._called("predict", call, latents, timestep, *told)

    def decode(self, latents: Tensor) -> Tensor:
        """See Networks."""
        return self._called("decode", super().decode, latents)

    def _called(self, name: str, call: Callable[..., Tensor], *inputs: Tensor | None) -> Tensor:
        """A method's result for inputs: played, or as it comes."""
        kind = self._kind(name, inputs)
        kind.calls += 1
        if kind.play is None and kind.calls > WARM and not (self._broken or self._recorded):
            self._try(kind, name, call, inputs)
        if kind.play is None or kind.result is None:
            return call(*inputs)
        for place, given in zip(kind.inputs, inputs, strict=True):
            if place is not None and given is not None:
                place.copy_(given)
        kind.play()
        # Graphs share their memory: another one's play may write where this result lies.
        return kind.result.clone()

    def _kind(self, name: str, inputs: tuple[Tensor | None, ...]) -> _Kind:
        """The kind of a call; the one that was not met for longest gives way to a new one."""
        key = (name, *(None if x is None else (x.shape, x.dtype) for x in inputs))
        kind = self._kinds.setdefault(key, _Kind())
        self._kinds.move_to_end(key)
        if len(self._kinds) > MOST:
            self._kinds.popitem(last=False)
        return kind

    def _try(
        self, kind: _Kind, name: str, call: Callable[..., Tensor], inputs: tuple[Tensor | None, ...]
    ) -> None:
        """Record a kind of call. Where that fails it is said, and never tried again. For a frame
        that is not shown it is raised."""
        self._recorded = True
        places = [None if given is None else given.clone() for given in inputs]
        try:
            kind.play, kind.result = self._record(lambda: call(*places))
            kind.inputs = places
        except Exception as error:
            if UNSHOWN.get():  # the show's own frames may not need it, or have more memory then
                raise
            self._broken = True
            self._report(f"no CUDA graph of {name}, so frames are slower: {one_line(error)}")


def cuda_recorder() -> Recorder:
    """Records CUDA graphs, all in one pool of memory, on a stream of their own.

    They are replayed on the caller's stream. Only this thread's CUDA calls are captured
    ("thread_local"): another thread may be loading a model.
    """
    pool = torch.cuda.graph_pool_handle()
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def record(work: Work) -> tuple[Callable[[], None], Tensor]:
        graph = torch.cuda.CUDAGraph()
        stream.wait_stream(torch.cuda.current_stream())
        collects = gc.isenabled()
        gc.disable()  # what it frees may ask of CUDA what may not be asked while recording
        try:
            with torch.cuda.stream(stream):
                graph.capture_begin(pool=pool, capture_error_mode="thread_local")
                try:
                    result = work()
                except BaseException:
                    with suppress(Exception):  # it would hide what went wrong
                        graph.capture_end()
                    with suppress(Exception):  # where that broke off, memory still goes to the pool
                        torch._C._cuda_endAllocateToPool(torch.cuda.current_device(), pool)
                    raise
                graph.capture_end()
        finally:
            if collects:
                gc.enable()
        torch.cuda.current_stream().wait_stream(stream)
        return graph.replay, result

    return record
