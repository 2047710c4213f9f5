"""A source mixed into the loop: pictures from outside, in what a frame is generated from.

The mix is a share of each frame, as blend and strength are. A model pulls the picture to its prompt
by so much a frame; a source mixed in by so much a second would vanish on a fast machine and
dominate on a slow one. This way a still source gives the same picture at any frame rate; only the
trails of moving parts are counted in frames.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from visualizer.engine.crossfade import resized
from visualizer.engine.diffusion.noise_walk import uploaded
from visualizer.frame import Pixels
from visualizer.show.request import Request


class SourceMix:
    """Keeps the source's last picture on the device: a still, or a video slower than the loop, is
    uploaded once."""

    def __init__(self) -> None:
        self._pixels: Pixels | None = None
        self._picture: Tensor | None = None

    def share(self, request: Request) -> float:
        """How much of a request's source there is in its frame: 0 where it has no picture."""
        return 0.0 if request.source_pixels is None else request.source_mix

    def over(
        self, request: Request, size: tuple[int, int], device: str
    ) -> Callable[[Tensor], Tensor]:
        """What mixes a request's source into an image (1, 3, *size) in [0, 1] on the device.

        It gives the very image where the share is 0, and the source's picture where it is 1.
        """
        share = self.share(request)
        if not share:
            self._pixels = self._picture = None
            return lambda image: image
        assert request.source_pixels is not None
        picture = self._on_device(request.source_pixels, size, device)
        return lambda image: picture if share == 1.0 else torch.lerp(image, picture, share)

    def _on_device(self, pixels: Pixels, size: tuple[int, int], device: str) -> Tensor:
        if self._picture is None or pixels is not self._pixels or self._picture.shape[2:] != size:
            levels = uploaded(torch.tensor(resized(pixels, size)), torch.device(device))
            # Channels first: all sums are fastest so.
            planes = levels.permute(2, 0, 1).unsqueeze(0).contiguous()
            self._pixels, self._picture = pixels, planes.float().div_(255.0)
        return self._picture
