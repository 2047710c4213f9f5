"""Families from space: stars, galaxies, planets."""

from __future__ import annotations

import torch
from torch import Tensor

from training.data.scenes.fields import TAU, Canvas, bump, glow, mix, rotate, sample, step, wave
from training.data.scenes.scene import Scene


def stars(canvas: Canvas) -> Tensor:
    """Large and small stars over a faint haze."""
    haze = canvas.noise(3, 3) ** 2 * 0.35
    big = canvas.stars(3, 0.09)
    return 0.02 + haze + big + canvas.stars(5, 0.1) * 0.9 + canvas.stars(9, 0.12) * 0.7


def galaxy(canvas: Canvas) -> Tensor:
    """A spiral galaxy seen aslant, with a bright core."""
    x, y = canvas.turned()
    y = y / canvas.uniform(0.45, 0.95)
    radius, angle = torch.sqrt(x * x + y * y + 1e-5), torch.atan2(y, x)
    turn = canvas.sign() * canvas.uniform(2.5, 4.5)
    phase = angle * canvas.choice([2.0, 2.0, 3.0]) + turn * torch.log(radius + 0.08) * 1.5
    dust = sample(canvas.texture(8, 2), x, y)
    arms = wave(phase + dust * 1.5) ** 1.8 * torch.exp(-radius * radius * 1.2)
    core = torch.exp(-radius * 4) * 1.1
    far = canvas.stars(6, 0.08) * 0.3
    return arms * (0.4 + 0.8 * dust) + core + far


def nebula(canvas: Canvas) -> Tensor:
    """Billowing lit gas with stars in it."""
    x, y = canvas.turned()
    warp = sample(canvas.texture(3, 2), x * 0.6, y * 0.6) - 0.5
    gas = sample(canvas.texture(3, 3), x * 0.55 + warp, y * 0.55 - warp)
    veil = 1 - (2 * sample(canvas.texture(3, 2), x * 0.5 - warp, y * 0.5) - 1).abs()
    return gas**1.8 * (0.35 + 0.9 * veil**2) + canvas.stars(4, 0.06) * 0.7


def planet(canvas: Canvas) -> Tensor:
    """A banded planet lit from one side, often with a ring, among stars."""
    size = canvas.uniform(0.42, 0.62)
    x, y = canvas.x - canvas.uniform(-0.2, 0.2), canvas.y - canvas.uniform(-0.15, 0.15)
    x, y = rotate(x, y, canvas.uniform(-0.6, 0.6))
    radius = torch.sqrt(x * x + y * y + 1e-5)
    height = torch.sqrt((1 - (radius / size) ** 2).clamp(min=0))
    side = canvas.sign()
    lit = (0.75 * side * x / size + 0.3 * y / size + 0.55 * height).clamp(min=0)
    bands = wave(y / size * canvas.uniform(6, 12) + sample(canvas.texture(4, 2), x, y * 2) * 1.6)
    inside = step(size - radius, 0.012)
    air = torch.exp(-(radius - size).clamp(min=0) * 9) * (0.35 + 0.3 * side * x / size)
    sky = canvas.stars(7, 0.07) * 0.7 + air
    disc = lit * (0.55 + 0.6 * bands) + 0.04
    span = torch.sqrt(x * x + (y * 3.6) ** 2)
    ring = bump(span - size * 1.6, size * 0.2) * canvas.integer(0, 1)
    ring = ring * (0.5 + 0.4 * wave(span * 40)) * (1 - inside * step(y, 0.02))
    return mix(sky, disc, inside) + ring


def portal(canvas: Canvas) -> Tensor:
    """A ring of swirling energy about a dark gate."""
    radius, angle = canvas.polar(0.1)
    size = canvas.uniform(0.42, 0.65)
    swirl = angle + canvas.sign() * canvas.uniform(2, 4) * radius
    flow = sample(canvas.texture(5, 2), torch.cos(swirl) * 0.8, torch.sin(swirl) * 0.8)
    edge = radius - size - 0.14 * (flow - 0.5)
    ring = glow(edge, 0.05) ** 1.2
    streaks = wave(swirl * canvas.integer(4, 9) + flow * 5) * torch.exp(-(edge - 0.05).abs() * 5)
    return ring + 0.45 * streaks - 0.25 * step(-edge - 0.15, 0.15)


def hyperspace(canvas: Canvas) -> Tensor:
    """Streaks of light rushing out of the middle."""
    radius, angle = canvas.polar(0.12)
    tone = 0.7 * torch.exp(-radius * 6)
    for rays in (16, 22, 28):
        u = (angle / TAU + 0.5) * rays
        v = torch.log(radius) * 0.9 + 9 + canvas.uniform(0, 9)
        du, dv, _, lit = canvas.spots(u, v, 0.3)
        tail = step(dv + 0.3, 0.25) * step(0.25 - dv, 0.05)
        tone = tone + bump(du, 0.14) * tail * lit * step(radius - 0.15, 0.15)
    return tone


def black_hole(canvas: Canvas) -> Tensor:
    """A black disc in a tilted, glowing disc of matter with bent light above."""
    x, y = canvas.x - canvas.uniform(-0.1, 0.1), canvas.y - canvas.uniform(-0.1, 0.1)
    x, y = rotate(x, y, canvas.uniform(-0.5, 0.5))
    size = canvas.uniform(0.32, 0.42)
    radius = torch.sqrt(x * x + y * y + 1e-5)
    halo = glow(radius - size * 1.2, 0.06) ** 1.3
    flat = torch.sqrt(x * x + (y * 5.5) ** 2 + 1e-5)
    matter = bump(flat - size * 2.0, size) * (0.8 + 0.2 * wave(flat * 24))
    front = 1 - step(size - radius, 0.02) * step(y + 0.02, 0.02)
    shadow = step(radius - size, 0.03)
    doppler = 1 + 0.4 * canvas.sign() * x
    return (
        halo * shadow * doppler
        + matter * front * doppler * 1.2
        + canvas.stars(5, 0.06) * 0.6 * shadow
    )


SCENES = (
    Scene(("stars", "starfield", "starry sky", "night sky full of stars"),
          ("midnight", "blue", "white", "lavender"), stars, "pattern", light=0.22),
    Scene(("galaxy", "spiral galaxy", "milky way", "andromeda galaxy"),
          ("midnight", "purple", "blue", "ice"), galaxy, "object", light=0.25),
    Scene(("nebula", "cosmic clouds", "interstellar gas", "cosmic nebula", "deep space"),
          ("purple", "vaporwave", "midnight", "pink"), nebula, light=0.29),
    Scene(("planet", "ringed planet", "alien planet", "gas giant", "saturn"),
          ("copper", "ocean", "sunset", "lavender"), planet, "object", light=0.25),
    Scene(("portal", "magic portal", "ring of energy", "glowing gate", "stargate"),
          ("cyberpunk", "acid", "turquoise", "fire"), portal, "object", light=0.28),
    Scene(("hyperspace", "light speed", "warp speed", "starburst", "light streaks"),
          ("ice", "blue", "neon", "white"), hyperspace, "object", light=0.28),
    Scene(("black hole", "event horizon", "accretion disk", "singularity"),
          ("fire", "gold", "orange", "copper"), black_hole, "object", light=0.22),
)  # fmt: skip
