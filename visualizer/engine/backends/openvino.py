"""The three networks on a CPU, as OpenVINO compiles them.

Conversion takes seconds, holds up every other thread for moments, and has been seen to end the
whole process (a fault in OpenVINO's own graph passes): it is only ever done in a process of its
own (converted.py), which leaves files behind. The show compiles those, which takes half a second
and holds up no thread. Imported, and importing openvino, only where that is wanted.
"""

from __future__ import annotations

import functools
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from visualizer.engine.backends.networks import Conditions, TorchNetworks
from visualizer.engine.backends.openvino_network import KEPT, compiled

KINDS = {
    "float32": {"INFERENCE_PRECISION_HINT": "f32"},
    # OpenVINO 2025.4 can't join attention into one step in bfloat16.
    "bfloat16": {"INFERENCE_PRECISION_HINT": "bf16", "SNIPPETS_MODE": "DISABLE"},
}
"""What OpenVINO is told of the types that it may compute in."""

SPLIT = ("float32",)
"""Types whose networks are taken apart (openvino_network.py). In bfloat16 the built-in model's UNet
gained 3 % by it in frames that are told nothing new, and lost 4 % in all others."""

Key: TypeAlias = tuple[str, tuple[tuple[int, ...], ...]]
"""A network's name, and the shapes of what it is given."""

Start: TypeAlias = Callable[[Callable[[], None]], object]
"""Sees to it that a piece of work is done: now, or in another thread."""


def at_once(work: Callable[[], None]) -> None:
    """A Start: in the calling thread, before it goes on."""
    work()


def in_background(work: Callable[[], None]) -> None:
    """A Start: in a thread that does not keep the program from ending."""
    threading.Thread(target=work, name="openvino", daemon=True).start()


def runtime() -> Any:
    """The module openvino. ImportError where it is not installed.

    Importing it reports that to Google Analytics, unasked, and writes to the home folder. It
    leaves both where it doesn't find openvino_telemetry; a show has no business with the network.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino
    import openvino.passes

    return openvino


def precision() -> str:
    """The type, of KINDS, that this processor multiplies fast."""
    found = runtime().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bfloat16" if "BF16" in found else "float32"


def convert(
    pipeline: Any, folder: Path, image: Tensor, latents: Tensor, conditions: Conditions
) -> None:
    """Write the networks to a folder, for pictures of one size: 4 bytes a weight.

    image and latents: as Networks has them. conditions: tokens alone, 2 rows, so that the number of
    rows is not taken for a constant. Slow, and see the module: not for the show's own process.
    """
    parts = TorchNetworks(pipeline)
    rows = latents.expand(len(conditions.tokens), -1, -1, -1)
    waves = _waves(parts.unet, len(rows), torch.tensor(500.0))
    given: list[tuple[str, nn.Module, tuple[Tensor, ...]]] = [
        ("encode", _Encode(parts), (image,)),
        ("predict", _Predict(parts), (rows.contiguous(), waves, conditions.tokens)),
        ("decode", _Decode(parts), (latents,)),
    ]
    openvino = runtime()
    # The traced UNet takes the waves in place of a timestep: OpenVINO's bfloat16 would round that
    # to steps of 4 in 1000, and strength would be a staircase.
    parts.unet.get_time_embed = lambda sample, timestep: timestep
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # torch and diffusers on being traced
            for name, module, inputs in given:
                example = inputs if len(inputs) > 1 else inputs[0]
                model = openvino.convert_model(module.eval(), example_input=example)
                openvino.save_model(model, _place(folder, name), compress_to_fp16=False)
    finally:
        del parts.unet.get_time_embed


class OpenVinoNetworks(TorchNetworks):
    """Networks of a pipeline on the processor. Any shape that is not compiled yet goes through
    torch.

    folder: where convert wrote to; it must stay. kind: of KINDS. threads: to compute with. start:
    who compiles what is missing. report: told, in a line, of what can't be compiled. Others may be
    set for these two later.
    """

    def __init__(
        self,
        pipeline: Any,
        folder: Path,
        *,
        kind: str,
        threads: int,
        start: Start = in_background,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        super().__init__(pipeline)
        self.backend = f"OpenVINO in {kind}"
        self._folder = folder
        self.start, self.report = start, report
        self._core = runtime().Core()
        self._options = {
            **KINDS[kind],
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
            # The display's thread is to go where it likes.
            "ENABLE_CPU_PINNING": False,
        }
        self._split = kind in SPLIT
        self._asked: set[Key] = set()
        self._compiled: dict[Key, Callable[..., Tensor]] = {}
        self._waves = functools.lru_cache(KEPT)(functools.partial(_waves, self.unet))

    def encode(self, image: Tensor) -> Tensor:
        """See Networks."""
        found = self._run("encode", image)
        return super().encode(image) if found is None else found

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        """See Networks."""
        if conditions.pooled is None and conditions.scale is None:
            count = len(conditions.tokens)
            rows, waves = latents.expand(count, -1, -1, -1), self._waves(count, timestep)
            found = self._run("predict", rows, waves, conditions.tokens)
            if found is not None:
                return found
        return super().predict(latents, timestep, conditions)

    def decode(self, latents: Tensor) -> Tensor:
        """See Networks."""
        found = self._run("decode", latents)
        return super().decode(latents) if found is None else found

    def forget(self) -> None:
        """Let go of all compiled networks: pictures are of another size from now on."""
        self._asked.clear()
        self._compiled.clear()
        self._waves.cache_clear()

    def _run(self, name: str, *inputs: Tensor) -> Tensor | None:
        """A network's output, (n, c, h, w); None where it is not compiled for these shapes."""
        key = (name, tuple(tuple(tensor.shape) for tensor in inputs))
        if key not in self._asked:
            self._asked.add(key)
            self.start(lambda: self._compile(key))
        network = self._compiled.get(key)
        if network is None:
            return None
        try:
            return network(*inputs)
        except Exception as error:
            del self._compiled[key]  # and it stays among those asked for: never tried again
            self._say(f"{name} falls back to torch", error)
            return None

    def _compile(self, key: Key) -> None:
        name, shapes = key
        try:
            place = _place(self._folder, name)
            network = compiled(runtime(), self._core, place, shapes, self._options, self._split)
        except Exception as error:
            self._say(f"{name} stays with torch", error)
            return
        if key in self._asked:  # else forgotten meanwhile
            self._compiled[key] = network

    def _say(self, what: str, error: Exception) -> None:
        # Its errors end with what they mean, after where they came from.
        why = [line for line in str(error).splitlines() if line.strip()] or [""]
        self.report(f"OpenVINO: {what}: {why[-1].strip()}")


class _Encode(nn.Module):
    def __init__(self, parts: TorchNetworks) -> None:
        super().__init__()
        self.network, self.call = parts.vae, parts.encode

    def forward(self, image: Tensor) -> Tensor:
        return self.call(image)


class _Predict(nn.Module):
    def __init__(self, parts: TorchNetworks) -> None:
        super().__init__()
        self.network = parts.unet

    def forward(self, latents: Tensor, waves: Tensor, tokens: Tensor) -> Tensor:
        predicted: Tensor = self.network(latents, waves, tokens, return_dict=False)[0]
        return predicted


class _Decode(nn.Module):
    def __init__(self, parts: TorchNetworks) -> None:
        super().__init__()
        self.network, self.call = parts.vae, parts.decode

    def forward(self, latents: Tensor) -> Tensor:
        return self.call(latents)


def _waves(unet: Any, count: int, timestep: Tensor) -> Tensor:
    """A timestep as the UNet's first layer reads it: (count, channels), sines and cosines."""
    waves: Tensor = unet.get_time_embed(sample=torch.empty(count, 0), timestep=timestep)
    return waves


def _place(folder: Path, name: str) -> Path:
    return folder / f"{name}.xml"
