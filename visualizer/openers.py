"""How the composition roots open an engine. Importing this loads no torch; opening does."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.engine.engine import Engine, OpenEngine
from visualizer.engine.failures import LoraError, ModelError
from visualizer.engine.models.catalogue import TESTCARD
from visualizer.engine.models.open import choose, open_engine
from visualizer.options import OptionError, Options
from visualizer.show.lora import joined, split
from visualizer.show.status import Phase, Report, Status

__all__ = ["choose", "open_now", "opener"]


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
        if model == TESTCARD and not options.fallback:
            raise OptionError(f"{reason}; --fallback goes on with the test card")
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
        raise OptionError(f"{error}; --fallback goes on {how}") from None
