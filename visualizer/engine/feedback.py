"""The loop itself: previous → perturb → denoise → blend → next.

The picture stays float in [0, 1] on the device from frame to frame, and is rounded (never
truncated, which would darken it pass by pass) to uint8 once, in the copy that is handed out.
"""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.engine.denoiser import Denoiser
from visualizer.engine.failures import FrameError
from visualizer.engine.perturb import perturb
from visualizer.engine.picture import Picture, Stopwatch, untimed
from visualizer.engine.seeds import SEEDS, SeedWalk
from visualizer.frame import Pixels
from visualizer.show.request import Request


class Feedback:
    """An engine: a denoiser fed with its own pictures, from white on.

    size: (height, width) in pixels. model and device: names for people. Deterministic: the same
    requests give the same pictures; noise is drawn on the CPU, so on every device alike.
    """

    def __init__(
        self,
        denoiser: Denoiser,
        *,
        size: tuple[int, int],
        model: str,
        device: str,
        stopwatch: Stopwatch = untimed,
    ) -> None:
        self.model = model
        self.device = device
        self.stopwatch = stopwatch
        self._denoiser = denoiser
        self._white = torch.ones(1, 3, *size, device=device)
        self._previous: Tensor | None = None
        self._frames = 0
        self._walk = SeedWalk()
        self._restarts: int | None = None

    @torch.inference_mode()
    def next(self, request: Request) -> Picture:
        """The next picture. FrameError where it came to nothing: then the last one stays."""
        if request.restarts != self._restarts:
            self._restarts, self._previous, self._frames = request.restarts, None, 0
        seed = self._walk.step(request)
        new = self._dreamt(request, seed)
        self._frames += 1
        with self.stopwatch("copy"):
            if not bool(torch.isfinite(new).all()):
                raise FrameError(
                    f"{self.model}: the picture came out as not-a-number; lower guidance, or "
                    "press restart"
                )
            pixels = to_pixels(new)
        self._previous = new
        return Picture(pixels, seed)

    def _dreamt(self, request: Request, seed: int) -> Tensor:
        """The next picture; where nothing is dreamt the last one, not worn by perturbation."""
        if self._previous is not None and not self._denoiser.dreams(request):
            return self._previous
        shaken = self._perturbed(request.perturbation, seed)
        new = self._denoiser(shaken, request, seed, self.stopwatch)
        with self.stopwatch("blend"):
            # White is where dreaming starts, not a picture: the first frame is taken as it is.
            if self._previous is not None:
                new = torch.lerp(new, self._previous, request.blend)
        return new

    def _perturbed(self, amount: float, seed: int) -> Tensor:
        if self._previous is None:
            return self._white
        with self.stopwatch("perturb"):
            # One stream per (seed, frame), so that a frame can be made again.
            generator = torch.Generator().manual_seed(self._frames * SEEDS + seed)
            return perturb(self._previous, amount, generator)


def to_pixels(image: Tensor) -> Pixels:
    """(1, 3, height, width) in [0, 1] → read-only uint8 (height, width, 3) on the host."""
    rounded = (image[0].clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)
    pixels: Pixels = rounded.permute(1, 2, 0).contiguous().cpu().numpy()
    pixels.setflags(write=False)
    return pixels
