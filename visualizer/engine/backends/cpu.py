"""How networks are run on a CPU, by a rule: OpenVINO where it fits, in the precision that the
processor multiplies fast (bfloat16 with AMX or AVX512-BF16, else float32); torch wherever it fails.

On one thread of a processor with AMX, the built-in model's networks take a third of torch's time.
The show begins on torch at once; OpenVINO takes over between two frames, with the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
import torch

from visualizer.engine.backends import converted
from visualizer.engine.backends.networks import Networks, TorchNetworks
from visualizer.engine.backends.openvino import (
    OpenVinoNetworks,
    Start,
    at_once,
    in_background,
    precision,
    runtime,
)
from visualizer.engine.backends.sample import Sample
from visualizer.engine.failures import one_line

SMALL = 200e6
"""Most weights of a UNet that OpenVINO runs: to convert a large one takes minutes and gigabytes.
The built-in one has 21 million, SD's 860."""


def fits(pipeline: Any) -> bool:
    """Whether OpenVINO may run a pipeline that Denoise takes: small, float32, on the CPU.

    Nothing but a prompt's tokens may be told to its UNet: so it is with SD, not with SDXL or LCM.
    """
    unet = pipeline.unet
    return (
        unet.device.type == "cpu"
        and unet.dtype == torch.float32
        and sum(weights.numel() for weights in unet.parameters()) < SMALL
        and unet.config.get("addition_embed_type") in (None, "text")
        and unet.config.get("time_cond_proj_dim") is None
    )


class OpenVino:
    """Brings OpenVINO's networks for a pipeline that fits, in the background unless told otherwise.

    To be made before the show runs: it imports openvino, and importing holds up every thread.
    model: the pipeline's name for load.load, which will fetch nothing. side: of the pictures,
    in pixels. wanted: it was asked for by name, so its absence is worth a line. report: told in a
    line what goes wrong, from another thread. cache: see converted; None for the user's.
    """

    def __init__(
        self,
        pipeline: Any,
        model: str,
        side: int,
        *,
        report: Callable[[str], None],
        wanted: bool = False,
        cache: Path | None = None,
        convert: converted.Convert = converted.in_process,
        start: Start = in_background,
    ) -> None:
        self.kind = ""
        """The precision that plays: "float32", "bfloat16"; "" for torch."""
        self._pipeline, self._model, self._side = pipeline, model, side
        self._report, self._start, self._convert = report, start, convert
        self._cache = cache or Path(platformdirs.user_cache_dir("visualizer"), "openvino")
        self._threads = torch.get_num_threads()
        self._found: Networks | None = None
        try:
            runtime()
        except Exception as error:
            if wanted or not isinstance(error, ModuleNotFoundError):
                report(f"OpenVINO can't be used here ({one_line(error)}), so torch is used")
            return
        start(self._bring)

    def ready(self) -> Networks | None:
        """The networks, once they are ready, and once only. Never waits."""
        if (found := self._found) is not None:  # else the other thread's might be wiped out
            self._found = None
        return found

    def _bring(self) -> None:
        try:
            key = converted.key_of(self._pipeline, self._side)
            folder = converted.folder_of(key, self._model, self._side, self._cache, self._convert)
            kind = precision()
            parts = networks(self._pipeline, self._side, folder, kind, self._threads)
            # Other shapes are compiled beside the show.
            parts.start, parts.report = self._start, self._report
            self.kind, self._found = kind, parts
        except Exception as error:
            self._report(f"{self._model} runs on torch, slower: {one_line(error)}")


def networks(pipeline: Any, side: int, folder: Path, kind: str, threads: int) -> OpenVinoNetworks:
    """A pipeline's networks, compiled, called once, and found to make the same pictures as torch.

    folder: of the converted model. Raises what goes wrong, RuntimeError where pictures differ.
    """

    def refuse(line: str) -> None:
        raise RuntimeError(line)

    parts = OpenVinoNetworks(
        pipeline, folder, kind=kind, threads=threads, start=at_once, report=refuse
    )
    if not Sample.of(pipeline, side).alike(TorchNetworks(pipeline), parts):
        raise RuntimeError(f"OpenVINO's pictures differ from torch's in {kind}")
    return parts
