"""The fastest way of computing a small model on this processor, found while the show runs.

The show begins on torch in float32, at once. Beside it a trial measures what else there is:
OpenVINO, where that is installed, and bfloat16 (variants.py, trial.py; what it finds is kept:
trials.py). Ready parts, which make the same pictures, are taken over between two frames. Whatever
goes wrong is said in one line, and the show stays on torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
import torch

from visualizer.engine.backends.networks import Parts
from visualizer.engine.backends.openvino import OpenVinoParts, Start, in_background, runtime
from visualizer.engine.backends.trials import Measure, Trials, key_of, measure, processor
from visualizer.engine.backends.variants import AS_IT_COMES, VARIANTS, needs_openvino, parts_of
from visualizer.engine.failures import one_line


class Fastest:
    """Looks for faster parts in the background from the start on; for a pipeline that fits.

    To be made before the show runs: it imports openvino where that may be of use, and importing
    holds up every thread. chosen: of variants.VARIANTS, '' until it is known.

    model: the pipeline's name for loading.load, which will fetch nothing. side: of the pictures,
    in pixels. report: told in a line what goes wrong, from another thread. cache: see Trials; None
    for the user's. measure: see trials. cpu: the processor, in words. start: who works in the
    background.
    """

    def __init__(
        self,
        pipeline: Any,
        model: str,
        side: int,
        *,
        report: Callable[[str], None],
        cache: Path | None = None,
        measure: Measure = measure,
        cpu: Callable[[], str] = processor,
        start: Start = in_background,
    ) -> None:
        self.chosen = ""
        self._pipeline, self._model, self._side = pipeline, model, side
        self._report, self._start = report, start
        self._threads = torch.get_num_threads()
        self._found: Parts | None = None
        try:
            folder = cache or Path(platformdirs.user_cache_dir("visualizer"), "fastest")
            self._trials = Trials(folder, measure)
            self._key = key_of(pipeline, side, cpu())
            self._known = self._trials.known(self._key)
            self._variants = self._variants_here()
            start(self._look)
        except Exception as error:
            self._give_up(error)

    def ready(self) -> Parts | None:
        """Faster parts, once they are ready, and once only. Never waits."""
        if (found := self._found) is not None:  # else the other thread's might be wiped out
            self._found = None
        return found

    def _variants_here(self) -> tuple[str, ...]:
        """The ways that there are. Imports openvino, unless it is known to be of no use."""
        if self._known is not None and not needs_openvino(self._known[1].variant):
            return VARIANTS
        try:
            runtime()
        except Exception as error:
            if not isinstance(error, ModuleNotFoundError):  # it is an extra
                self._report(f"OpenVINO can't be used here: {one_line(error)}")
            self._known = None
            return tuple(way for way in VARIANTS if not needs_openvino(way))
        return VARIANTS

    def _look(self) -> None:
        try:
            variant, self._found = self._fastest()
            self.chosen = variant
        except Exception as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.chosen = AS_IT_COMES
        self._report(f"{self._model} gets no faster here: {one_line(error)}")

    def _fastest(self) -> tuple[str, Parts | None]:
        """The chosen way, and its parts where it is another than the present one."""
        folder, choice = self._known or self._trials.held(
            self._key, self._model, self._side, self._variants, self._report
        )
        if choice.variant == AS_IT_COMES:
            return choice.variant, None
        try:
            parts = parts_of(choice.variant, self._pipeline, self._side, folder, self._threads)
        except Exception:
            self._trials.forget(self._key)  # the next show tries anew
            raise
        if isinstance(parts, OpenVinoParts):
            # Other shapes are compiled beside the show.
            parts.start, parts.report = self._start, self._report
        return choice.variant, parts
