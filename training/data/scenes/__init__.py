"""All families of pictures, in one table."""

from training.data.scenes import city, fluid, geometric, nature, space
from training.data.scenes.scene import Scene

SCENES: tuple[Scene, ...] = (
    geometric.SCENES + space.SCENES + fluid.SCENES + nature.SCENES + city.SCENES
)

__all__ = ["SCENES", "Scene"]
