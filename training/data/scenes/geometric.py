"""Geometric families: tunnels, fractals, mandalas, tilings."""

from __future__ import annotations

import torch
from torch import Tensor

from training.data.scenes.fields import (
    TAU,
    Canvas,
    bump,
    glow,
    mix,
    rotate,
    sample,
    step,
    stretch,
    voronoi,
    wave,
)
from training.data.scenes.scene import Scene

JULIA_SEEDS = (
    (-0.8, 0.156), (-0.7269, 0.1889), (0.285, 0.01), (-0.4, 0.6), (-0.835, -0.2321),
    (-0.70176, -0.3842), (-0.123, 0.745), (-0.7, 0.27015), (0.355, 0.355), (-0.162, 1.04),
)  # fmt: skip


def tunnel(canvas: Canvas) -> Tensor:
    """Rings and ribs that run into the distance, round or square, to a light or a dark end."""
    cx, cy = canvas.uniform(-0.3, 0.3), canvas.uniform(-0.3, 0.3)
    x, y = rotate(canvas.x - cx, canvas.y - cy, canvas.uniform(0, TAU))
    power = canvas.choice([2.0, 2.0, 8.0])
    radius = (x.abs() ** power + y.abs() ** power + 1e-9) ** (1 / power)
    depth = -torch.log(radius + 0.04)
    angle = torch.atan2(y, x)
    rings = wave(depth * canvas.uniform(9, 15) + canvas.uniform(0, TAU))
    ribs = wave(angle * canvas.integer(4, 10) + depth * canvas.uniform(-2, 2))
    near = step(radius - 0.15, 0.2)
    walls = mix(rings * 0.7 + ribs * 0.3, rings * ribs * 1.3, canvas.uniform(0, 0.6))
    light = canvas.choice([0.0, 1.0, 1.0])
    return walls * (0.15 + near) + light * 1.4 * torch.exp(-radius * canvas.uniform(6, 10))


def julia(canvas: Canvas) -> Tensor:
    """A Julia set, coloured by how slowly each point escapes."""
    picks = canvas.integer(0, len(JULIA_SEEDS) - 1).long().flatten()
    seeds = torch.tensor(JULIA_SEEDS, device=canvas.device)[picks]
    cr = seeds[:, 0].view(-1, 1, 1) + canvas.uniform(-0.012, 0.012)
    ci = seeds[:, 1].view(-1, 1, 1) + canvas.uniform(-0.012, 0.012)
    x, y = canvas.turned()
    scale = canvas.uniform(0.7, 1.25)
    x, y = x * scale + canvas.uniform(-0.2, 0.2), y * scale + canvas.uniform(-0.2, 0.2)
    total = torch.zeros_like(x)
    trap = torch.full_like(x, 9.0)
    for _ in range(20):
        x, y = (x * x - y * y + cr).clamp(-99, 99), (2 * x * y + ci).clamp(-99, 99)
        size = torch.sqrt(x * x + y * y)
        total += torch.exp(-size)
        trap = torch.minimum(trap, (size - 0.45).abs() + 0.25 * y.abs())
    slow = stretch(total)
    inside = step(slow - 0.55, 0.2)
    bands = wave(torch.log(total + 0.05) * canvas.uniform(4, 7))
    return mix(slow**0.7 * (0.55 + 0.45 * bands), 1 - (trap * 3).clamp(max=1), inside)


def mandala(canvas: Canvas) -> Tensor:
    """Rings of petals about the centre."""
    radius, angle = canvas.polar(0.03)
    folds = canvas.choice([6.0, 8.0, 8.0, 10.0, 12.0, 16.0])
    petal = torch.cos(angle * folds)
    other = torch.cos(angle * folds / 2)
    tone = bump(radius, 0.12)
    for ring in range(1, 6):
        centre = ring * 0.19 + canvas.uniform(-0.03, 0.03)
        shape = mix(petal, other.abs() * 2 - 1, canvas.integer(0, 1)) * canvas.sign()
        edge = radius - centre - 0.075 * shape
        tone = torch.maximum(tone, glow(edge, 0.02) ** 1.4 * (1.1 - 0.1 * ring))
        tone = tone + 0.3 * bump(edge, 0.09) * wave(shape * 3 + radius * 20)
    return tone * step(1.12 - radius, 0.12)


def kaleidoscope(canvas: Canvas) -> Tensor:
    """Mirrored wedges of flowing noise."""
    radius, angle = canvas.polar(0.02)
    half = TAU / (2 * canvas.choice([3.0, 4.0, 5.0, 6.0, 8.0]))
    wedge = (torch.remainder(angle + canvas.uniform(0, TAU), 2 * half) - half).abs()
    reach = canvas.uniform(0.6, 0.9)
    x, y = radius * torch.cos(wedge) * reach - 0.3, radius * torch.sin(wedge) * reach
    field = sample(canvas.texture(5, 2), x, y)
    facets = wave((x * canvas.uniform(4, 9) + y * canvas.uniform(4, 9)) * 2)
    bands = wave(field * canvas.uniform(10, 16) + radius * canvas.uniform(-6, 6))
    return (bands * 0.7 + facets * 0.4) * (0.35 + field) + 0.5 * bump(radius, 0.2)


def spiral(canvas: Canvas) -> Tensor:
    """Arms that wind outwards from the centre."""
    radius, angle = canvas.polar(0.15)
    turn = canvas.sign() * canvas.uniform(3, 7)
    arms = wave(angle * canvas.integer(1, 5) + turn * torch.log(radius) * 1.3)
    sharp = canvas.uniform(0.1, 0.5)
    shape = step(arms - 0.5, sharp) * 0.65 + arms * 0.35
    return shape * (0.35 + 0.65 * step(radius - 0.2, 0.5)) + 0.9 * bump(radius, 0.16)


def crystals(canvas: Canvas) -> Tensor:
    """Shards with a flat shade each and bright edges."""
    near, second, value = voronoi(canvas, 1.0)
    x, y = canvas.turned()
    facet = 0.5 + 0.5 * torch.sin(value * 40 + (x * torch.cos(value * 19) + y) * 1.6)
    edge = glow(second - near, 0.04)
    return facet * 0.65 + 0.7 * edge * edge + 0.15 * value


def cells(canvas: Canvas) -> Tensor:
    """Round living cells with a membrane and a nucleus."""
    near, second, value = voronoi(canvas, 0.6)
    wall = step(second - near - 0.09, 0.07)
    body = (0.35 + 0.35 * value) * wall * (0.5 + near)
    rim = bump(second - near - 0.17, 0.08) * 0.7
    nucleus = step(0.13 + 0.09 * value - near, 0.05)
    return body + rim + nucleus * 0.8


def opart(canvas: Canvas) -> Tensor:
    """A checkerboard bent by a bulge."""
    x, y = canvas.turned()
    radius, _ = canvas.polar(0.35)
    bulge = 1 + canvas.sign() * canvas.uniform(0.35, 0.6) * torch.exp(-radius * radius * 2.5)
    twist = canvas.uniform(-1, 1) * torch.exp(-radius * radius * 2)
    x, y = rotate(x * bulge, y * bulge, twist)
    count = canvas.uniform(6, 11)
    checks = step(torch.sin(x * count) * torch.sin(y * count), 0.16)
    return 0.04 + checks * (1.1 - 0.55 * radius.clamp(max=1.2))


def stripes(canvas: Canvas) -> Tensor:
    """Broad stripes that swell and bend like a zebra's."""
    x, y = canvas.turned()
    bend = sample(canvas.texture(3, 1), x * 0.5, y * 0.5) - 0.5
    lines = torch.sin(x * canvas.uniform(9, 15) + bend * canvas.uniform(6, 12))
    return 0.04 + step(lines, 0.3) * (0.75 + 0.6 * bend)


def hexagons(canvas: Canvas) -> Tensor:
    """A honeycomb with cells of differing light."""
    x, y = canvas.turned()
    count = canvas.uniform(2.2, 3.6)
    u, v = x * count, y * count
    wide = 3**0.5
    ax, ay = torch.remainder(u, 1) - 0.5, torch.remainder(v, wide) - wide / 2
    bx, by = torch.remainder(u - 0.5, 1) - 0.5, torch.remainder(v - wide / 2, wide) - wide / 2
    first = ax * ax + ay * ay < bx * bx + by * by
    hx, hy = torch.where(first, ax, bx), torch.where(first, ay, by)
    edge = 0.5 - torch.maximum(hx.abs(), hx.abs() * 0.5 + hy.abs() * (wide / 2))
    shade = wave((u - hx) * canvas.uniform(1, 3) + (v - hy) * canvas.uniform(-3, 3))
    inside = step(edge - 0.06, 0.05)
    return inside * (0.1 + 0.75 * shade) * (0.6 + edge) + 0.7 * glow(edge, 0.035) ** 1.5


def contours(canvas: Canvas) -> Tensor:
    """Lines of equal height over smooth hills."""
    x, y = canvas.turned()
    hills = sample(canvas.texture(4, 1), x * 0.7, y * 0.7)
    phase = hills * canvas.uniform(5, 8)
    line = (phase - phase.round()).abs()
    return hills * 0.45 + 0.9 * bump(line, 0.14)


def triangles(canvas: Canvas) -> Tensor:
    """A low-poly mosaic of triangles shaded like a folded sheet."""
    x, y = canvas.turned()
    count = canvas.uniform(1.8, 3.2)
    u, v = (x - y * 0.577) * count, y * 1.155 * count
    fu, fv = u - u.floor(), v - v.floor()
    upper = step(fu + fv - 1, 0.03)
    _, _, lower_shade, upper_shade = canvas.spots(u, v)
    slope = mix(fu + fv, 2 - fu - fv, upper) * 0.5
    edge = torch.minimum((fu + fv - 1).abs(), torch.minimum(
        torch.minimum(fu, 1 - fu), torch.minimum(fv, 1 - fv)))  # fmt: skip
    return mix(lower_shade, upper_shade, upper) * 0.8 + slope * 0.2 + 0.6 * glow(edge, 0.035) ** 2


SCENES = (
    Scene(("tunnel", "wormhole", "endless corridor", "vortex tunnel", "tunnel of light"),
          ("neon", "blue", "cyberpunk", "purple", "vaporwave"), tunnel, "object"),
    Scene(("fractal", "julia set", "julia fractal", "mandelbrot fractal", "infinite fractal"),
          ("rainbow", "ice", "fire", "acid", "purple"), julia, "object", half=True),
    Scene(("mandala", "sacred geometry", "ornamental mandala", "lace rosette"),
          ("gold", "purple", "rainbow", "turquoise"), mandala, "object"),
    Scene(("kaleidoscope", "kaleidoscopic pattern", "kaleidoscope mirrors", "mirrored pattern"),
          ("rainbow", "candy", "acid", "vaporwave"), kaleidoscope, "object"),
    Scene(("spiral", "swirl", "hypnotic spiral", "vortex", "whirlpool"),
          ("black and white", "purple", "candy", "blue"), spiral, "object"),
    Scene(("crystals", "crystal shards", "gemstones", "broken glass", "ice crystals"),
          ("ice", "emerald", "lavender", "turquoise"), crystals, half=True),
    Scene(("cells", "living cells", "cells under a microscope", "organic cells"),
          ("green", "pink", "turquoise", "acid"), cells, half=True),
    Scene(("checkerboard", "op art checkerboard", "warped checkerboard", "chess board"),
          ("black and white", "white", "red", "vaporwave"), opart),
    Scene(("stripes", "zebra stripes", "op art stripes", "wavy stripes"),
          ("black and white", "candy", "red", "monochrome"), stripes),
    Scene(("hexagons", "honeycomb", "hexagon grid", "hexagonal tiles"),
          ("gold", "cyberpunk", "orange", "turquoise"), hexagons),
    Scene(("contour lines", "topographic map", "topographic lines", "flowing contour lines"),
          ("turquoise", "white", "forest", "neon"), contours),
    Scene(("triangles", "low poly triangles", "polygon mosaic", "geometric triangles"),
          ("pastel", "sunset", "ice", "cyberpunk"), triangles, half=True),
)  # fmt: skip
