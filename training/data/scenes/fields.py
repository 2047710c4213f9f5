"""The canvas that scenes draw on: coordinates, random numbers, noise and soft shapes.

A field is a float32 tensor of shape (n, h, w), one plane for each of n pictures.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

TAU = 2 * math.pi


class Canvas:
    """Coordinates and random draws for one batch of ``count`` pictures of one family.

    ``x`` grows to the right and ``y`` upwards, both in -1..1 times ``zoom`` (count,), of shape
    (count, size, size). Random numbers are drawn on the CPU, so every device gets the same.
    """

    def __init__(
        self, count: int, size: int, generator: torch.Generator, device: torch.device, zoom: Tensor
    ) -> None:
        self.count, self.size, self.device = count, size, device
        self.pixel = 2.0 / size
        self._generator = generator
        line = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) * self.pixel - 1
        scale = zoom.to(device).view(-1, 1, 1)
        self.x = line.view(1, 1, -1) * scale * torch.ones(1, size, 1, device=device)
        self.y = -line.view(1, -1, 1) * scale * torch.ones(1, 1, size, device=device)

    def uniform(self, low: float, high: float) -> Tensor:
        """One number in low..high for each picture, (n, 1, 1)."""
        draw = torch.rand(self.count, 1, 1, generator=self._generator)
        return (draw * (high - low) + low).to(self.device)

    def integer(self, low: int, high: int) -> Tensor:
        """One whole number in low..high, both included, for each picture, (n, 1, 1) float."""
        return self.uniform(low, high + 1 - 1e-4).floor()

    def sign(self) -> Tensor:
        """-1 or 1 for each picture, (n, 1, 1)."""
        return self.integer(0, 1) * 2 - 1

    def choice(self, values: list[float]) -> Tensor:
        """One of ``values`` for each picture, (n, 1, 1)."""
        table = torch.tensor(values, device=self.device)
        return table[self.integer(0, len(values) - 1).long()]

    def table(self, *shape: int) -> Tensor:
        """Uniform random numbers in 0..1, (n, *shape)."""
        return torch.rand(self.count, *shape, generator=self._generator).to(self.device)

    def polar(self, jitter: float = 0.15) -> tuple[Tensor, Tensor]:
        """Radius and angle (-pi..pi) about a centre up to ``jitter`` away from the middle."""
        x = self.x - self.uniform(-jitter, jitter)
        y = self.y - self.uniform(-jitter, jitter)
        return torch.sqrt(x * x + y * y + 1e-6), torch.atan2(y, x)

    def turned(self) -> tuple[Tensor, Tensor]:
        """The coordinates turned by any angle."""
        return rotate(self.x, self.y, self.uniform(0, TAU))

    def texture(self, cells: int = 3, octaves: int = 3, side: int = 128) -> Tensor:
        """A smooth cloud of noise stretched to 0..1, (n, 1, side, side), for ``sample``."""
        total = torch.zeros(self.count, 1, side, side, device=self.device)
        for octave in range(octaves):
            lattice = self.table(1, (cells << octave) + 1, (cells << octave) + 1)
            smooth = F.interpolate(lattice, (side, side), mode="bicubic", align_corners=True)
            total += smooth * 0.5**octave
        return stretch(total)

    def noise(self, cells: int = 3, octaves: int = 3) -> Tensor:
        """Smooth noise in 0..1 fixed to the picture's frame."""
        shape = (self.size, self.size)
        texture = self.texture(cells, octaves)
        return F.interpolate(texture, shape, mode="bilinear", align_corners=False)[:, 0]

    def curve(self, cells: int = 4, octaves: int = 3) -> Tensor:
        """Smooth noise in 0..1 along x alone, (n, 1, w)."""
        total = torch.zeros(self.count, 1, self.size, device=self.device)
        for octave in range(octaves):
            lattice = self.table(1, 1, (cells << octave) + 1)
            line = F.interpolate(lattice, (1, self.size), mode="bicubic", align_corners=True)
            total += line[:, 0] * 0.5**octave
        return stretch(total)

    def spots(
        self, u: Tensor, v: Tensor, spread: float = 0.5
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One random point in each unit cell of (u, v).

        Returns the offsets du and dv from the cell's own point and two random values in 0..1
        of the cell. Points keep (1 - spread) / 2 away from the border of their cell, so marks
        smaller than that are never cut.
        """
        side = 32
        cell = (u.floor().long() % side) * side + v.floor().long() % side
        flat = cell.flatten(1)
        tables = self.table(4, side * side)
        pu, pv, first, second = (tables[:, i].gather(1, flat).view_as(u) for i in range(4))
        low = (1 - spread) / 2
        return (
            u - u.floor() - low - spread * pu,
            v - v.floor() - low - spread * pv,
            first,
            second,
        )

    def stars(self, cells: float, radius: float = 0.05) -> Tensor:
        """Round soft stars with glints, about cells**2 / 2 of them, in 0..1."""
        # The grid of cells lies askew, the glints stay upright.
        lean = self.uniform(0.3, 0.6)
        u, v = (self.x + lean * self.y + 9) * cells / 2, (self.y - lean * self.x + 9) * cells / 2
        du, dv, size, lit = self.spots(u, v)
        du, dv = (du - lean * dv) / (1 + lean * lean), (dv + lean * du) / (1 + lean * lean)
        size = radius * (0.5 + size)
        near = du * du + dv * dv
        window = (1 - near * 12).clamp(min=0)
        core = torch.exp(-near / (size * size))
        glint = torch.exp(-du.abs() * 9 - dv.abs() * 60) + torch.exp(-dv.abs() * 9 - du.abs() * 60)
        return (core + 0.45 * glint) * window * step(lit - 0.35, 0.2)


def sample(texture: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Read a texture (n, 1, s, s) at coordinates where -1..1 covers it; it mirrors beyond."""
    grid = torch.stack((x.expand_as(y), y.expand_as(x)), dim=-1)
    return F.grid_sample(texture, grid, padding_mode="reflection", align_corners=False)[:, 0]


def rotate(x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates turned by ``angle`` radians."""
    cos, sin = torch.cos(angle), torch.sin(angle)
    return x * cos - y * sin, x * sin + y * cos


def stretch(field: Tensor) -> Tensor:
    """Each picture's field stretched to 0..1."""
    dims = tuple(range(1, field.dim()))
    low, high = field.amin(dims, keepdim=True), field.amax(dims, keepdim=True)
    return (field - low) / (high - low + 1e-6)


def step(distance: Tensor, width: float | Tensor) -> Tensor:
    """0 below -width, 1 above width, and smooth between."""
    t = (distance / (2 * width) + 0.5).clamp(0, 1)
    return t * t * (3 - 2 * t)


def bump(distance: Tensor, width: float | Tensor) -> Tensor:
    """A soft bell, 1 at distance 0, falling off over ``width``."""
    return torch.exp(-((distance / width) ** 2))


def glow(distance: Tensor, width: float | Tensor) -> Tensor:
    """A light with a bright core and a long tail, 1 at distance 0."""
    return width / (distance.abs() + width)


def mix(below: Tensor | float, above: Tensor | float, amount: Tensor) -> Tensor:
    """``above`` laid over ``below`` by ``amount`` in 0..1."""
    return below * (1 - amount) + above * amount


def wave(phase: Tensor) -> Tensor:
    """A sine in 0..1."""
    return 0.5 + 0.5 * torch.sin(phase)


def voronoi(canvas: Canvas, loose: float) -> tuple[Tensor, Tensor, Tensor]:
    """Distances to the nearest and second-nearest point, and the nearest one's value in 0..1.

    The points are those of a turned square grid, each moved by up to ``loose`` of a cell.
    """
    x, y = canvas.turned()
    cells = canvas.uniform(1.3, 2.0)
    x, y = x * cells + canvas.uniform(20, 30), y * cells + canvas.uniform(20, 30)
    column, row = x.floor(), y.floor()
    side = 64
    tables = canvas.table(3, side * side)
    nearest = torch.full_like(canvas.x, 9.0)
    second = torch.full_like(canvas.x, 9.0)
    value = torch.zeros_like(canvas.x)
    for i in range(9):
        cx, cy = column + (i % 3 - 1), row + (i // 3 - 1)
        cell = ((cx % side) * side + cy % side).long().flatten(1)
        px, py, pv = (tables[:, k].gather(1, cell).view_as(x) for k in range(3))
        dx, dy = x - cx - 0.5 - loose * (px - 0.5), y - cy - 0.5 - loose * (py - 0.5)
        far = dx * dx + dy * dy
        closer = far < nearest
        second = torch.minimum(second, torch.maximum(far, nearest))
        value = torch.where(closer, pv, value)
        nearest = torch.minimum(nearest, far)
    return nearest.sqrt(), second.sqrt(), value
