"""LoRAs on a loaded pipeline, by diffusers and peft; and their weight, which is played live.

A LoRA's layers stand beside the network's own (result + B·A·x · scale) and are not fused: the
scales lie in one tensor of the device, which is written to where the weight changes. So a knob
costs no more than a launch, a CUDA graph, which reads its memory when it is played, follows it, and
weights in half precision do not wear off as they would if a LoRA were added to them and taken away
again and again.

Only the network that is asked each frame is played so. Text encoders have each LoRA at its own
weight: prompts are embedded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from visualizer.engine.failures import LoraError, ModelError, one_line, out_of_memory
from visualizer.engine.models import lora_file
from visualizer.engine.models.weights_lock import reading_weights
from visualizer.show.lora import Lora
from visualizer.show.parameter import shorten
from visualizer.show.status import Phase, Report, Status


class LoraScale:
    """The scales of all LoRAs in a network: each layer's own, times one weight. loras: which."""

    def __init__(self, network: Any, loras: Sequence[Lora]) -> None:
        self.loras = tuple(loras)
        layers = [
            (module.scaling, name)
            for module in network.modules()
            if hasattr(module, "lora_A")
            for name in module.lora_A
        ]
        own = [float(scaling[name]) for scaling, name in layers]
        self._own = torch.tensor(own, dtype=torch.float32, device=network.device)
        self._now = self._own.clone()
        self._weight = 1.0
        for (scaling, name), scale in zip(layers, self._now, strict=True):
            scaling[name] = scale  # a view

    def __call__(self, weight: float) -> None:
        """Have all LoRAs act with this weight, 0 for not at all, from the next call on."""
        if weight != self._weight:
            torch.mul(self._own, weight, out=self._now)
            self._weight = weight


def attach(
    pipeline: Any, model: str, loras: Sequence[Lora], offline: bool, report: Report, strict: bool
) -> LoraScale | None:
    """Have a pipeline play with LoRAs; what scales them, None where none could be had.

    One that can't be had, or does not fit, is told to report in a line and left out; with strict it
    raises LoraError.
    """
    names: dict[str, Lora] = {}
    for place, lora in enumerate(loras):
        report(Status(Phase.LOADING, f"loading {lora}", 0.8, model))
        try:
            _load(pipeline, model, lora, f"lora{place}", offline, report)
        except ModelError as error:
            if strict:
                raise LoraError(str(error)) from error
            report(Status(Phase.FAILED, f"{error}; {model} plays without it"))
        else:
            names[f"lora{place}"] = lora
    if not names:
        return None
    pipeline.set_adapters([*names], [lora.weight for lora in names.values()])
    network = _network(pipeline)
    if network.device.type != "mps":
        network.to(memory_format=torch.channels_last)
    return LoraScale(network, [*names.values()])


def _network(pipeline: Any) -> Any:
    """The network that is asked each frame."""
    return getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)


def _load(
    pipeline: Any, model: str, lora: Lora, adapter: str, offline: bool, report: Report
) -> None:
    """Put one LoRA beside a pipeline's layers. Raises ModelError, and changes nothing then."""
    try:
        path = lora_file.find(lora.name, offline, report)
        header = lora_file.look(lora.name, path)
    except OSError as error:  # a name that is too long, a folder that can't be looked into
        why = error.strerror or one_line(error)
        raise ModelError(f"{shorten(lora.name)}: can't be read: {why}") from None
    network = _network(pipeline)
    if not hasattr(pipeline, "load_lora_weights") or network is None:
        raise ModelError(f"{lora.name}: {model} is a kind of model that takes no LoRA")
    width = network.config.get("cross_attention_dim")
    if header.width and isinstance(width, int) and header.width != width:
        made, here = map(lora_file.family, (header.width, width))
        raise ModelError(f"{lora.name}: made for {made}, but {model} has {here}; use another")
    before = _layers(pipeline)
    try:
        with reading_weights():
            tensors = _tensors(lora, path, header, network)
            pipeline.load_lora_weights(tensors, adapter_name=adapter)
    except Exception as error:
        if isinstance(error, ModelError) or out_of_memory(error):
            raise
        _take_off(pipeline, adapter)
        raise ModelError(f"{lora.name}: does not fit {model} ({one_line(error)})") from error
    fitting = _layers(pipeline) - before
    if not fitting:
        _take_off(pipeline, adapter)
        raise ModelError(f"{lora.name}: does not fit {model}: it has none of its layers")
    if fitting < header.layers:
        line = f"{lora.name}: only {fitting} of its {header.layers} layers fit {model}"
        report(Status(Phase.FAILED, line))


def _tensors(lora: Lora, path: Path, header: lora_file.Header, network: Any) -> dict[str, Tensor]:
    """A file's tensors on the network's device, in its type, with their alphas in them, which
    diffusers does not find by all names. Raises ModelError."""
    found = load_file(path, device=str(network.device))
    tensors = {}
    for key, tensor in found.items():
        stem, dot, _ = key.rpartition(".lora_up")
        if key.endswith(".alpha") and f"{key.removesuffix('.alpha')}.lora_up.weight" in found:
            continue
        try:
            scale = lora_file.scale(header, key, tensor.shape[1]) if tensor.ndim > 1 else 1.0
            if dot and (alpha := found.get(f"{stem}.alpha")) is not None:
                scale = float(alpha) / tensor.shape[1]
        except (AttributeError, RuntimeError, TypeError, ValueError, ZeroDivisionError):
            raise ModelError(f"{lora.name}: damaged (the alpha of {key})") from None
        tensor = (tensor * scale).to(network.dtype)
        if not tensor.isfinite().all():
            raise ModelError(f"{lora.name}: damaged, or too large for {network.dtype} ({key})")
        tensors[key] = tensor
    return tensors


def _parts(pipeline: Any) -> list[Any]:
    """All networks that a LoRA may change."""
    names = ("unet", "transformer", "text_encoder", "text_encoder_2")
    return [part for name in names if (part := getattr(pipeline, name, None)) is not None]


def _layers(pipeline: Any) -> int:
    """How many layers LoRAs have beside a pipeline's own."""
    modules = (module for part in _parts(pipeline) for module in part.modules())
    return sum(len(module.lora_A) for module in modules if hasattr(module, "lora_A"))


def _take_off(pipeline: Any, adapter: str) -> None:
    for part in _parts(pipeline):
        if adapter in getattr(part, "peft_config", {}):
            pipeline.delete_adapters(adapter)
            return
