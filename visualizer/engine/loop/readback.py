"""Copy a finished picture to the host: one copy and one wait a frame.

The picture's statistics are part of the copy, so they need no wait of their own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from visualizer.frame import Pixels

Numbers = npt.NDArray[np.float32]


class Readback:
    """Copies pictures of one size. On a CUDA device they go through buffers of pinned memory."""

    def __init__(self) -> None:
        self._pinned: tuple[Tensor, Tensor] | None = None
        self._done: torch.cuda.Event | None = None

    def __call__(self, image: Tensor, numbers: Tensor) -> tuple[Pixels, Numbers]:
        """Image (1, 3, height, width) and (n,) float32 on a device → both on the host.

        The pixels are read-only and not shared. Waits until the device has made them.
        """
        levels = to_levels(image)
        if not levels.is_cuda:
            return _sealed(levels.cpu().numpy()), numbers.cpu().numpy()
        if self._pinned is None or not _fit(self._pinned, levels, numbers):
            self._pinned = (
                torch.empty(levels.shape, dtype=levels.dtype, pin_memory=True),
                torch.empty(numbers.shape, dtype=numbers.dtype, pin_memory=True),
            )
            # Blocking: this thread sleeps meanwhile, and leaves its core and the GIL to the stage.
            self._done = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        assert self._done is not None
        for here, there in zip(self._pinned, (levels, numbers), strict=True):
            here.copy_(there, non_blocking=True)
        self._done.record()
        self._done.synchronize()
        # Out of the buffers, which the next frame overwrites.
        pixels, found = (here.numpy().copy() for here in self._pinned)
        return _sealed(pixels), found


def _fit(buffers: tuple[Tensor, Tensor], levels: Tensor, numbers: Tensor) -> bool:
    return buffers[0].shape == levels.shape and buffers[1].shape == numbers.shape


def to_levels(image: Tensor) -> Tensor:
    """(1, 3, height, width) in [0, 1] → uint8 (height, width, 3), on the same device.

    Rounded and never truncated, which would darken a loop pass by pass.
    """
    rounded = (image[0] * 255.0).round_().clamp_(0.0, 255.0).permute(1, 2, 0)
    return torch.empty(rounded.shape, dtype=torch.uint8, device=image.device).copy_(rounded)


def _sealed(pixels: Pixels) -> Pixels:
    pixels.setflags(write=False)
    return pixels
