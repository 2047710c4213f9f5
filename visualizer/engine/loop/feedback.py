"""The img2img feedback loop: previous → warp → drift hold → jitter → denoise → blend → next.

A source, if there is one, is mixed in before denoising.

The picture stays float in [0, 1] on the device from frame to frame, and is rounded to uint8 once,
in the copy that is handed out. With that copy come the numbers of its stats, from which the next
frame's holds are decided on the host: one wait for the device a frame, and no other.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.crossfade import resized
from visualizer.engine.diffusion.denoiser import Denoiser
from visualizer.engine.diffusion.seed_walk import SEEDS, Place, SeedWalk
from visualizer.engine.failures import FrameError
from visualizer.engine.loop.drift_hold import Reference, held
from visualizer.engine.loop.image_stats import NUMBERS, ImageStats, measure, stats_of
from visualizer.engine.loop.last_living import LastLiving
from visualizer.engine.loop.motion_limit import MotionLimit, bounded, motion
from visualizer.engine.loop.perturb import draw, grain, jittered
from visualizer.engine.loop.readback import Readback
from visualizer.engine.loop.revive import Revive
from visualizer.engine.loop.source_mix import SourceMix
from visualizer.engine.loop.warp import warp
from visualizer.engine.picture import Picture, Stopwatch, untimed
from visualizer.frame import Pixels
from visualizer.show.loop_motion import seconds_moved
from visualizer.show.lora import Lora
from visualizer.show.request import Request

LIGHTER = 0.75
"""How long the picture's sides become, of what they were, where memory is out."""

SMALLEST = 128
"""Pixels of the shortest side that is worth showing."""


class Feedback:
    """An engine: a denoiser fed with its own pictures, from white on.

    size: (height, width) in pixels. multiple: what the model's pictures' sides are multiples of.
    model and device: names for people. Deterministic: the same requests give the same pictures;
    all that is random is drawn on the CPU, so on every device alike.
    """

    # What the next picture depends on: see checkpoint.py.
    checkpoint = (
        "_walk", "_restarts", "_time", "_previous", "_stats", "_pixels", "_reference", "_revive",
        "_motion_limit", "_frames", "_last_living",
    )  # fmt: skip

    def __init__(
        self,
        denoiser: Denoiser,
        *,
        size: tuple[int, int],
        model: str,
        device: str,
        multiple: int = 64,
        loras: tuple[Lora, ...] = (),
        stopwatch: Stopwatch = untimed,
    ) -> None:
        self.model = model
        self.device = device
        self.loras = loras
        self.stopwatch = stopwatch
        self._denoiser = denoiser
        self._multiple = multiple
        self._readback = Readback()
        self._source_mix = SourceMix()
        self._walk = SeedWalk()
        self._restarts: int | None = None
        self._time: float | None = None
        self._resize(size)
        self._begin()

    @property
    def size(self) -> tuple[int, int]:
        """See engine.Engine."""
        return self._size

    @property
    def backend(self) -> str:
        """What runs the networks, for people."""
        return self._denoiser.backend

    def _begin(self) -> None:
        """Forget all pictures: the next is generated from white."""
        self._previous: Tensor | None = None
        self._stats: ImageStats | None = None
        self._pixels: Pixels | None = None
        self._reference = Reference()
        self._revive = Revive()
        self._motion_limit = MotionLimit()
        self._last_living = LastLiving()
        self._frames = 0

    def _resize(self, size: tuple[int, int]) -> None:
        self._size = size
        self._white = torch.ones(1, 3, *size, dtype=torch.float32, device=self.device)
        self._grain = grain(size, self.device)

    @torch.inference_mode()
    def next(self, request: Request) -> Picture:
        """The next picture. FrameError where it came to nothing: then the last one stays."""
        if self._restarts is not None and request.restarts != self._restarts:
            self._begin()
        self._restarts = request.restarts
        seconds = self._passed(request.time)
        place = self._walk.step(request)
        source = self._source_mix.share(request)
        if self._pixels is not None and not source and not self._denoiser.generates(request):
            return Picture(self._pixels, place.seed)  # spared what is done before denoising
        new, gone = self._generated(request, place, seconds)
        self._frames += 1
        stats, motion_ = self._take(new, gone)
        self._motion_limit.see(motion_, seconds)
        self._reference.follow(stats, request.prompts, seconds, source)
        self._revive.see(stats, seconds)
        assert self._pixels is not None
        # What is shown again where nothing is generated.
        self._pixels = self._last_living.over(
            self._pixels, stats.spread, request.prompts, seconds, source
        )
        return Picture(self._pixels, place.seed)

    @torch.inference_mode()
    def continue_from(self, pixels: Pixels) -> None:
        """See engine.Engine."""
        pixels = resized(pixels, self._size)
        picture = torch.tensor(pixels, device=self.device).permute(2, 0, 1).unsqueeze(0)
        self._begin()
        self._last_living = LastLiving(pixels)
        stats, _ = self._take(picture.float() / 255.0)
        self._reference.follow(stats, (), 0.0)

    def prepare(self, request: Request) -> str:
        """See engine.Engine."""
        return self._last_living.line() or self._denoiser.prepare(request)

    @torch.inference_mode()
    def reduce_memory(self) -> str:
        """See engine.Engine."""
        if line := self._denoiser.reduce_memory():
            return line
        height, width = (
            min(int(side * LIGHTER), side - 1) // self._multiple * self._multiple
            for side in self._size
        )
        if min(height, width) < SMALLEST:
            return ""
        self._denoiser.forget()
        if self.device == "cuda":
            torch.cuda.empty_cache()
        smaller = None
        if self._previous is not None:
            smaller = F.interpolate(self._previous, size=(height, width), mode="bilinear")
        self._resize((height, width))
        if smaller is not None:
            self._take(smaller)
        side = f"{width}" if width == height else f"{width} by {height}"
        return f"out of {_memory(self.device)}: pictures are generated at {side} pixels"

    def _passed(self, time: float) -> float:
        """Seconds of show time since the last call, as far as they count."""
        last, self._time = self._time, time
        return 0.0 if last is None else seconds_moved(last, time)

    def _generated(
        self, request: Request, place: Place, seconds: float
    ) -> tuple[Tensor, Tensor | None]:
        """The next picture, on the device, and how far it moves from the last before the motion
        limit; None where it is the first. It may hold NaN."""
        mixed = self._source_mix.over(request, self._size, self.device)
        eased = self._revive.eased(request) if self._source_mix.share(request) < 1.0 else request
        bound = self._motion_limit.bound(request, seconds)
        with self.stopwatch("perturb"):
            # White is where the loop starts, not a picture: it neither moves nor is it held.
            still = self._white
            base = still
            if self._previous is not None:
                still = warp(self._previous, request, seconds)
                base = self._held(still, request)
            fed = mixed(self._revive.seeded(self._jittered(base, request, place, seconds)))
            # What stays of it in the next is the source's, too, and so is what counts as no motion.
            base, still = mixed(base), mixed(still)
        new = self._denoiser(fed, eased, place, self.stopwatch)
        with self.stopwatch("blend"):
            if self._previous is None:
                # Taken as it is. A copy, for the denoiser may give what it was given.
                return new.clone(memory_format=torch.contiguous_format), None
            # Channels first: all sums here are fastest so.
            new = torch.lerp(new.contiguous(), base, eased.blend)
            gone = motion(new, still)
            return new if bound is None else bounded(new, still, gone, bound), gone

    def _held(self, image: Tensor, request: Request) -> Tensor:
        """The last picture, moved on, kept from drifting: what stays of it in the next."""
        wanted = self._reference.stats
        if self._stats is None or wanted is None:
            return image
        return held(image, self._stats, wanted, request.colour_hold, request.sharpness_hold)

    def _jittered(self, image: Tensor, request: Request, place: Place, seconds: float) -> Tensor:
        if self._previous is None:
            return image
        # One stream per (seed, frame), so that a frame can be made again.
        shake = draw(request, seconds, self._frames * SEEDS + place.seed)
        return jittered(image, shake, self._grain)

    def _take(self, image: Tensor, gone: Tensor | None = None) -> tuple[ImageStats, float]:
        """Read a picture back and go on from it: its stats, and gone as a number.

        FrameError where it holds what is no number.
        """
        with self.stopwatch("copy"):
            rides = measure(image) if gone is None else torch.cat((measure(image), gone.view(1)))
            pixels, numbers = self._readback(image, rides)
        stats = stats_of(numbers[:NUMBERS])
        if stats is None:
            self._revive.fail()
            raise FrameError(
                f"{self.model}: the picture contains NaN values; lower guidance, or press restart"
            )
        self._previous, self._stats, self._pixels = image, stats, pixels
        return stats, 0.0 if gone is None else float(numbers[-1])


def _memory(device: str) -> str:
    return "memory" if device == "cpu" else "GPU memory"
