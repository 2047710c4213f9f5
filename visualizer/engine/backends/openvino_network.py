"""Networks that OpenVINO has compiled, called with torch's tensors and no copies in between.

A network with several inputs can be split: the part that depends only on the inputs after the first
is recomputed only when those change. A tenth of a UNet's work depends on prompt and timestep alone.
It is saved only while those stay the same: not during a crossfade of prompts, and not while the
strength moves or is modulated.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

KEPT = 4
"""Of the inputs but the first, how many are kept with what hangs on them: as many as steps in the
frame of a show, as each has its own. More would be filled by each crossfade with what never comes
again, and a frame of more steps is slow in any case."""


def compiled(
    openvino: Any,
    core: Any,
    path: Path,
    shapes: Sequence[Sequence[int]],
    options: dict[str, Any],
    split: bool,
) -> Callable[..., Tensor]:
    """A saved network for inputs of these shapes: its inputs → its first output.

    split: take it apart, if it has more inputs than one. Inputs are float32; but for the first,
    they must not be changed in place. The output is the caller's own. Raises what OpenVINO raises.
    """
    model = core.read_model(path)
    model.reshape({port: list(shape) for port, shape in zip(model.inputs, shapes, strict=True)})

    def network(model: Any) -> _Network:
        return _Network(openvino.Tensor, core.compile_model(model, "CPU", options))

    if len(shapes) == 1 or not split:
        whole = network(model)
        return lambda *inputs: whole(*inputs)[0]
    still, moving = (network(half) for half in apart(openvino, model))
    told = functools.lru_cache(KEPT)(still)  # by identity: that is how tensors are hashed
    return lambda first, *others: moving(first, *told(*others))[0]


def apart(openvino: Any, model: Any) -> tuple[Any, Any]:
    """A model in two: all inputs but the first → what hangs on them alone; the first input and
    that → the outputs. The model itself is used up.

    model: of fixed shapes, so that all that hangs on shapes becomes constant. Where the first
    input's half no longer holds how a UNet's blocks scale by the timestep, OpenVINO can join its
    steps; 2025.4 to 2026.4 crash at that sum (1 + scale) in the whole one.
    """
    manager = openvino.passes.Manager()
    manager.register_pass(openvino.passes.ConstantFolding())
    manager.run_passes(model)
    first, *others = model.get_parameters()
    moving = {first.get_name()}
    handed: dict[tuple[str, int], tuple[Any, Any]] = {}
    for node in model.get_ordered_ops():
        sources = [port.get_source_output() for port in node.inputs()]
        names = [source.get_node().get_name() for source in sources]
        if moving.isdisjoint(names):
            continue
        moving.add(node.get_name())
        for port, source, name in zip(node.inputs(), sources, names, strict=True):
            if name in moving or source.get_node().get_type_name() == "Constant":
                continue
            key = name, source.get_index()
            if key not in handed:
                kind, shape = source.get_element_type(), source.get_partial_shape()
                handed[key] = source, openvino.op.Parameter(kind, shape)
            port.replace_source_output(handed[key][1].output(0))
    results = [openvino.op.Result(source) for source, _ in handed.values()]
    inputs = [first, *(taken for _, taken in handed.values())]
    return (
        openvino.Model(results, others, "still"),
        openvino.Model(model.get_results(), inputs, "moving"),
    )


class _Network:
    """A compiled model of float32. shared: makes OpenVINO's tensor of a numpy array's memory."""

    def __init__(self, shared: Callable[..., Any], model: Any) -> None:
        self._shared = functools.partial(shared, shared_memory=True)
        self._request = model.create_infer_request()
        self._shapes = [tuple(port.shape) for port in model.outputs]
        # With what lies in the memory that the request reads: it does not keep that itself.
        self._given: list[tuple[Tensor, Any] | None] = [None] * len(model.inputs)

    def __call__(self, *inputs: Tensor) -> list[Tensor]:
        for place, tensor in enumerate(inputs):
            given = self._given[place]
            if place == 0 or given is None or given[0] is not tensor:
                rows = tensor.detach().contiguous().numpy()
                self._request.set_input_tensor(place, self._shared(rows))
                self._given[place] = tensor, rows
        outputs = [torch.empty(shape, dtype=torch.float32) for shape in self._shapes]
        for place, tensor in enumerate(outputs):
            self._request.set_output_tensor(place, self._shared(tensor.numpy()))
        self._request.infer(share_outputs=True)
        return outputs
