"""Load a model in a background thread while another one plays.

The thread is a daemon and never joined, as it may be in the middle of a download. A cancelled load
ends at its next report, and its result is discarded.
"""

from __future__ import annotations

import threading

from visualizer.engine.engine import Engine, OpenEngine
from visualizer.engine.failures import ModelError, Outdated, one_line
from visualizer.latest import Latest
from visualizer.show.status import Phase, Status


class BackgroundLoad(threading.Thread):
    """Opens one model. load_engine: as the producer's; raises where that model can't be had.

    model: its name, with its LoRAs (show/lora.py). news: how far it is. When the thread has ended
    there is either an engine, and in text what is to be said of it, or None, and in text why.
    """

    def __init__(self, model: str, load_engine: OpenEngine) -> None:
        super().__init__(name="loader", daemon=True)
        self.model = model
        self.news: Latest[Status] = Latest()
        self.engine: Engine | None = None
        self.text = ""
        self._load_engine = load_engine
        self._dropped = threading.Event()

    def run(self) -> None:
        """The thread's life."""
        try:
            self.engine = self._load_engine(self.model, self._hear)
            if self._dropped.is_set():
                self.engine = None
        except Outdated:
            pass
        except BaseException as error:
            # A library's SystemExit too: in any case the show goes on with what it has.
            line = one_line(error)
            self.text = line if isinstance(error, ModelError) else f"{self.model}: {line}"

    def drop(self) -> None:
        """Cancel the load and discard its result."""
        self._dropped.set()
        self.engine = None

    def _hear(self, status: Status) -> None:
        if self._dropped.is_set():
            raise Outdated
        if status.phase is Phase.LOADING:
            self.news.put(status)
        elif status.phase is Phase.RUNNING:
            self.text = status.text
