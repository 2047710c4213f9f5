"""Hot-swapping models: the engine that plays, the one that replaces it, and their statuses.

The show begins on the built-in model, which is there at once. Any other is loaded in the
background (background_load.py) while that one plays on, and swapped in between two frames. At most
one load is wanted: another request cancels it, and a failure leaves what plays. For the producer's
thread, like the engines.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace

from visualizer.engine.engine import Engine, OpenEngine
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS, Choice, without_loras
from visualizer.engine.producer.background_load import BackgroundLoad
from visualizer.latest import Latest
from visualizer.show.lora import joined, split
from visualizer.show.status import GpuMemory, NextPreview, Phase, Report, Status

ROOM = 4.0
"""Seconds that are waited, at most, until a model that is dropped for want of memory has let go of
it. What takes longer reads or fetches files, and has nothing on the GPU yet."""


class ModelSwitch:
    """One engine in force, and one loader at most. begin() opens the first engine; then, between
    frames, look() takes requests and finished loads, and worked(), failed(), make_room() and
    give_up() are told how frames went.

    The arguments are the producer's. engine: the one in force, from begin() on.
    """

    engine: Engine

    def __init__(
        self,
        *,
        models: Latest[str],
        statuses: Latest[Status],
        open_engine: OpenEngine,
        load_engine: OpenEngine,
        choose: Callable[[str], Choice],
    ) -> None:
        self._models, self._statuses = models, statuses
        self._open_engine, self._load_engine = open_engine, load_engine
        self._choose = choose
        self._choice = Choice("", "")
        self._no_torch = False
        self._running = Status()
        self._asked = ""  # the engine in force, with the LoRAs that play with it
        self._fault = ""
        self._loader: BackgroundLoad | None = None
        self._news = Status()
        self._told = Status()
        self._threads: list[BackgroundLoad] = []
        self._reopened = ""
        self._stands_in = False

    def begin(self) -> None:
        """Have an engine. Where no model was named yet, wait until one is. Raises latest.Closed.

        The colour fields are the only other model that a show begins on: they need no loading, and
        no torch, which is imported when another model is asked for.
        """
        name = self._models.get()
        self._no_torch = split(name or "")[0] == COLOUR_FIELDS
        if not self._no_torch:
            self._put(Status(Phase.STARTING, "loading torch"))
        self._choice = self._choose(COLOUR_FIELDS if self._no_torch else "")
        newest = self._models.get()
        name = name if newest is None else newest
        asking = name is None
        first = COLOUR_FIELDS if self._named(name or "") == COLOUR_FIELDS else BUILTIN
        if asking:
            self._put(Status(Phase.ASKING, "which model?"))
        self._open(first, heard=not asking)
        # What was imported stays. To look through it for garbage holds up all threads for a
        # quarter of a second, the display's too.
        gc.freeze()
        while name is None:
            name = self._models.wait()
        if self._named(name) == first:
            self._tell()
        else:
            self._wish(name)

    def look(self, seconds: float = 0.0) -> bool:
        """Take what has come, waiting so long for a name; whether another engine is in force now.

        Raises latest.Closed.
        """
        if (name := self._models.wait(seconds)) is not None:
            self._wish(name)
        ended = [each for each in self._threads if not each.is_alive()]
        changed = self._heard()
        if ended:
            self._threads = [each for each in self._threads if each not in ended]
            gc.collect()  # what was loaded in vain, or the engine before, may fill a GPU
        return changed

    def _heard(self) -> bool:
        """Take what has come from the loader; whether another engine is in force now."""
        loader = self._loader
        if loader is None:
            if self._stands_in:
                self._wish(BUILTIN)
            return False
        if loader.is_alive():
            if (news := loader.news.get()) is not None:
                self._news = news
                self._tell()
            return False
        self._loader = None
        engine, loader.engine = loader.engine, None
        if engine is None:
            # The first was not told while it loaded.
            text = _joined(self._running.text, loader.text)
            self._running = replace(self._running, text=text)
        else:
            self._play(engine, loader.text, loader.model)
        self._tell()
        return engine is not None

    def worked(self) -> None:
        """A good frame was made."""
        if self._fault:
            self._fault = ""
            self._tell()
        if self.engine.model == self._reopened:
            self._reopened = ""

    def failed(self, line: str) -> None:
        """A frame failed."""
        self._fault = line
        self._tell()

    def alive(self) -> None:
        """A frame that takes long is being made."""
        self._tell()

    def say(self, line: str) -> None:
        """Something else that the performer should know. While a model loads it is not shown."""
        self._running = replace(self._running, text=line)
        self._tell()

    def show_preview(self, preview: NextPreview | None) -> None:
        """A preview of the next prompt was begun or made; None: it was given up."""
        self._running = replace(self._running, next_preview=preview)
        # With the line that was said last, which may not have been read yet.
        self._put(replace(self._told, next_preview=preview))

    def show_memory(self, memory: GpuMemory | None) -> None:
        """What is taken of the GPU's memory was read again."""
        if memory != self._running.gpu_memory:
            self._running = replace(self._running, gpu_memory=memory)
            self._put(replace(self._told, gpu_memory=memory))

    def make_room(self) -> bool:
        """Memory is out: have no other model load, which is what takes it. Whether one did.

        One that is loaded by now takes the place of what plays, and its memory, at the next look.
        """
        loader = self._loader
        if loader is None:
            return False
        if loader.is_alive():
            self._loader = None
            loader.drop()
            loader.join(ROOM)
            self.say(
                f"{split(loader.model)[0]}: too large beside the current model; "
                f"change to {BUILTIN} first"
            )
        return True

    def give_up(self) -> None:
        """The engine in force makes no frames any more: play the built-in model instead.

        The other is reloaded, once until it makes a frame: it may have been the GPU's driver.
        """
        model, asked, fault = self.engine.model, self._asked, self._fault
        again = model not in (BUILTIN, COLOUR_FIELDS, self._reopened) and self._loader is None
        self._reopened = model
        del self.engine  # so that a GPU need not hold two
        gc.collect()
        self._open(BUILTIN, heard=True)
        line = f"{model} kept failing ({fault}); {self.engine.model} plays instead"
        self._running = replace(self._running, text=_joined(line, self._running.text))
        if again:
            self._load(asked)
        self._tell()

    def close(self) -> None:
        """Cancel all loads."""
        for loader in self._threads:
            loader.drop()

    @property
    def closed(self) -> bool:
        """Whether no loader's thread is left."""
        return not any(loader.is_alive() for loader in self._threads)

    def _open(self, name: str, *, heard: bool) -> None:
        """Open an engine in this thread. heard: whether its steps are told.

        What can't be had at once, because a loader reads, is loaded in the background later.
        """
        text = ""

        def report(status: Status) -> None:
            nonlocal text
            if status.phase is Phase.RUNNING:
                text = status.text
            elif heard:
                self._put(status)

        report(Status(Phase.LOADING, f"loading {name}", model=name))
        self._play(self._open_engine(name, report), text, name)
        self._stands_in = self.engine.model != name

    def _play(self, engine: Engine, text: str, name: str) -> None:
        self.engine = engine
        # What did not come with it, a LoRA that failed, is tried again where it is asked for again.
        self._asked = joined(engine.model, engine.loras)
        self._running = Status(Phase.RUNNING, text, model=engine.model, device=engine.device)
        self._fault = ""
        if engine.model not in (*self._choice.models, COLOUR_FIELDS):
            self._choice = self._choice._replace(models=(*self._choice.models, engine.model))

    def _named(self, name: str) -> str:
        """A model that is wanted, and its LoRAs, the default in place of ''. A line says it where
        it plays without them."""
        model, loras = split(name)
        if not model and not self._choice.default:
            self._choice = self._choose("")
        model = model or self._choice.default
        line = without_loras(model, loras)
        self._running = replace(self._running, text=_joined(self._running.text, line))
        return model if line else joined(model, loras)

    def _wish(self, name: str) -> None:
        """Ask for a model, '' for the default. The newest request counts."""
        name = self._named(name)
        self._stands_in = False
        if self._loader is not None:
            if self._loader.model == name:
                return
            self._loader.drop()
            self._loader = None
        if name != self._asked:
            self._load(name)
        self._tell()

    def _load(self, name: str) -> None:
        self._loader = BackgroundLoad(
            name, self._load_after_torch if self._no_torch else self._load_engine
        )
        self._no_torch = False
        self._news = Status(text=f"loading {split(name)[0]}")
        self._threads = [*(each for each in self._threads if each.is_alive()), self._loader]
        self._loader.start()

    def _load_after_torch(self, name: str, report: Report) -> Engine:
        """As load_engine, in its thread; with the import of torch, which stays, as in begin()."""
        self._choose("")
        gc.freeze()
        return self._load_engine(name, report)

    def _tell(self) -> None:
        """Report how things stand; a line about the engine in force is said once."""
        status = self._running
        if self._loader is not None:
            news = self._news
            status = replace(
                status,
                text=news.text,
                progress=news.progress,
                coming=split(self._loader.model)[0],
            )
        if self._fault:
            status = replace(status, phase=Phase.FAILED, text=self._fault)
        if status.text == self._running.text:
            self._running = replace(self._running, text="")
        self._put(status)

    def _put(self, status: Status) -> None:
        default, reason, models = self._choice
        self._told = replace(status, default=default, reason=reason, models=models)
        self._statuses.put(self._told)


def _joined(*lines: str) -> str:
    return "; ".join(line for line in lines if line)
