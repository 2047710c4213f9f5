"""Families that flow: liquid, water, smoke, light in water."""

from __future__ import annotations

import torch
from torch import Tensor

from training.data.scenes.fields import (
    TAU,
    Canvas,
    bump,
    glow,
    mix,
    sample,
    step,
    stretch,
    voronoi,
    wave,
)
from training.data.scenes.scene import Scene


def liquid(canvas: Canvas) -> Tensor:
    """Glossy folds of warped, marbled fluid."""
    x, y = canvas.turned()
    x, y = x * 0.5, y * 0.5
    first = sample(canvas.texture(3, 2), x, y) - 0.5
    second = sample(canvas.texture(3, 2), x + first, y - first) - 0.5
    folds = sample(canvas.texture(3, 1), x + second * 1.2, y + first * 1.2)
    return wave(folds * canvas.uniform(9, 15) + first * 3) * 0.75 + folds * 0.4


def smoke(canvas: Canvas) -> Tensor:
    """Wisps that curl and rise."""
    x, y = canvas.x, canvas.y
    sway = (sample(canvas.texture(3, 2), x * 0.6, y * 0.5) - 0.5) * 1.1
    curl = (sample(canvas.texture(4, 2), x * 0.6 + sway, y * 0.5) - 0.5) * 0.6
    wisps = 1 - (2 * sample(canvas.texture(4, 2), x * 0.6 + sway, y * 0.3 + curl) - 1).abs()
    column = bump(x + sway * 0.9 + canvas.uniform(-0.3, 0.3), 0.55 + 0.35 * (y + 1) / 2)
    body = sample(canvas.texture(4, 3), x * 0.5 - sway, y * 0.45 + curl)
    return (wisps**2 * 0.55 + body**1.5 * 0.9) * column


def waves(canvas: Canvas) -> Tensor:
    """Rows of ocean waves with bright crests, one in front of the other."""
    tone = 0.55 + 0.35 * canvas.y - 0.3 * bump(canvas.y - 0.5, 0.3)
    count = 7
    for row in range(count):
        near = row / (count - 1)
        steep = wave(canvas.x * canvas.uniform(3.5, 5.5) * (1.5 - near) + canvas.uniform(0, TAU))
        lift = wave(canvas.x * canvas.uniform(1, 2.2) + canvas.uniform(0, TAU))
        crest = 0.62 - 1.45 * near + (steep**2.2 * 0.2 + lift * 0.18) * (0.4 + near * 0.8)
        below = crest - canvas.y
        body = torch.exp(-below.clamp(min=0) * (3.6 - 1.6 * near))
        tone = mix(tone, 0.05 + 0.5 * body + 0.45 * bump(below, 0.035), step(below, 0.012))
    return tone


def ripples(canvas: Canvas) -> Tensor:
    """Rings spreading from a few drops."""
    total = torch.zeros_like(canvas.x)
    for drop in range(3):
        radius, _ = canvas.polar(0.05 if drop == 0 else 1.0)
        weight = 1.0 if drop == 0 else canvas.choice([0.0, 0.4, 0.7])
        phase = radius * canvas.uniform(16, 24) - canvas.uniform(0, TAU)
        total += torch.sin(phase) * torch.exp(-radius * 1.1) * weight
    return stretch(total) ** 1.3 + 0.12 * canvas.y


def caustics(canvas: Canvas) -> Tensor:
    """The bright net that sunlight draws under water."""
    bend = canvas.noise(4, 1) - 0.5
    net = torch.zeros_like(canvas.x)
    for strength in (1.0, 0.55):
        near, second, _ = voronoi(canvas, 0.9)
        net += strength * torch.exp(-(second - near) * (6 + 5 * bend)) * (0.8 + bend)
    return net**1.3 + 0.1 * canvas.y


def bubbles(canvas: Canvas) -> Tensor:
    """Round bubbles with bright rims and highlights."""
    tone = 0.12 + 0.16 * (canvas.y + 1) / 2
    for cells in (2.8, 1.9, 1.3):
        u, v = canvas.turned()
        u, v = u * cells + canvas.uniform(9, 19), v * cells + canvas.uniform(9, 19)
        du, dv, size, shade = canvas.spots(u, v, 0.3)
        size = 0.14 + 0.2 * size
        radius = torch.sqrt(du * du + dv * dv + 1e-6) / size
        inside = step(1 - radius, 0.03 * cells)
        rim = radius.clamp(max=1) ** 4
        shine = bump(torch.sqrt((du + size * 0.4) ** 2 + (dv - size * 0.4) ** 2), size * 0.25)
        disc = 0.12 + 0.2 * shade + 0.65 * rim + 0.9 * shine
        tone = mix(tone, disc, inside * step(shade - 0.25, 0.05) * 0.9)
    return tone


def plasma(canvas: Canvas) -> Tensor:
    """Smooth interfering waves of colour."""
    x, y = canvas.turned()
    radius, _ = canvas.polar(0.6)
    speed = canvas.uniform(2.5, 4.5)
    total = torch.sin(x * speed + 2 * torch.sin(y * 1.7 + canvas.uniform(0, TAU)))
    total = total + torch.sin(y * speed * 1.2 + 2 * torch.sin(x * 1.3 + canvas.uniform(0, TAU)))
    total = total + torch.sin(radius * speed * 1.8 + canvas.uniform(0, TAU))
    return wave(total * canvas.uniform(1.0, 1.7))


def lava_lamp(canvas: Canvas) -> Tensor:
    """Soft blobs that rise and merge."""
    total = torch.zeros_like(canvas.x)
    for _ in range(8):
        size = canvas.uniform(0.07, 0.25)
        dx = canvas.x - canvas.uniform(-0.85, 0.85)
        dy = (canvas.y - canvas.uniform(-0.95, 0.95)) * canvas.uniform(0.7, 1)
        total += size * size / (dx * dx + dy * dy + 0.004)
    blob = step(total - 0.85, 0.14)
    shade = (total / 3).clamp(max=1) ** 0.6
    return blob * (0.45 + 0.55 * shade) + (1 - blob) * 0.32 * total.clamp(max=1)


def rain(canvas: Canvas) -> Tensor:
    """Falling streaks of rain over a hazy light."""
    lean = canvas.uniform(-0.35, 0.35)
    tone = 0.16 * canvas.noise(2, 2) + 0.07 * (canvas.y + 1)
    for cells in (4, 6, 9):
        u = (canvas.x + canvas.y * lean) * cells + 20
        v = canvas.y * cells * 0.22 + canvas.uniform(9, 19) + u.floor() * 0.37
        du, dv, size, lit = canvas.spots(u, v, 0.3)
        tail = torch.exp(-(dv.clamp(min=0)) * 6) * step(dv + 0.03, 0.03) * step(0.5 - dv, 0.2)
        tone = tone + bump(du, 0.11 + 0.05 * size) * tail * (0.3 + 0.7 * lit)
    return tone


def particles(canvas: Canvas) -> Tensor:
    """Floating round lights, some sharp and some out of focus."""
    tone = 0.18 * canvas.noise(2, 2)
    for cells, soft in ((1.3, 0.5), (2.3, 0.3), (3.8, 0.5)):
        u, v = canvas.turned()
        u, v = u * cells + canvas.uniform(9, 19), v * cells + canvas.uniform(9, 19)
        du, dv, size, lit = canvas.spots(u, v, 0.45)
        size = 0.12 + 0.16 * size
        radius = torch.sqrt(du * du + dv * dv + 1e-6) / size
        light = step(1 - radius, soft) * (0.6 + 0.4 * radius.clamp(max=1))
        tone = tone + light * lit**1.5 * 0.8 + 0.3 * lit * torch.exp(-radius * 2)
    return tone


def ribbons(canvas: Canvas) -> Tensor:
    """Silky bands that wave across the picture and over each other."""
    x, y = canvas.turned()
    tone = 0.06 + 0.08 * wave(y * 3)
    for _ in range(5):
        bend = torch.sin(x * canvas.uniform(1, 2.6) + canvas.uniform(0, TAU))
        twist = torch.sin(x * canvas.uniform(1, 3) + canvas.uniform(0, TAU))
        width = 0.17 + 0.1 * twist
        across = (y - canvas.uniform(-0.6, 0.6) - bend * canvas.uniform(0.2, 0.45)) / width
        silk = 0.35 + 0.3 * across * twist + 0.5 * wave(x * 2 + across * 2)
        edge = step(1 - across.abs(), 0.12)
        tone = mix(tone * (1 - 0.5 * bump(across, 1.4)), silk, edge)
    return tone


def strings(canvas: Canvas) -> Tensor:
    """Glowing threads that swing like the trace of a sound."""
    x, y = canvas.x, canvas.y
    tone = torch.zeros_like(x)
    pace, shift = canvas.uniform(2, 5), canvas.uniform(0, TAU)
    envelope = bump(x, 0.75)
    for thread in range(7):
        lag = thread * canvas.uniform(0.12, 0.3)
        swing = torch.sin(x * pace + shift + lag) + 0.4 * torch.sin(x * pace * 2.3 - lag * 2)
        height = envelope * swing * (0.55 - 0.12 * thread) + canvas.uniform(-0.02, 0.02)
        tone = tone + glow(y - height, 0.02) ** 1.4
    return tone


SCENES = (
    Scene(("liquid", "marbled fluid", "flowing paint", "liquid chrome", "swirling liquid"),
          ("rainbow", "ocean", "vaporwave", "gold"), liquid),
    Scene(("smoke", "wisps of smoke", "rising smoke", "incense smoke"),
          ("white", "lavender", "blue", "monochrome"), smoke, "view", light=0.28),
    Scene(("ocean waves", "waves", "sea waves", "stormy sea", "rolling ocean"),
          ("ocean", "blue", "turquoise", "midnight"), waves, "view"),
    Scene(("ripples", "water ripples", "drops on water", "rings on water", "concentric ripples"),
          ("blue", "turquoise", "ocean", "white"), ripples),
    Scene(("caustics", "underwater light", "underwater caustics", "swimming pool light"),
          ("turquoise", "ocean", "blue"), caustics, half=True),
    Scene(("bubbles", "soap bubbles", "floating bubbles", "foam bubbles"),
          ("turquoise", "pastel", "candy", "blue"), bubbles),
    Scene(("plasma", "plasma waves", "psychedelic plasma", "colour waves"),
          ("rainbow", "acid", "neon", "vaporwave"), plasma),
    Scene(("lava lamp", "floating blobs", "melting blobs", "metaballs"),
          ("fire", "orange", "pink", "acid"), lava_lamp, "view"),
    Scene(("rain", "falling rain", "rainfall", "digital rain"),
          ("blue", "midnight", "cyberpunk", "green"), rain, light=0.26),
    Scene(("particles", "floating particles", "bokeh lights", "fireflies", "floating lights"),
          ("gold", "neon", "orange", "pink"), particles, light=0.28),
    Scene(("ribbons", "silk ribbons", "flowing ribbons", "waving silk"),
          ("red", "candy", "gold", "purple"), ribbons),
    Scene(("sound wave", "waveform", "glowing strings", "oscilloscope", "light threads"),
          ("neon", "turquoise", "green", "cyberpunk"), strings, "view", light=0.25),
)  # fmt: skip
