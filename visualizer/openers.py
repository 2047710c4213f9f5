"""How the composition roots open an engine. Importing this loads no torch; opening does."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.engine.open import default_model, open_engine
from visualizer.engine.producer import Engine, OpenEngine
from visualizer.options import Options
from visualizer.show.status import Phase, Status

__all__ = ["default_model", "open_now", "opener"]


def opener(options: Options) -> OpenEngine:
    """What opens a model by name; to be called in the thread that will use the engine."""

    def open_(name: str, report: Callable[[Status], None]) -> Engine:
        return open_engine(
            name,
            device=options.device,
            size=options.size,
            offline=options.offline,
            report=report,
        )

    return open_


def open_now(options: Options, say: Callable[[str], None]) -> Engine:
    """Open the wanted or the default model in this thread; say gets a line at each step."""
    name = options.model
    if name is None:
        name, reason = default_model(options.device)
        say(f"model {name}: {reason}")

    last = ""

    def report(status: Status) -> None:
        nonlocal last
        # The last report, of what runs, repeats every fault on the way to it.
        if status.text not in ("", last) and status.phase is not Phase.FAILED:
            last = status.text
            say(status.text)

    return opener(options)(name, report)
