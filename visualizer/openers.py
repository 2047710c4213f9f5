"""How the composition roots open an engine, and where. Importing this loads no torch."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path

from visualizer.engine.engine import Engine, OpenEngine
from visualizer.engine.failures import LoraError, ModelError, one_line, out_of_memory, sticky
from visualizer.engine.host.engine_host import EngineHost, MakeHost, Slots
from visualizer.engine.host.failover import Failover
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.host.ray_cluster import address, missing
from visualizer.engine.host.ray_host import RayHost
from visualizer.engine.models.catalogue import COLOUR_FIELDS, Choice
from visualizer.engine.models.fallbacks import choose, open_engine
from visualizer.engine.producer.producer import Producer
from visualizer.frame import Pixels
from visualizer.options import OptionError, Options
from visualizer.show.lora import joined, split
from visualizer.show.status import GpuMemory, Phase, Report, Status

__all__ = ["choose", "host", "open_now", "opener", "place", "wall_host", "without_torch"]


def opener(
    options: Options, *, strict: bool = False, fallback: bool = True, live: bool = False
) -> OpenEngine:
    """What opens a model by name. strict, fallback, live: as open_engine has them."""

    def open_(name: str, report: Report) -> Engine:
        return open_engine(
            name,
            device=options.device,
            size=options.size,
            aspect=options.aspect,
            offline=options.offline,
            tiny_vae=options.tiny_vae,
            strict=strict,
            fallback=fallback,
            backend=options.backend,
            live=live,
            report=report,
        )

    return open_


def open_now(options: Options, name: str, say: Callable[[str], None]) -> Engine:
    """Open a model with its LoRAs, "" for the default, in this thread; say gets a line at each
    step. name: as lora.joined has it.

    Nothing about it changes later, so that the same options make the same pictures. Raises
    OptionError where the model can't be loaded, unless the options allow a fallback.
    """
    model, loras = split(name)
    if not model:
        model, reason, _ = choose(options.device)
        if model == COLOUR_FIELDS and not options.fallback:
            raise OptionError(f"{reason}; --fallback continues with the colour fields")
        say(f"model {model}: {reason}")
        name = joined(model, loras)

    last = ""

    def report(status: Status) -> None:
        nonlocal last
        # The last report, of what runs, repeats every fault on the way to it.
        if status.text not in ("", last) and status.phase is not Phase.FAILED:
            last = status.text
            say(status.text)

    try:
        return opener(options, fallback=options.fallback)(name, report)
    except ModelError as error:
        how = "without it" if isinstance(error, LoraError) else "with another model"
        raise OptionError(f"{error}; --fallback continues {how}") from None


def place(engine: str, device: str) -> str:
    """Where the engine runs, by the options --engine and --device: thread, process, ray or
    ray://HOST:PORT. Raises OptionError where that can't be had.

    auto: in a process where a GPU by NVIDIA computes, whose driver can take a process with it. The
    driver is not asked, which can take seconds: its files tell.
    """
    if engine.startswith("ray") and (line := missing(engine)):
        raise OptionError(f"--engine {engine}: {line}")
    if engine != "auto":
        return engine
    return "process" if device == "cuda" or (device == "auto" and _has_nvidia()) else "thread"


def _has_nvidia() -> bool:
    if sys.platform == "win32":
        return Path(r"C:\Windows\System32\nvcuda.dll").exists()
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/dxg").exists()


def host(where: str, options: Options) -> MakeHost:
    """What makes the live show's engine host. where: as place() has it."""
    if where == "thread":
        return partial(_producer, options)
    alone = wall_host(where, options, starts=True)
    if where == "process":
        return alone
    near = host(place("auto", options.device), options)
    named = address(where) or "the Ray cluster"
    return partial(Failover, alone, near, where=f"the engine at {named}")


def wall_host(where: str, options: Options, *, starts: bool = False) -> MakeHost:
    """What makes the host of one more wall's engine: on a cluster where that is meant, and in a
    process otherwise. starts: see ray_cluster.joined; the first wall's does."""
    made = partial(_in_process, _sendable(options))
    if where.startswith("ray"):
        made = partial(made, gives_way=False)  # no wall is there
        made = partial(_on_cluster, made, address(where), options.device, starts)
    return partial(ProcessHost, made)


def without_torch(options: Options) -> MakeHost:
    """A host in a process that plays the colour fields, where torch itself ends processes."""
    return partial(ProcessHost, partial(_card_in_process, _sendable(options)))


def _sendable(options: Options) -> Options:
    """What a process needs of options, and no more: they are pickled."""
    own = {field.name: getattr(options, field.name) for field in fields(Options)}
    return Options(**{**own, "settings": {}})


def _producer(
    options: Options,
    slots: Slots,
    picture: Pixels | None,
    *,
    choice: Callable[[str], Choice] | None = None,
    fatal: Callable[[Exception], str] = lambda error: "",
    gives_way: bool = True,
) -> Producer:
    return Producer(
        models=slots.models,
        requests=slots.requests,
        frames=slots.frames,
        statuses=slots.statuses,
        picture=picture,
        pictures=slots.pictures,
        open_engine=opener(options, live=True),
        load_engine=opener(options, strict=True, live=True),
        choose=choice or partial(choose, options.device),
        clock=time.perf_counter,
        fatal=fatal,
        gpu_memory=_gpu_memory,
        gives_way=gives_way,
    )


def _gpu_memory(device: str) -> GpuMemory | None:
    if device != "cuda":  # so that engines without torch import none
        return None
    from visualizer.engine.models import devices

    return devices.gpu_memory(device)


def _in_process(
    options: Options, slots: Slots, picture: Pixels | None, *, gives_way: bool = True
) -> EngineHost:
    return _producer(options, slots, picture, fatal=fatal, gives_way=gives_way)


def _on_cluster(
    made: MakeHost, address: str, device: str, starts: bool, slots: Slots, picture: Pixels | None
) -> EngineHost:
    """For a process of its own, whose stdout is then quiet: Ray prints there what it finds, at
    length, and the host says it in a line."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    return RayHost(
        made, slots, picture, address=address, device=device, ends_after=True, starts=starts
    )


def _card_in_process(options: Options, slots: Slots, picture: Pixels | None) -> EngineHost:
    choice = Choice(COLOUR_FIELDS, "PyTorch has crashed the engine's process repeatedly")
    return _producer(options, slots, picture, choice=lambda named: choice)


def fatal(error: Exception) -> str:
    """Why a process can make no frame after an error; "" where it can. Its memory goes with it, and
    so does what is broken in CUDA."""
    if out_of_memory(error):
        return f"the GPU is out of memory, and its use can't be reduced further ({one_line(error)})"
    return f"CUDA is broken in the engine's process ({one_line(error)})" if sticky(error) else ""
