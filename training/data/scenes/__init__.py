"""All families of pictures, in one table."""

from training.data.scenes import city, fluid, geometry, nature, space
from training.data.scenes.scene import Scene

SCENES: tuple[Scene, ...] = (
    geometry.SCENES + space.SCENES + fluid.SCENES + nature.SCENES + city.SCENES
)

__all__ = ["SCENES", "Scene"]
