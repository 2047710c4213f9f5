"""How large a model's pictures are."""

from __future__ import annotations

from typing import Any


def picture_side(pipeline: Any, wanted: int | None = None) -> int:
    """Pixels of the picture's side: the model's own, or the wanted one as near as it can do."""
    cell = int(getattr(pipeline, "vae_scale_factor", 8))
    unet = getattr(pipeline, "unet", None)
    if wanted is None:
        cells = getattr(pipeline, "default_sample_size", None)
        if unet is not None:
            cells = unet.config.get("sample_size") or cells
        wanted = cell * int(max(cells) if isinstance(cells, (list, tuple)) else cells or 64)
    multiple = picture_multiple(pipeline)
    return max(round(wanted / multiple), 1) * multiple


def picture_multiple(pipeline: Any) -> int:
    """What a picture's sides must be multiples of: a latent cell times what the UNet halves."""
    cell = int(getattr(pipeline, "vae_scale_factor", 8))
    halvings = int(getattr(getattr(pipeline, "unet", None), "num_upsamplers", 1))
    return cell << halvings
