"""The thread that reads and writes projections (mapping.yaml), and reads their masks.

- The file is the performer's, too: it is read again when it, or a mask, has been saved. A fault in
  it is one line; the projections stay as they are, and it is not written over until it is mended.
- It is written when the mapping mode has changed something, whole or not at all (disk.py).
- The show's projections count only once it has those that were read last: else an empty show would
  be written over a file that it has not seen yet.
"""

from __future__ import annotations

import queue
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from PIL import Image

from visualizer import terminal
from visualizer.disk import write_text
from visualizer.show.actions import Action
from visualizer.show.files import projection_file
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.projection import Projection
from visualizer.show.system_actions import Projections, Say
from visualizer.worker import Worker, drained

FILE = "mapping.yaml"

EVERY = 1.0
"""Seconds between two looks at the file and the show."""

Mask = npt.NDArray[np.uint8]
"""(height, width): 255 shows, 0 hides."""

Signature = tuple[tuple[str, int, int], ...]
"""Names, times and sizes of files."""


class ProjectionStore(Worker):
    """The thread. path: of the file. masks: what the file's masks show, by their names in it;
    replaced as a whole."""

    def __init__(self, path: Path, *, every: float = EVERY) -> None:
        super().__init__("mapping")
        self.masks: Mapping[str, Mask] = MappingProxyType({})
        self._path = path
        self._every = every
        self._actions: queue.SimpleQueue[Action] = queue.SimpleQueue()
        self._reads = self._seen = 0
        self._wanted: tuple[int, Mapping[str, Projection]] | None = None
        self._kept: Mapping[str, Projection] = MappingProxyType({})
        self._signature: Signature | None = None
        self._text: str | None = None
        self._mask_faults: set[str] = set()
        self._faulty = False
        self._trouble = ""

    def drain(self) -> list[Action]:
        """What was found on disk, and what went wrong, since the last call. Never waits."""
        reads = self._reads  # asked first: what was read by then is in the queue
        found = drained(self._actions)
        self._seen = reads
        return found

    def keep(self, projections: Mapping[str, Projection]) -> None:
        """Keep these; once a display frame, after what drain() gave was done. Never waits."""
        self._wanted = self._seen, projections

    def run(self) -> None:
        """The thread's life; what was kept last is written at its end."""
        while not self._ending.is_set():
            self.look()
            self._ending.wait(self._every)
        self.look()

    def look(self) -> None:
        """Read what has changed on disk, and write what has changed here. In the thread; or before
        it is started."""
        try:
            self._read_if_changed()
            self._write_if_changed()
            self._trouble = ""
        except Exception as error:  # in any case the show goes on
            if not isinstance(error, OSError):
                terminal.trace()
            why = terminal.reason(error)
            self._say_once(f"{self._path}: mappings can't be kept: {why}")

    def _read_if_changed(self) -> None:
        signature = self._sign()
        if not signature or signature == self._signature:  # none yet, or in an editor's hands
            return
        self._signature = signature
        try:
            text = self._path.read_text(encoding="utf-8")
            if text != self._text:
                self._take(text)
            else:
                self._load_masks(text)
        except (Fault, UnicodeDecodeError) as error:
            why = str(error) if isinstance(error, Fault) else f"{self._path}: is not UTF-8 text"
            self._faulty, self._text = True, None
            self._say(f"{why}; the mapping stays as it is, and no change is saved to this file")

    def _take(self, text: str) -> None:
        """What the file says now counts. Raises Fault."""
        self._kept = projection_file.parse(text, str(self._path))
        again, self._text, self._faulty = self._text is not None or self._faulty, text, False
        self._load_masks(text)  # before they are asked for
        self._actions.put(Projections(self._kept))
        if again:
            self._say(f"{self._path.name} was changed and reloaded")
        self._reads += 1

    def _write_if_changed(self) -> None:
        wanted = self._wanted
        if wanted is None or wanted[0] != self._reads or wanted[1] == self._kept or self._faulty:
            return
        text = projection_file.to_text(wanted[1])
        write_text(self._path, text)
        self._kept, self._text = wanted[1], text
        self._signature = None  # looked at again, as a hand may have been quicker than this line

    def _load_masks(self, text: str) -> None:
        """Those that can be read; of the others it is said why, once."""
        loaded: dict[str, Mask] = {}
        faults: set[str] = set()
        for display, projection in self._kept.items():
            if not (name := projection.mask):
                continue
            try:
                loaded[name] = _mask(self._mask_path(name))
            except Exception as error:  # Pillow's are of many kinds
                why = terminal.reason(error)
                stays = "the wall has no mask"
                if name in self.masks:  # as while it is being painted
                    loaded[name], stays = self.masks[name], "it stays as it was"
                line = projection_file.mask_line(text, display)
                faults.add(f"{self._path}:{line}: mask: {name} can't be read ({why}); {stays}")
        for fault in faults - self._mask_faults:
            self._say(fault)
        self._mask_faults = faults
        self.masks = MappingProxyType(loaded)

    def _mask_path(self, name: str) -> Path:
        return self._path.parent / Path(name).expanduser()

    def _sign(self) -> Signature:
        """Of the file and its masks; () where there is no file."""
        masks = {each.mask: self._mask_path(each.mask) for each in self._kept.values() if each.mask}
        found = []
        for name, path in {"": self._path, **masks}.items():
            try:
                stat = path.stat()
            except OSError:
                if not name:
                    return ()
                continue
            found.append((name, stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def _say(self, line: str) -> None:
        self._actions.put(Say(line, "disk"))

    def _say_once(self, line: str) -> None:
        if line != self._trouble:
            self._trouble = line
            self._say(line)


def _mask(path: Path) -> Mask:
    """A picture as a mask: by its opacity where not all of it is opaque, else by its grey."""
    with Image.open(path) as picture:
        if "A" in picture.getbands() or "transparency" in picture.info:
            alpha = np.array(picture.convert("RGBA").getchannel("A"))
            if alpha.min() < 255:
                return alpha
        return np.array(picture.convert("L"))
